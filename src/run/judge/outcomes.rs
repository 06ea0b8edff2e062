//! Named outcomes: which one was seen, and how good it is.

use super::Judge;
use super::claims::REFUSAL;
use super::verdict::StepOutcome;
use crate::case::{Grade, Outcome, Step, binds};

/// What a claim with named outcomes is about.
const OUTCOME: &str = "outcome";

/// What came of a step, with the steps that follow.
pub(in super::super) type Concluded = (StepOutcome, Option<Vec<Step>>);

impl Judge<'_, '_> {
    /// Grades the outcome that was seen.
    pub(in super::super) fn choose(
        &mut self,
        step: &Step,
        outcomes: &[Outcome],
        chosen: Option<(&Outcome, Option<String>)>,
        got: String,
        not_implemented: bool,
    ) -> Concluded {
        let Some((outcome, spelt)) = chosen else {
            self.recorder.observe(step, self.planned, format!("other: {got}"));
            // What is only put up with is nothing to wish for.
            let any = outcomes.iter().any(|outcome| outcome.grade == Grade::Fine);
            let fine = outcomes.iter().filter(|outcome| !any || outcome.grade == Grade::Fine);
            let names: Vec<&str> = fine.map(|outcome| outcome.name.as_str()).collect();
            let expected = match names[..] {
                [only] => only.to_owned(),
                _ => format!("one of: {}", names.join("; ")),
            };
            let about = if self.demands_refusal(step).is_some() { REFUSAL } else { OUTCOME }.into();
            return (StepOutcome::Unmet { about, expected, got, not_implemented }, None);
        };
        self.recorder.observe(step, self.planned, outcome.name.clone());
        let provider = &self.context.provider;
        let says = |outcome: &Outcome| outcome.rule.and_then(|rule| provider.rules.say(rule));
        let pinned = outcomes.iter().find(|outcome| says(outcome) == Some(true)).map(|outcome| &outcome.name);
        let sources = if outcome.source.is_empty() { &self.planned.case.source } else { &outcome.source };
        let documented = sources.iter().any(|source| binds(source, &provider.sources));
        let judged = match pinned {
            Some(pinned) if says(outcome) != Some(true) => StepOutcome::Unmet {
                about: OUTCOME.into(),
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
