//! Carries a step out, and records what came of it.

use std::pin::Pin;
use std::time::{Duration, Instant};

use super::super::judge::{Concluded, Fault, JudgedStep, StepOutcome, amiss};
use super::round::Round;
use crate::case::{Expect, Step};
use crate::operation::{Action, Release};
use crate::report::{FindingKind, StepReport, StepResult};
use crate::wire::{Answer, Trouble, TroubleKind};

/// Between two tries of a step that has time.
const AGAIN: Duration = Duration::from_millis(100);

/// How long what a step claims may take.
fn patience(step: &Step) -> Duration {
    match &step.expect {
        Some(Expect::Claims(claims)) => {
            Duration::from_secs(claims.within.map_or(0, |offset| offset.0.unsigned_abs()))
        }
        _ => Duration::ZERO,
    }
}

impl Round<'_> {
    /// Carries steps out, one after the other.
    pub(super) fn run<'s>(&'s mut self, steps: &'s [Step]) -> Pin<Box<dyn Future<Output = ()> + Send + 's>> {
        Box::pin(async move {
            for step in steps {
                self.step(step).await;
            }
        })
    }

    async fn step(&mut self, step: &Step) {
        let from = self.log.len() as u32;
        let (outcome, then) = match &step.action {
            Action::Together => self.race(step).await,
            _ => self.try_again(step).await,
        };
        let (outcome, then) = match self.unlawful() {
            Some(unlawful) => (unlawful, None),
            None => (outcome, then),
        };
        let outcome = self.judge().owed(step, outcome);
        self.record(step, outcome, from);
        if let Some(then) = then {
            self.run(&then).await;
        }
    }

    /// Carries a step out; one that has time is done again until its claim is met.
    async fn try_again(&mut self, step: &Step) -> Concluded {
        let started = Instant::now();
        loop {
            let answer = self.perform(step).await;
            let content = answer.as_ref().ok().and_then(|answer| answer.content.clone());
            let seen = self.seen();
            let concluded = self.judge().conclude(step, answer, seen);
            let unmet = matches!(concluded.0, StepOutcome::Unmet { .. });
            if unmet && let Some(content) = content {
                self.log.hash_newest(&content);
            }
            if !unmet || started.elapsed() >= patience(step) {
                return concluded;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Carries a step out that is no race.
    async fn perform(&mut self, step: &Step) -> Result<Answer, Fault> {
        match &step.action {
            Action::Call(operation) => self.call(step, &**operation).await,
            Action::Loop(many) => self.many(step, &**many).await,
            Action::Release(Release(name)) => self.let_go(name).await,
            Action::Restart => {
                let Some(restart) = self.context.watch.restart() else {
                    return Err(Fault::Unavailable("a way to start the server anew".to_owned()));
                };
                let restarted = restart.restart(&self.context.client).await;
                restarted.map_err(|told| Trouble::new(TroubleKind::Restart, told))?;
                if let Some(lawful) = &mut self.lawful {
                    lawful.note_restart();
                }
                Ok(Answer { status: 200, ..Answer::default() })
            }
            Action::Together => Err(Fault::Unavailable("lanes are no single step".to_owned())),
        }
    }

    fn record(&mut self, step: &Step, outcome: StepOutcome, from: u32) {
        let outcome = self.judge().in_full(step, outcome);
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
        // Of several answers at the same time the last one says nothing.
        let status = self.seen().status.filter(|_| !matches!(step.action, Action::Together));
        let (about, seen) = amiss(&outcome, status).unzip();
        let case = &self.planned.case;
        let line = case.lines.of(&step.path, &case.origin.text);
        let report = StepReport {
            operation: step.word.to_owned(),
            line,
            claim: step.expect.is_some() && step.promised_by.as_ref().is_none_or(|by| *by == self.state.id),
            result,
            expected,
            got,
            about,
            seen,
            exchanges: (to > from).then_some((from + 1, to)),
        };
        // Another row's promise that is broken ends this one; what came otherwise is judged as ever.
        let is_owed = step.promised_by.is_some() && matches!(outcome, StepOutcome::Hidden { .. });
        let judged = JudgedStep {
            claim: step.expect.is_some() && !is_owed,
            reads: step.profile().reads,
            capability: self.judge().capability(step),
            outcome,
        };
        self.recorder.steps.push((judged, report, step.clone()));
    }

    /// What the model has against the answers since the last step.
    fn unlawful(&mut self) -> Option<StepOutcome> {
        let unlawful = self.lawful.as_mut()?.judge()?;
        let (expected, got) = (unlawful.expected.clone(), unlawful.got.clone());
        let about = FindingKind::from(unlawful.kind).id().into();
        Some(StepOutcome::Unmet { about, expected, got, not_implemented: false })
    }
}
