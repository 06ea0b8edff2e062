//! What of a row goes into its report.

use std::collections::BTreeMap;
use std::time::Instant;

use mpuspec_mock::yaml::{Spot, locate};

use super::super::context::RowContext;
use super::super::plan::PlannedRow;
use super::blame::missing_operation;
use super::lawful::Lawful;
use super::recorder::Recorder;
use super::verdict::{Decision, weakened};
use crate::case::{Registry, Step};
use crate::report::{Excerpt, RowReport, SourceInfo, Verdict};
use crate::wire::{Exchange, Log};

/// As many exchanges of a row are kept.
const MOST_EXCHANGES: usize = 40;

/// A row that was run.
pub(in super::super) struct Ran<'r> {
    pub(in super::super) context: &'r RowContext,
    pub(in super::super) planned: &'r PlannedRow,
    pub(in super::super) recorder: Recorder,
    pub(in super::super) log: Log,
    pub(in super::super) lawful: Option<Lawful>,
}

impl Ran<'_> {
    /// The report of the round that decided.
    pub(in super::super) fn report(
        self,
        decision: Decision,
        observed: BTreeMap<String, String>,
        started: Instant,
    ) -> RowReport {
        let Decision { verdict, step, reason, blocked_by } = decision;
        let redactor = &self.context.client.redactor;
        let found = self.lawful.as_ref().map(Lawful::explanations).unwrap_or_default().into_iter().next();
        let kind = found.as_ref().map(|found| found.kind);
        let generated = self.planned.case.generated.is_some();
        let (level, verdict) = match kind.filter(|_| !generated) {
            Some(kind) => weakened(self.planned.level, verdict, kind, &self.context.provider),
            None => (self.planned.level, verdict),
        };
        let mut notes: Vec<String> = self.recorder.notes.clone();
        if level != self.planned.level {
            let title = &self.context.provider.title;
            notes.push(format!("only recorded: {title} promises no order of calls at the same time"));
        }
        let cause = step
            .filter(|_| verdict.counts_against())
            .and_then(|at| missing_operation(self.context, &self.recorder.steps[at].2))
            .filter(|operation| self.context.preflight.is_absent(operation))
            .map(str::to_owned);
        let excerpt = step.and_then(|at| excerpt(&self.planned.case.origin.text, &self.recorder.steps[at].2));
        let keep = self.context.all_evidence || !matches!(verdict, Verdict::Pass | Verdict::NotApplicable);
        let around = step.and_then(|at| self.recorder.steps[at].1.exchanges).map_or(0, |(_, last)| last);
        redactor.cleaned(RowReport {
            level,
            verdict,
            millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            reason,
            cause,
            blocked_by: blocked_by.filter(|_| verdict == Verdict::Blocked),
            observed,
            steps: self.recorder.steps.iter().map(|(_, report, _)| report.clone()).collect(),
            decided_by: step,
            exchanges: if keep { thin_out(self.log.exchanges(), around) } else { Vec::new() },
            notes,
            excerpt,
            history: self.lawful.as_ref().filter(|_| keep).map(|lawful| lawful.witness().history().clone()),
            explanation: found,
            ..empty_report(self.planned, &self.context.registry)
        })
    }
}

/// The report of a row that did not run.
pub(in super::super) fn empty_report(planned: &PlannedRow, registry: &Registry) -> RowReport {
    let source = |key: &String| {
        let (url, says) = registry.describe(key);
        SourceInfo { key: key.clone(), url, says, recorded_of: registry.recorded_of(key) }
    };
    let id = &planned.id;
    RowReport {
        harm: Some(planned.row().harm),
        was: planned.row().was.clone(),
        sources: planned.case.source.iter().map(source).collect(),
        file: planned.case.origin.name.clone(),
        columns: planned.row().columns.iter().cloned().collect(),
        about: planned.case.about.clone(),
        since: planned.case.since.clone(),
        digest: Some(planned.row().digest.clone()),
        ..RowReport::untried(&id.case, id.row.as_deref(), &planned.case.title, planned.level)
    }
}

/// The lines around a step, with its claim marked.
fn excerpt(text: &str, step: &Step) -> Option<Excerpt> {
    let place = if step.expect.is_some() {
        locate(text, &step.path.key("expect"), Spot::Value)
    } else {
        locate(text, &step.path.key(step.word), Spot::Key)
    };
    let span = place.or_else(|| locate(text, &step.path, Spot::Value))?;
    let operation = locate(text, &step.path.key(step.word), Spot::Key).map_or(span.line, |span| span.line);
    let first = operation.saturating_sub(1).max(1);
    let lines: Vec<String> =
        text.lines().skip(first - 1).take(span.line + 1 - first).map(str::to_owned).collect();
    Some(Excerpt { first_line: first, lines, line: span.line, column: span.column, length: span.length })
}

/// The first, the last, and those around the break.
fn thin_out(exchanges: Vec<Exchange>, around: u32) -> Vec<Exchange> {
    if exchanges.len() <= MOST_EXCHANGES {
        return exchanges;
    }
    let (total, third) = (exchanges.len() as u32, MOST_EXCHANGES as u32 / 3);
    let near = |n: u32| n.abs_diff(around) <= third / 2;
    exchanges.into_iter().filter(|e| e.n <= third || e.n > total - third || near(e.n)).collect()
}
