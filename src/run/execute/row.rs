//! Runs a row: its rounds, and what they come to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::super::cleanup::Sweep;
use super::super::context::RowContext;
use super::super::judge::{Decision, JudgedStep, decide};
use super::super::plan::PlannedRow;
use super::round::Round;
use super::shared::shared_objects;
use crate::history::History;
use crate::operation::Action;
use crate::report::{Explanation, RowReport, Verdict};
use crate::wire::Log;

/// In fewer rounds than this a race shows nothing.
const LEAST_OVERLAPS: u32 = 5;

/// What is generated is small: a call of it that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(10);

/// How long a call of a row may take, where that is less than what is usual.
pub(super) fn patience(planned: &PlannedRow) -> Option<Duration> {
    planned.case.generated.as_ref().map(|_| LONGEST)
}

/// What came of a row.
#[derive(Debug)]
pub struct Came {
    /// Its report.
    pub report: RowReport,
    /// What could not be removed after it.
    pub left: Sweep,
    /// The calls of its last round, if the case was generated.
    pub judged: Option<Judged>,
}

/// The calls of a round, as the model judged them.
#[derive(Debug)]
pub struct Judged {
    /// The calls.
    pub history: History,
    /// Why no order explains them, once for each answer that could not be explained.
    pub explanations: Vec<Explanation>,
    /// Whether a race could be answered in more orders than can be tried.
    pub undecided: bool,
    /// Whether the calls of its last race were under way at the same time.
    pub overlapped: bool,
}

/// Runs a row, and cleans up after it.
pub(super) async fn run_row(context: &RowContext, planned: &PlannedRow) -> Came {
    let started = Instant::now();
    let mut left = Sweep::default();
    let mut observed: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
    let mut worst: Option<(Decision, Round<'_>)> = None;
    let mut overlaps = 0;
    let (again, turn) = match planned.case.generated {
        Some(_) => {
            let nth = context.generated.fetch_add(1, Ordering::Relaxed);
            (format!("-{nth}"), nth as u32)
        }
        None => (String::new(), 0),
    };
    let shared = shared_objects(context, &planned.row().steps).await;
    for number in 0..planned.case.repeat {
        let id = planned.id.to_string();
        let folder: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let prefix = format!("{}{}{again}/{number}/", context.prefix, folder.trim_end_matches('-'));
        let mut round = Round::new(context, planned, turn.wrapping_add(number), prefix, shared.clone());
        round.run(&planned.row().steps).await;
        let (keys, uploads) = round.state.left();
        let mut sweep = Sweep { keys, uploads };
        let kept = match planned.audited {
            true => context.ledger.enter(round.state.writes.completions(), round.firm_entries()),
            false => BTreeSet::new(),
        };
        sweep.keys.retain(|key| !kept.contains(key));
        let log = Log::for_clean_up().with_patience(patience(planned));
        sweep.remove(&context.client, &log).await;
        left.add(sweep);
        overlaps += u32::from(round.overlapped);
        for (name, outcome) in &round.recorder.observed {
            *observed.entry(name.clone()).or_default().entry(outcome.clone()).or_default() += 1;
        }
        round.recorder.settle_capabilities(context);
        let judged: Vec<JudgedStep> =
            round.recorder.steps.iter().map(|(judged, _, _)| judged.clone()).collect();
        let mut decision = decide(planned.level, &context.provider, &judged);
        let stop = decision.verdict.counts_against() || decision.verdict == Verdict::Unsupported;
        if decision.verdict == Verdict::Fail && planned.case.repeat > 1 {
            // The rounds behind it are not run.
            let round = format!(" (round {} of {})", number + 1, planned.case.repeat);
            decision.reason.iter_mut().for_each(|reason| reason.push_str(&round));
        }
        if worst.as_ref().is_none_or(|(before, _)| decision.verdict >= before.verdict) {
            worst = Some((decision, round));
        }
        if stop {
            break;
        }
    }
    let races = planned.row().steps.iter().any(|step| matches!(step.action, Action::Together));
    let (mut decision, round) = worst.expect("a row has a round");
    let rounds_tell = races && planned.case.generated.is_none();
    if rounds_tell && overlaps < LEAST_OVERLAPS && decision.verdict <= Verdict::Tolerated {
        decision.verdict = Verdict::NotApplicable;
        decision.reason = Some(format!("not exercised: the calls overlapped in {overlaps} rounds alone"));
    }
    let observed = observed.into_iter().map(|(name, outcomes)| (name, in_words(&outcomes))).collect();
    let generated = round.lawful.as_ref().filter(|_| planned.case.generated.is_some());
    let judged = generated.map(|lawful| Judged {
        history: lawful.witness().history().clone(),
        explanations: lawful.explanations(),
        undecided: lawful.is_undecided(),
        overlapped: round.overlapped,
    });
    let report = round.end().report(decision, observed, started);
    Came { report, left, judged }
}

/// The outcome, or each with its number of rounds.
fn in_words(outcomes: &BTreeMap<String, u32>) -> String {
    match outcomes.keys().next() {
        Some(only) if outcomes.len() == 1 => only.clone(),
        _ => outcomes.iter().map(|(name, rounds)| format!("{rounds} {name}")).collect::<Vec<_>>().join(", "),
    }
}
