//! One row: its rounds, its steps, and what they come to.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use mpuspec_mock::provider::{CAPABILITIES, Provider, Support};
use sha2::{Digest, Sha256};

use super::callback::CallbackServer;
use super::capability::{
    ANY_PREFIX, ID_MARKER, capability, is_of_signing, is_refused_as_absent, is_shown, passed_over,
};
use super::claims::{Met, Scene, content, judge, lacking};
use super::contents::Contents;
use super::journal::Journal;
use super::ledger::{Entry, Ledger, Writes};
use super::perform::Fault;
use super::plan::PlannedRow;
use super::preflight::Preflight;
use super::prepare::Prepared;
use super::state::State;
use super::sweep::Sweep;
use super::verdict::{Decision, JudgedStep, StepOutcome, decide};
use super::watch::Watch;
use super::witness::Witness;
use crate::case::{
    ANSWER, Expect, Grade, Homes, OF_ERRORS, Operation, Outcome, Registry, Step, binds, s3_name,
};
use crate::language::Sizes;
use crate::report::{AS_CLAIMED, RowReport, StepReport, StepResult, Verdict};
use crate::wire::{Answer, Client, Deviation, Held, Log, TroubleKind};

/// What all rows share.
#[derive(Debug)]
pub struct RowContext {
    /// Sends requests.
    pub client: Client,
    /// Whose promises count.
    pub provider: Provider,
    /// Makes bytes.
    pub contents: Contents,
    /// Names what is made.
    pub journal: Arc<Journal>,
    /// What all keys of the run begin with.
    pub prefix: String,
    /// The documents.
    pub registry: Registry,
    /// Which row is about which aspect of an answer.
    pub homes: Homes,
    /// What the preflight found.
    pub preflight: Preflight,
    /// Waits to be called back, where it can be reached.
    pub callbacks: Option<Arc<CallbackServer>>,
    /// Keeps the exchanges of rows that passed too.
    pub all_evidence: bool,
    /// What was completed.
    pub ledger: Ledger,
    /// Whether the server lives.
    pub(super) watch: Watch,
    /// How many generated cases were run: one may be run again, and gets keys of its own each time.
    pub generated: AtomicU64,
}

/// One round of a row.
pub(super) struct Round<'r> {
    pub(super) context: &'r RowContext,
    pub(super) id: String,
    /// Whose turn it is to be the first in a race.
    pub(super) turn: u32,
    pub(super) prefix: String,
    pub(super) state: State,
    pub(super) sweep: Sweep,
    pub(super) log: Log,
    /// Which bytes lie under the key of a put.
    pub(super) sources: BTreeMap<String, usize>,
    /// Requests that stopped in the middle of their body, by name.
    pub(super) held: BTreeMap<String, (Held, Prepared)>,
    pub(super) planned: &'r PlannedRow,
    pub(super) steps: Vec<(JudgedStep, StepReport, Step)>,
    observed: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
    pub(super) overlapped: bool,
    /// Writes down what the model shall judge, if it shall judge anything.
    pub(super) witness: Option<Witness>,
    /// What was written.
    pub(super) writes: Writes,
    /// Capabilities of which an answer has shown a trace.
    shown: BTreeSet<&'static str>,
    /// Capabilities that an answer passed over: the step that asked, and what was answered.
    passed_over: BTreeMap<&'static str, (usize, String)>,
    /// What of the answers so far was missing, empty or odd.
    deviations: Vec<Deviation>,
}

/// In fewer rounds than this a race shows nothing.
const LEAST_OVERLAPS: u32 = 5;
/// Between two tries of a step that has time.
const AGAIN: Duration = Duration::from_millis(100);

/// Runs a row, cleans up after it, and gives its report with what could not be cleaned.
pub async fn run_row(context: &RowContext, planned: &PlannedRow) -> (RowReport, Sweep) {
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
    for number in 0..planned.case.repeat {
        let id = planned.id.to_string();
        let folder: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let mut round = Round {
            context,
            prefix: format!("{}{}{again}/{number}/", context.prefix, folder.trim_end_matches('-')),
            id,
            turn: turn.wrapping_add(number),
            state: State::default(),
            sweep: Sweep::default(),
            log: Log::default(),
            sources: BTreeMap::new(),
            held: BTreeMap::new(),
            planned,
            steps: Vec::new(),
            observed: Vec::new(),
            notes: planned.disputed.clone().into_iter().collect(),
            overlapped: false,
            witness: None,
            writes: Writes::default(),
            shown: BTreeSet::new(),
            passed_over: BTreeMap::new(),
            deviations: Vec::new(),
        };
        if planned.row().steps.iter().any(|step| matches!(step.expect, Some(Expect::Lawful))) {
            let dialect = context.client.target.dialect;
            round.witness = Some(Witness::new(&context.provider, dialect, &round.prefix));
        }
        round.run(&planned.row().steps).await;
        let mut sweep = std::mem::take(&mut round.sweep);
        let kept = match planned.audited {
            true => context.ledger.enter(round.writes.completions(), round.firm_entries()),
            false => BTreeSet::new(),
        };
        sweep.keys.retain(|key| !kept.contains(key));
        sweep.remove(&context.client).await;
        left.add(sweep);
        overlaps += u32::from(round.overlapped);
        for (name, outcome) in &round.observed {
            *observed.entry(name.clone()).or_default().entry(outcome.clone()).or_default() += 1;
        }
        round.settle_capabilities();
        let judged: Vec<JudgedStep> = round.steps.iter().map(|(judged, _, _)| judged.clone()).collect();
        let decision = decide(planned.level, &context.provider, &judged);
        let stop = decision.verdict.counts_against() || decision.verdict == Verdict::Unsupported;
        if worst.as_ref().is_none_or(|(before, _)| decision.verdict >= before.verdict) {
            worst = Some((decision, round));
        }
        if stop {
            break;
        }
    }
    let races = planned.row().steps.iter().any(|step| matches!(step.operation, Operation::Together(_)));
    let (mut decision, round) = worst.expect("a row has a round");
    let rounds_tell = races && planned.case.generated.is_none();
    if rounds_tell && overlaps < LEAST_OVERLAPS && decision.verdict <= Verdict::Tolerated {
        decision.verdict = Verdict::NotApplicable;
        decision.reason = Some(format!("not exercised: the calls overlapped in {overlaps} rounds alone"));
    }
    let observed = observed.into_iter().map(|(name, outcomes)| (name, in_words(&outcomes))).collect();
    let report = round.report(decision, observed, started);
    (report, left)
}

/// The outcome, or each with its number of rounds.
fn in_words(outcomes: &BTreeMap<String, u32>) -> String {
    match outcomes.keys().next() {
        Some(only) if outcomes.len() == 1 => only.clone(),
        _ => outcomes.iter().map(|(name, rounds)| format!("{rounds} {name}")).collect::<Vec<_>>().join(", "),
    }
}

/// How long what a step claims may take.
fn patience(step: &Step) -> Duration {
    match &step.expect {
        Some(Expect::Claims(claims)) => {
            Duration::from_secs(claims.within.map_or(0, |offset| offset.0.unsigned_abs()))
        }
        _ => Duration::ZERO,
    }
}

/// Whether an Error may come inside a 200.
fn late_error(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::CompleteUpload(_) | Operation::UploadPartCopy(_) | Operation::CopyObject(_)
    )
}

impl<'r> Round<'r> {
    pub(super) fn sizes(&self) -> Sizes<'r> {
        Sizes { provider: &self.context.provider }
    }

    fn run<'s>(&'s mut self, steps: &'s [Step]) -> Pin<Box<dyn Future<Output = ()> + Send + 's>> {
        Box::pin(async move {
            for step in steps {
                self.step(step).await;
            }
        })
    }

    async fn step(&mut self, step: &Step) {
        {
            let from = self.log.len() as u32;
            let (outcome, then) = match &step.operation {
                Operation::Together(lanes) => self.race(step, lanes).await,
                _ => {
                    let started = Instant::now();
                    loop {
                        let answer = self.perform(step).await;
                        let content = answer.as_ref().ok().and_then(|answer| answer.content.clone());
                        let concluded = self.conclude(step, answer);
                        let unmet = matches!(concluded.0, StepOutcome::Unmet { .. });
                        if unmet && let Some(content) = content {
                            self.log.hash_newest(&content);
                        }
                        if !unmet || started.elapsed() >= patience(step) {
                            break concluded;
                        }
                        tokio::time::sleep(AGAIN).await;
                    }
                }
            };
            let (outcome, then) = match self.unlawful() {
                Some(unlawful) => (unlawful, None),
                None => (outcome, then),
            };
            let outcome = self.owed(step, outcome);
            self.record(step, outcome, from);
            if let Some(then) = then {
                self.run(&then).await;
            }
        }
    }

    fn record(&mut self, step: &Step, outcome: StepOutcome, from: u32) {
        let outcome = self.in_full(step, outcome);
        let to = self.log.len() as u32;
        let (result, expected, got) = match &outcome {
            StepOutcome::Met(name) => {
                (StepResult::Met, None, name.clone().unwrap_or_else(|| "as expected".to_owned()))
            }
            StepOutcome::Tolerated(name) => (StepResult::Tolerated, None, name.clone()),
            StepOutcome::Unmet { expected, got, .. } => {
                (StepResult::Unmet, Some(expected.clone()), got.clone())
            }
            StepOutcome::Trouble(trouble) => (StepResult::Trouble, None, trouble.to_string()),
            StepOutcome::Skipped(why) | StepOutcome::Nothing(why) | StepOutcome::Hidden { why, .. } => {
                (StepResult::Skipped, None, why.clone())
            }
        };
        let redactor = &self.context.client.redactor;
        let case = &self.planned.case;
        let line = case.lines.of(&step.path, &case.origin.text);
        let report = StepReport {
            operation: step.operation.name().to_owned(),
            line,
            claim: step.expect.is_some() && step.promised_by.as_ref().is_none_or(|by| *by == self.id),
            result,
            expected: expected.map(|text| redactor.clean(&text)),
            got: redactor.clean(&got),
            exchanges: (to > from).then_some((from + 1, to)),
        };
        // Another row's promise that is broken ends this one; what came otherwise is judged as ever.
        let is_owed = step.promised_by.is_some() && matches!(outcome, StepOutcome::Hidden { .. });
        let judged = JudgedStep {
            claim: step.expect.is_some() && !is_owed,
            reads: step.operation.is_reading(),
            capability: self.capability(step),
            outcome,
        };
        self.steps.push((judged, report, step.clone()));
    }

    /// Objects that have to be there until somebody removes them.
    fn firm_entries(&self) -> Vec<Entry> {
        let entry = |completed: &super::ledger::Completed| {
            let bytes = || completed.parts.iter().map(|at| self.state.sent[*at].bytes());
            let size = bytes().map(|bytes| bytes.len() as u64).sum();
            if !self.context.ledger.keeps(size) {
                return None;
            }
            let mut digest = Sha256::new();
            bytes().for_each(|bytes| digest.update(&bytes));
            Some(Entry {
                key: completed.key.clone(),
                upload: completed.upload.clone(),
                etag: completed.etag.clone(),
                size,
                sha256: hex::encode(digest.finalize()),
                row: self.id.clone(),
                history: self.witness.as_ref().map(|witness| witness.history().clone()),
            })
        };
        self.writes.firm().filter_map(entry).collect()
    }

    /// What the model has against the answers since the last step.
    fn unlawful(&mut self) -> Option<StepOutcome> {
        let unlawful = self.witness.as_mut()?.judge()?;
        let (expected, got) = (unlawful.expected.clone(), unlawful.got.clone());
        Some(StepOutcome::Unmet { expected, got, not_implemented: false })
    }

    /// The answers to a step whose claim is that they are lawful; [`unlawful`](Self::unlawful) tells.
    pub(super) fn left_to_the_model(&self) -> StepOutcome {
        match &self.witness {
            Some(witness) if witness.is_lost() => {
                StepOutcome::Skipped("what the server may know is not known any more".to_owned())
            }
            _ => StepOutcome::Met(None),
        }
    }

    pub(super) fn needs_id_marker(&self) -> bool {
        self.needs(ID_MARKER)
    }

    fn needs(&self, capability: &str) -> bool {
        self.planned.case.needs.iter().any(|name| name == capability)
    }

    /// Whether a step reads a sub-resource that nobody promised.
    fn may_lack(&self, step: &Step) -> bool {
        let capability = self.capability(step).filter(|name| ["acl", "attributes", "tagging"].contains(name));
        capability.is_some_and(|name| self.context.provider.support(name) == Support::Unknown)
    }

    /// The capability that a step asks for; of a raw request its case tells it.
    fn capability(&self, step: &Step) -> Option<&'static str> {
        let needed = || {
            let name = self.planned.case.needs.first()?;
            CAPABILITIES.iter().map(|(known, _)| *known).find(|known| known == name)
        };
        match &step.operation {
            Operation::Raw(_) => needed(),
            Operation::ListUploads(args) if args.walk && self.needs_id_marker() => Some(ID_MARKER),
            Operation::ListUploads(_)
                if self.needs(ANY_PREFIX)
                    && self.context.provider.support(ANY_PREFIX) == Support::Unknown =>
            {
                Some(ANY_PREFIX)
            }
            _ => capability(step),
        }
    }

    /// What the claims about an operation are held against.
    pub(super) fn scene(&self, operation: &Operation) -> Scene<'_> {
        Scene {
            provider: &self.context.provider,
            state: &self.state,
            prefix: &self.prefix,
            head: matches!(operation, Operation::HeadObject(_)),
            late_error: late_error(operation),
            codes_elsewhere: self.context.homes.is_elsewhere(&self.planned.id, OF_ERRORS, "Code"),
            codes_are_foreign: self.context.preflight.codes_are_foreign,
            own_only: match operation {
                Operation::ListUploads(args) => args.prefix.is_none(),
                Operation::ListObjects(args) => args.prefix.is_none(),
                _ => false,
            },
        }
    }

    fn conclude(&mut self, step: &Step, answer: Result<Answer, Fault>) -> (StepOutcome, Option<Vec<Step>>) {
        let answer = match answer {
            Ok(answer) => answer,
            // A sub-resource that a server does not know is passed over, and the object itself answered.
            Err(Fault::Trouble(trouble))
                if trouble.kind == TroubleKind::Unreadable && self.may_lack(step) =>
            {
                let expected = "the document of the sub-resource".to_owned();
                return (
                    StepOutcome::Unmet { expected, got: trouble.to_string(), not_implemented: true },
                    None,
                );
            }
            Err(Fault::Trouble(trouble))
                if trouble.kind == TroubleKind::Unreadable && self.is_absent(step) =>
            {
                let hidden = self.absent(step, &trouble.to_string());
                return (hidden.unwrap_or(StepOutcome::Trouble(trouble)), None);
            }
            Err(Fault::Trouble(trouble)) => {
                let accepted = self.accepted(step, &trouble);
                return (accepted.unwrap_or(StepOutcome::Trouble(trouble)), None);
            }
            // A part that was refused cannot be listed: whatever follows is lawful without it.
            Err(Fault::Unavailable(why)) if matches!(step.expect, Some(Expect::Lawful)) => {
                return (StepOutcome::Met(Some(format!("not tried: {why}"))), None);
            }
            Err(Fault::Unavailable(why)) => return (self.skipped(why), None),
            Err(Fault::Lacking(got)) => {
                let expected = "a marker for the upload too".to_owned();
                return (StepOutcome::Unmet { expected, got, not_implemented: true }, None);
            }
            Err(Fault::Unseen(answer, aspect)) => {
                self.note(&answer);
                return (self.unseen(&answer, aspect), None);
            }
            Err(Fault::Walk(got)) => {
                let expected = "pages that lead from one to the next".to_owned();
                return (StepOutcome::Unmet { expected, got, not_implemented: false }, None);
            }
        };
        self.note(&answer);
        let capability = self.capability(step);
        let unknown = capability.is_some_and(|name| self.context.provider.support(name) == Support::Unknown);
        // What a server does not know it passes over. Whether it lacks the capability is decided when the
        // row has ended: another answer may show it.
        match capability {
            Some(name) if unknown && passed_over(capability, step, &answer) => {
                self.passed_over.entry(name).or_insert((self.steps.len(), answer.summary()));
            }
            Some(name) if is_shown(name, step, &answer) => _ = self.shown.insert(name),
            _ => {}
        }
        let not_implemented = is_refused_as_absent(capability, &answer);
        // What is absent altogether says nothing of how it may be signed.
        if not_implemented
            && (!unknown || is_of_signing(capability))
            && let Some(hidden) = self.absent(step, &answer.summary())
        {
            return (hidden, None);
        }
        let scene = self.scene(&step.operation);
        let unmet = |expected, got| StepOutcome::Unmet { expected, got, not_implemented };
        match &step.expect {
            Some(Expect::Lawful) => (self.left_to_the_model(), None),
            None | Some(Expect::Ok) if answer.is_ok() => (StepOutcome::Met(None), None),
            None | Some(Expect::Ok) => (unmet("success".to_owned(), answer.summary()), None),
            Some(Expect::Claims(claims)) => {
                let outcome = match judge(claims, &answer, &scene) {
                    Met::Yes => StepOutcome::Met(None),
                    Met::Tolerated(name) => StepOutcome::Tolerated(name),
                    Met::No { expected, got } => unmet(expected, got),
                    Met::Unavailable(why) => self.skipped(why),
                    Met::Nothing(why) => StepOutcome::Nothing(why),
                    Met::Unseen(aspect) => self.unseen(&answer, aspect),
                };
                self.observe(step, shown(&outcome, &answer));
                (outcome, None)
            }
            Some(Expect::OneOf(outcomes)) => {
                let chosen =
                    outcomes.iter().find_map(|outcome| match judge(&outcome.claims, &answer, &scene) {
                        Met::Yes => Some((outcome, None)),
                        Met::Tolerated(name) => Some((outcome, Some(name))),
                        Met::No { .. } | Met::Unavailable(_) | Met::Nothing(_) => None,
                        // What cannot be seen does not speak against an outcome.
                        Met::Unseen(_) => Some((outcome, None)),
                    });
                let mut got = content::seen(&answer, &self.state);
                if let Some(lacking) = lacking(outcomes, &answer, &scene) {
                    got = format!("{got}: {lacking}");
                }
                self.choose(step, outcomes, chosen, got, not_implemented)
            }
        }
    }

    /// Takes over what is unusual in an answer, with the rows that are about it.
    pub(super) fn note(&mut self, answer: &Answer) {
        let mut notes = answer.notes.clone();
        for deviation in &answer.deviations {
            let home = self.context.homes.find(deviation.operation, deviation.aspect);
            if !self.deviations.contains(deviation) {
                self.deviations.push(deviation.clone());
            }
            match home {
                Some(home) if *home == self.planned.id => {}
                Some(home) => notes.push(format!("{deviation} ({home})")),
                None => notes.push(deviation.to_string()),
            }
        }
        notes.retain(|note| !self.notes.contains(note));
        self.notes.append(&mut notes);
    }

    /// A claim that needs an aspect which the answer lacks: the home row of the aspect is to blame.
    pub(super) fn unseen(&self, answer: &Answer, aspect: &'static str) -> StepOutcome {
        let missing = answer.deviation(aspect);
        let seen = missing.map_or("missing", |deviation| deviation.seen.as_str());
        let operation = missing.map_or(answer.operation, |deviation| deviation.operation);
        match self.context.homes.find(operation, aspect) {
            Some(home) if *home != self.planned.id => StepOutcome::Hidden {
                by: home.to_string(),
                why: format!("{aspect} in the answer of {operation} is {seen}"),
            },
            _ => StepOutcome::Unmet {
                expected: format!("{aspect} in the answer"),
                got: seen.to_owned(),
                not_implemented: false,
            },
        }
    }

    /// A step that rests on another row's promise, which is broken: that row is to blame.
    fn owed(&self, step: &Step, outcome: StepOutcome) -> StepOutcome {
        // What follows such a step may follow from it.
        let earlier = self.steps.iter().find_map(|(judged, _, earlier)| match &judged.outcome {
            StepOutcome::Hidden { by, .. } if earlier.promised_by.as_ref() == Some(by) => Some(by),
            _ => None,
        });
        if let (Some(by), StepOutcome::Unmet { expected, got, not_implemented: false }) = (earlier, &outcome)
        {
            return StepOutcome::Hidden { by: by.clone(), why: format!("expected {expected}, got {got}") };
        }
        let Some(by) = step.promised_by.clone().filter(|by| *by != self.id) else { return outcome };
        match outcome {
            StepOutcome::Unmet { expected, got, not_implemented: false } => {
                StepOutcome::Hidden { by, why: format!("expected {expected}, got {got}") }
            }
            StepOutcome::Trouble(trouble) if trouble.is_of_the_server() => {
                StepOutcome::Hidden { by, why: trouble.to_string() }
            }
            outcome => outcome,
        }
    }

    /// Whether the preflight found the operation of a step missing.
    fn is_absent(&self, step: &Step) -> bool {
        s3_name(&step.operation).is_some_and(|name| self.context.preflight.is_missing(name))
    }

    /// A step whose operation the preflight found missing: the row about that operation is to blame.
    fn absent(&self, step: &Step, got: &str) -> Option<StepOutcome> {
        let operation = s3_name(&step.operation).filter(|name| self.context.preflight.is_missing(name))?;
        let home = self.context.homes.find(operation, ANSWER)?;
        let why = format!("{operation} is not there: {got}");
        (*home != self.planned.id).then(|| StepOutcome::Hidden { by: home.to_string(), why })
    }

    /// A step that lacks what an earlier one was to produce: an answer that left it out is to blame.
    pub(super) fn skipped(&self, why: String) -> StepOutcome {
        let needed = |deviation: &&Deviation| ["UploadId", "ETag", "Part.ETag"].contains(&deviation.aspect);
        let found = self.deviations.iter().find(needed);
        let home = found.and_then(|of| self.context.homes.find(of.operation, of.aspect));
        match home.filter(|home| **home != self.planned.id) {
            Some(home) => StepOutcome::Hidden { by: home.to_string(), why },
            None => StepOutcome::Skipped(why),
        }
    }

    /// A capability that nobody promised, and that no answer has shown, is not there: the row ends at the
    /// step that asked for it.
    fn settle_capabilities(&mut self) {
        for (name, (at, got)) in std::mem::take(&mut self.passed_over) {
            if self.shown.contains(name) || self.context.preflight.shows(name) {
                continue;
            }
            let expected = format!("an answer that shows {name}");
            if let Some((judged, report, _)) = self.steps.get_mut(at) {
                (report.result, report.expected, report.got) =
                    (StepResult::Unmet, Some(expected.clone()), got.clone());
                judged.outcome = StepOutcome::Unmet { expected, got, not_implemented: true };
            }
        }
    }

    /// Fills the row of the dialect sheet that the step names; the rows of a case have one each.
    fn observe(&mut self, step: &Step, outcome: String) {
        if let Some(name) = &step.observe {
            let row = self.planned.id.row.as_ref().map_or_else(String::new, |row| format!("[{row}]"));
            self.observed.push((format!("{name}{row}"), outcome));
        }
    }

    /// Grades the outcome that was seen.
    pub(super) fn choose(
        &mut self,
        step: &Step,
        outcomes: &[Outcome],
        chosen: Option<(&Outcome, Option<String>)>,
        got: String,
        not_implemented: bool,
    ) -> (StepOutcome, Option<Vec<Step>>) {
        let Some((outcome, spelt)) = chosen else {
            self.observe(step, format!("other: {got}"));
            // What is only put up with is nothing to wish for.
            let any = outcomes.iter().any(|outcome| outcome.grade == Grade::Fine);
            let fine = outcomes.iter().filter(|outcome| !any || outcome.grade == Grade::Fine);
            let names: Vec<&str> = fine.map(|outcome| outcome.name.as_str()).collect();
            let expected = match names[..] {
                [only] => only.to_owned(),
                _ => format!("one of: {}", names.join("; ")),
            };
            return (StepOutcome::Unmet { expected, got, not_implemented }, None);
        };
        self.observe(step, outcome.name.clone());
        let provider = &self.context.provider;
        let pinned = step.observe.as_ref().and_then(|row| provider.answers.get(row));
        let sources = if outcome.source.is_empty() { &self.planned.case.source } else { &outcome.source };
        let documented = sources.iter().any(|source| binds(source, &provider.sources));
        let judged = match pinned {
            Some(pinned) if *pinned != outcome.name => StepOutcome::Unmet {
                expected: format!("{pinned}, as the documents of {} promise", provider.title),
                got: outcome.name.clone(),
                not_implemented: false,
            },
            _ if spelt.is_some() => StepOutcome::Tolerated(spelt.unwrap_or_default()),
            Some(_) => StepOutcome::Met(Some(outcome.name.clone())),
            None if outcome.grade == Grade::Fine && documented => {
                StepOutcome::Met(Some(outcome.name.clone()))
            }
            None => StepOutcome::Tolerated(outcome.name.clone()),
        };
        (judged, Some(outcome.then.clone()))
    }
}

/// What a claim without named outcomes shows in the dialect sheet.
fn shown(outcome: &StepOutcome, answer: &Answer) -> String {
    match outcome {
        StepOutcome::Unmet { got, not_implemented: true, .. } => format!("not there: {got}"),
        StepOutcome::Unmet { got, .. } => format!("other: {got}"),
        _ if answer.refusal.is_some() => answer.code(),
        _ => AS_CLAIMED.to_owned(),
    }
}
