//! Calls that are released together.

use super::claims::{Met, judge};
use super::perform::{Fault, send};
use super::prepare::Prepared;
use super::row::Round;
use super::verdict::StepOutcome;
use crate::case::{Expect, LaneExpect, Outcome, Step};
use crate::wire::{Answer, Trouble};

impl Round<'_> {
    /// Sends one request a lane, all at the same time.
    pub(super) async fn race(
        &mut self,
        step: &Step,
        lanes: &[(String, Vec<Step>)],
    ) -> (StepOutcome, Option<Vec<Step>>) {
        let mut prepared: Vec<(String, Step, Prepared)> = Vec::new();
        for (name, steps) in lanes {
            let Some(only) = steps.first() else { continue };
            match self.prepare(only) {
                Ok(call) => prepared.push((name.clone(), only.clone(), call)),
                Err(Fault::Unavailable(why) | Fault::Walk(why) | Fault::Lacking(why)) => {
                    return (StepOutcome::Skipped(why), None);
                }
                Err(Fault::Trouble(trouble)) => return (StepOutcome::Trouble(trouble), None),
            }
        }
        let from = self.log.len();
        let answers = self.release(&prepared).await;
        let intervals: Vec<(u64, u64)> = self.log.exchanges()[from..]
            .iter()
            .map(|exchange| (exchange.start_us, exchange.end_us))
            .collect();
        let latest_start = intervals.iter().map(|(start, _)| *start).max();
        let earliest_end = intervals.iter().map(|(_, end)| *end).min();
        self.overlapped = latest_start < earliest_end;
        let mut seen: Vec<(String, Step, Answer)> = Vec::new();
        let mut trouble = None;
        for ((name, step, call), answer) in prepared.into_iter().zip(answers) {
            match answer {
                Ok(answer) => {
                    self.absorb(call, &answer);
                    seen.push((name, step, answer));
                }
                Err(found) => trouble = Some(found),
            }
        }
        if let Some(trouble) = trouble {
            return (StepOutcome::Trouble(trouble), None);
        }
        let got: Vec<String> =
            seen.iter().map(|(name, _, answer)| format!("{name}: {}", answer.summary())).collect();
        let Some(Expect::OneOf(outcomes)) = &step.expect else {
            return (StepOutcome::Met(None), None);
        };
        let fits = |outcome: &&Outcome| {
            outcome.lanes.iter().all(|(lane, claim)| {
                let Some((_, step, answer)) = seen.iter().find(|(name, _, _)| name == lane) else {
                    return false;
                };
                let scene = self.scene(&step.operation);
                match claim {
                    LaneExpect::Ok => answer.is_ok(),
                    LaneExpect::Claims(claims) => judge(claims, answer, &scene) == Met::Yes,
                }
            })
        };
        let chosen = outcomes.iter().find(fits).cloned();
        self.choose(step, outcomes, chosen.as_ref().map(|outcome| (outcome, None)), got.join("; "), false)
    }

    /// Releases the calls of a race together.
    async fn release(&self, prepared: &[(String, Step, Prepared)]) -> Vec<Result<Answer, Trouble>> {
        let mut pending: Vec<_> = prepared
            .iter()
            .map(|(name, _, prepared)| {
                let log = self.log.lane(name);
                let client = &self.context.client;
                (
                    Some(Box::pin(async move {
                        send(client, prepared.call.as_ref(), &prepared.signing, &log).await
                    })),
                    None,
                )
            })
            .collect();
        std::future::poll_fn(move |context| {
            let mut waiting = false;
            for (future, answer) in &mut pending {
                if let Some(running) = future {
                    match running.as_mut().poll(context) {
                        std::task::Poll::Ready(ready) => {
                            *answer = Some(ready);
                            *future = None;
                        }
                        std::task::Poll::Pending => waiting = true,
                    }
                }
            }
            if waiting {
                return std::task::Poll::Pending;
            }
            std::task::Poll::Ready(pending.iter_mut().filter_map(|(_, answer)| answer.take()).collect())
        })
        .await
    }
}
