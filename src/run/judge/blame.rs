//! Who is to blame for what a step cannot see: the row whose promise is broken reports it, and this one is blocked.

use super::super::context::RowContext;
use super::Judge;
use super::verdict::StepOutcome;
use crate::case::Step;
use crate::operation::ANSWER;
use crate::wire::{Answer, Deviation};

impl Judge<'_, '_> {
    /// A claim that needs an aspect which the answer lacks: the home row of the aspect is to blame.
    pub(in super::super) fn unseen(&self, answer: &Answer, aspect: &'static str) -> StepOutcome {
        let missing = answer.deviation(aspect);
        let seen = missing.map_or("missing", |deviation| deviation.seen.as_str());
        let operation = missing.map_or(answer.operation, |deviation| deviation.operation);
        match self.context.homes.find(operation, aspect) {
            Some(home) if *home != self.planned.id => StepOutcome::Hidden {
                by: home.to_string(),
                why: format!("{aspect} in the answer of {operation} is {seen}"),
                of: Some((aspect.into(), seen.to_owned())),
            },
            _ => StepOutcome::Unmet {
                about: aspect.into(),
                expected: format!("{aspect} in the answer"),
                got: seen.to_owned(),
                not_implemented: false,
            },
        }
    }

    /// A step that rests on another row's promise, which is broken: that row is to blame.
    pub(in super::super) fn owed(&self, step: &Step, outcome: StepOutcome) -> StepOutcome {
        // What follows such a step may follow from it.
        let earlier = self.recorder.steps.iter().find_map(|(judged, _, earlier)| match &judged.outcome {
            StepOutcome::Hidden { by, .. } if earlier.promised_by.as_ref() == Some(by) => Some(by),
            _ => None,
        });
        if let (Some(by), StepOutcome::Unmet { about, expected, got, not_implemented: false }) =
            (earlier, &outcome)
        {
            let why = format!("expected {expected}, got {got}");
            return StepOutcome::Hidden { by: by.clone(), why, of: Some((about.clone(), got.clone())) };
        }
        let Some(by) = step.promised_by.clone().filter(|by| *by != self.state.id) else { return outcome };
        match outcome {
            StepOutcome::Unmet { about, expected, got, not_implemented: false } => {
                let why = format!("expected {expected}, got {got}");
                StepOutcome::Hidden { by, why, of: Some((about, got)) }
            }
            StepOutcome::Trouble(trouble) if trouble.is_of_the_server() => {
                StepOutcome::Hidden { by, why: trouble.to_string(), of: None }
            }
            outcome => outcome,
        }
    }

    /// Whether the preflight found the operation of a step missing.
    pub(super) fn is_absent(&self, step: &Step) -> bool {
        missing_operation(self.context, step).is_some()
    }

    /// A step whose operation the preflight found missing: the row about that operation is to blame.
    pub(super) fn absent(&self, step: &Step, got: &str) -> Option<StepOutcome> {
        let operation = missing_operation(self.context, step)?;
        let home = self.context.homes.find(operation, ANSWER)?;
        let why = format!("{operation} is not there: {got}");
        (*home != self.planned.id).then(|| StepOutcome::Hidden { by: home.to_string(), why, of: None })
    }

    /// A step that lacks what an earlier one was to produce: an answer that left it out is to blame.
    pub(in super::super) fn skipped(&self, why: String) -> StepOutcome {
        let needed = |deviation: &&Deviation| ["UploadId", "ETag", "Part.ETag"].contains(&deviation.aspect);
        let found = self.recorder.deviations.iter().find(needed);
        let home = found.and_then(|of| self.context.homes.find(of.operation, of.aspect));
        match home.filter(|home| **home != self.planned.id) {
            Some(home) => StepOutcome::Hidden { by: home.to_string(), why, of: None },
            None => StepOutcome::Skipped(why),
        }
    }
}

/// The name of a step's operation, if the preflight found that missing.
pub(super) fn missing_operation(context: &RowContext, step: &Step) -> Option<&'static str> {
    step.s3_name().filter(|name| context.preflight.is_missing(name))
}
