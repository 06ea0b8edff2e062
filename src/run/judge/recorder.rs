//! What is recorded of a row: its steps, what was observed, and what of its answers is odd.

use std::collections::{BTreeMap, BTreeSet};

use super::super::context::RowContext;
use super::super::plan::PlannedRow;
use super::conclude::ABSENT;
use super::verdict::{JudgedStep, StepOutcome};
use crate::case::Step;
use crate::report::{StepReport, StepResult};
use crate::wire::{Answer, Deviation};

/// What is recorded of one round of a row.
#[derive(Debug, Default)]
pub(in super::super) struct Recorder {
    /// The steps so far, with what came of each.
    pub(in super::super) steps: Vec<(JudgedStep, StepReport, Step)>,
    /// Observed behaviour, with the outcome.
    pub(in super::super) observed: Vec<(String, String)>,
    /// Remarks.
    pub(in super::super) notes: Vec<String>,
    /// What of the answers so far was missing, empty or odd.
    pub(super) deviations: Vec<Deviation>,
    /// Capabilities of which an answer has shown a trace.
    pub(super) shown: BTreeSet<&'static str>,
    /// Capabilities that an answer passed over: the step that asked, and what was answered.
    pub(super) passed_over: BTreeMap<&'static str, (usize, String)>,
}

impl Recorder {
    /// Nothing was done yet; of a disputed row that is said.
    pub(in super::super) fn new(planned: &PlannedRow) -> Self {
        Self { notes: planned.disputed.clone().into_iter().collect(), ..Self::default() }
    }

    /// Records what is unusual in an answer, with the rows that are about it.
    pub(in super::super) fn note(&mut self, answer: &Answer, context: &RowContext, planned: &PlannedRow) {
        let mut notes = answer.notes.clone();
        for deviation in &answer.deviations {
            if !self.deviations.contains(deviation) {
                self.deviations.push(deviation.clone());
            }
            match context.homes.find(deviation.operation, deviation.aspect) {
                Some(home) if *home == planned.id => {}
                Some(home) => notes.push(format!("{deviation} ({home})")),
                None => notes.push(deviation.to_string()),
            }
        }
        notes.retain(|note| !self.notes.contains(note));
        self.notes.append(&mut notes);
    }

    /// Records observed behaviour under the name that the step gives it; the rows of a case have one each.
    pub(super) fn observe(&mut self, step: &Step, planned: &PlannedRow, outcome: String) {
        if let Some(name) = &step.observe {
            let row = planned.id.row.as_ref().map_or_else(String::new, |row| format!("[{row}]"));
            self.observed.push((format!("{name}{row}"), outcome));
        }
    }

    /// A capability that nobody promised, and that no answer has shown, is not there: the row ends at the
    /// step that asked for it.
    pub(in super::super) fn settle_capabilities(&mut self, context: &RowContext) {
        for (name, (at, got)) in std::mem::take(&mut self.passed_over) {
            if self.shown.contains(name) || context.preflight.shows(name) {
                continue;
            }
            let expected = format!("an answer that shows {name}");
            if let Some((judged, report, _)) = self.steps.get_mut(at) {
                (report.result, report.expected, report.got) =
                    (StepResult::Unmet, Some(expected.clone()), got.clone());
                let about = ABSENT.into();
                judged.outcome = StepOutcome::Unmet { about, expected, got, not_implemented: true };
            }
        }
    }
}
