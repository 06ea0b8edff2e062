//! Calls that are released together.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::super::judge::{Concluded, Fault, Met, StepOutcome, Witnessed, content, interval, judge};
use super::super::send::{is_throttled, send};
use super::call::Ready;
use super::round::Round;
use crate::case::{Conduct, Expect, LaneExpect, Outcome, Step};
use crate::language::{Delay, HangUp};
use crate::wire::{Answer, Exchange, Trouble, sent_before};

impl Round<'_> {
    /// Sends one request a lane, all at the same time.
    pub(super) async fn race(&mut self, step: &Step) -> Concluded {
        let mut prepared: Vec<(String, Step, Ready)> = Vec::new();
        let is_plain = self.context.client.target.endpoint.scheme() == "http";
        for (name, steps) in &step.lanes {
            if !is_plain && steps.iter().any(|step| step.conduct.hangs_up.is_some()) {
                let why = "a client can go away on an endpoint without TLS alone".to_owned();
                return (self.judge().skipped(why), None);
            }
            let Some(only) = steps.first() else { continue };
            match self.ready(only) {
                Ok(call) => prepared.push((name.clone(), only.clone(), call)),
                // In a race that the model judges, the others run without it.
                Err(Fault::Unavailable(_)) if matches!(step.expect, Some(Expect::Lawful)) => {}
                Err(Fault::Unavailable(why) | Fault::Walk(why) | Fault::Lacking(why)) => {
                    return (self.judge().skipped(why), None);
                }
                Err(Fault::Unseen(answer, aspect)) => return (self.judge().unseen(&answer, aspect), None),
                Err(Fault::Trouble(trouble)) => return (StepOutcome::Trouble(trouble), None),
            }
        }
        let from = self.log.len();
        let (answers, released) = self.release(&prepared).await;
        let exchanges = self.log.since(from);
        self.overlapped = self.have_overlapped(&prepared, &exchanges, &released);
        for ((_, _, call), answer) in prepared.iter().zip(&answers) {
            self.note_write(&*call.prepared, answer.as_ref());
        }
        if let Some(lawful) = &mut self.lawful {
            let witnessed = prepared.iter().zip(&answers).map(|((name, _, call), answer)| Witnessed {
                call: &*call.prepared,
                answer: answer.as_ref(),
                times: interval(&exchanges, Some(name)),
                client: name,
            });
            lawful.note(&witnessed.collect::<Vec<_>>());
        }
        // Where nobody else writes the key, its ETag after the race is that of the completion.
        let writers = prepared.iter().filter(|(_, step, _)| !step.profile().reads).count();
        let mut seen: Vec<(String, Step, Answer)> = Vec::new();
        let mut trouble = None;
        for ((name, step, call), answer) in prepared.into_iter().zip(answers) {
            match answer {
                Ok(mut answer) => {
                    self.recorder.note(&answer, self.context, self.planned);
                    self.fill_in_etag(&*call.prepared, &mut answer, |of| writers == 1 && of.of_object).await;
                    call.prepared.absorb(&answer, &mut self.state);
                    seen.push((name, step, answer));
                }
                // Nobody waited for it.
                Err(_) if step.conduct.hangs_up.is_some() => {}
                Err(found) => trouble = Some(found),
            }
        }
        if let Some(trouble) = trouble {
            return (StepOutcome::Trouble(trouble), None);
        }
        let got =
            seen.iter().map(|(name, _, answer)| format!("{name}: {}", content::seen(answer, &self.state)));
        let got = got.collect::<Vec<_>>().join("; ");
        let Some(Expect::OneOf(outcomes)) = &step.expect else {
            return (self.seen().left_to_the_model(), None);
        };
        let mut unseen = None;
        let mut view = self.judge();
        // The outcome, with the spelling of a lane that is only tolerated.
        let fits = |outcome: &Outcome| {
            let mut spelt = None;
            for (lane, claim) in &outcome.lanes {
                let (_, step, answer) = seen.iter().find(|(name, _, _)| name == lane)?;
                let met = match claim {
                    LaneExpect::Ok if answer.is_ok() => Met::Yes,
                    LaneExpect::Ok => return None,
                    LaneExpect::Claims(claims) => judge(claims, answer, &view.scene(step)),
                };
                match met {
                    Met::Yes => {}
                    Met::Tolerated(name) => spelt = Some(format!("{}, {lane} {name}", outcome.name)),
                    Met::No { .. } | Met::Unavailable(_) | Met::Nothing(_) => return None,
                    Met::Unseen(aspect) => {
                        unseen = Some((answer.clone(), aspect));
                        return None;
                    }
                }
            }
            Some((outcome.clone(), spelt))
        };
        let chosen = outcomes.iter().find_map(fits);
        if let (None, Some((answer, aspect))) = (&chosen, unseen) {
            return (view.unseen(&answer, aspect), None);
        }
        let chosen = chosen.as_ref().map(|(outcome, spelt)| (outcome, spelt.clone()));
        view.choose(step, outcomes, chosen, got, false)
    }

    /// Whether calls were under way at the same time: those that a generated case is about, which come first, else all.
    fn have_overlapped(
        &self,
        prepared: &[(String, Step, Ready)],
        exchanges: &[Exchange],
        released: &[u64],
    ) -> bool {
        let many = if self.planned.case.generated.is_some() { 2 } else { prepared.len() };
        let ends = prepared.iter().take(many).map(|(name, _, _)| interval(exchanges, Some(name)).1);
        let last_release = released.iter().take(many).max();
        ends.min().zip(last_release).is_some_and(|(first_end, last_release)| *last_release < first_end)
    }

    /// Releases the calls of a race together. Returns their answers, and when each was released.
    ///
    /// Where there is no TLS, all but the last byte of each request is there before: the server has them
    /// all at once. Elsewhere they begin together. From round to round another one is the first by a hair:
    /// a server that is faster with one of them would else always take them in one order.
    async fn release(&self, prepared: &[(String, Step, Ready)]) -> (Vec<Result<Answer, Trouble>>, Vec<u64>) {
        let client = &self.context.client;
        let released: Vec<AtomicU64> = prepared.iter().map(|_| AtomicU64::new(0)).collect();
        let mut pending = Vec::new();
        for ((name, step, ready), released) in prepared.iter().zip(&released) {
            let log = self.log.lane(name);
            let Conduct { after, hangs_up, pauses } = step.conduct;
            let pause = pauses.map(|Delay(pause)| pause);
            let held = match client.target.endpoint.scheme() {
                "http" => Some(client.hold_back(ready.prepared.call(), &ready.signing, pause, &log).await),
                _ => None,
            };
            let call = Box::pin(async move {
                if let Some(Delay(delay)) = after {
                    wait(delay).await;
                }
                released.store(client.now_us(), Ordering::Relaxed);
                let again = || send(client, ready.prepared.call(), &ready.signing, &log);
                match held {
                    Some(held) if hangs_up.is_some() => Err(match hangs_up {
                        Some(HangUp::After(Delay(after))) => client.hang_up(held?, after, &log).await,
                        _ => client.cut(held?, &log).await,
                    }),
                    Some(held) => match client.release(held?, ready.prepared.call(), &log).await {
                        Ok(answer) if is_throttled(&answer) => sent_before(again().await),
                        answer => answer,
                    },
                    None => again().await,
                }
            });
            pending.push((Some(call), None));
        }
        let first = self.turn as usize % pending.len().max(1);
        let answers = std::future::poll_fn(move |context| {
            let mut waiting = false;
            let (later, sooner) = pending.split_at_mut(first);
            for (future, answer) in sooner.iter_mut().chain(later) {
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
        .await;
        (answers, released.into_iter().map(AtomicU64::into_inner).collect())
    }
}

/// Waits for so long. The timer of the runtime counts milliseconds; the rest is counted here.
async fn wait(delay: Duration) {
    let until = Instant::now() + delay;
    if delay > TIMER {
        tokio::time::sleep(delay - TIMER).await;
    }
    while Instant::now() < until {
        tokio::task::yield_now().await;
    }
}

/// What the timer of the runtime may be late.
const TIMER: Duration = Duration::from_millis(2);
