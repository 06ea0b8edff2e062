//! Carries out steps that are many calls of one operation.

use std::sync::Arc;

use super::super::judge::Fault;
use super::super::send::send;
use super::round::Round;
use crate::case::Step;
use crate::operation::{Loop, Prepared};
use crate::wire::{Answer, Signing, Trouble, TroubleKind};

impl Round<'_> {
    /// Sends the calls, up to a number at a time, and ends at the first that is refused. Returns the last answer, with the
    /// ids of all uploads that were created.
    pub(super) async fn many(&mut self, step: &Step, many: &dyn Loop) -> Result<Answer, Fault> {
        let (calls, at_once) = many.prepare(&mut self.state)?;
        let calls: Vec<Arc<dyn Prepared>> = calls.into_iter().map(Arc::from).collect();
        let (log, from) = (self.log_of(step), self.log.len());
        let mut last = Answer::default();
        let mut upload_ids = Vec::new();
        for batch in calls.chunks(at_once.max(1)) {
            let mut lanes = tokio::task::JoinSet::new();
            for prepared in batch.iter().cloned() {
                let (client, log) = (self.context.client.clone(), log.clone());
                lanes.spawn(async move {
                    let answer = send(&client, prepared.call(), &Signing::default(), &log).await;
                    (prepared, answer)
                });
            }
            // What all of them made is known before one of them ends the step.
            let (mut came, mut ends) = (Vec::new(), None);
            while let Some(joined) = lanes.join_next().await {
                match joined {
                    Ok(one) => came.push(one),
                    Err(error) => ends = Some(Err(Trouble::new(TroubleKind::Interrupted, error.to_string()))),
                }
            }
            for (prepared, answer) in came {
                self.note_write(&*prepared, answer.as_ref());
                match answer {
                    Ok(mut answer) if answer.is_ok() => {
                        self.fill_in_etag(&*prepared, &mut answer, |_| true).await;
                        prepared.absorb(&answer, &mut self.state);
                        upload_ids.extend(answer.upload_ids.clone());
                        last = answer;
                    }
                    other => ends = ends.or(Some(other)),
                }
            }
            if let Some(ends) = ends {
                return Ok(ends?);
            }
        }
        if self.log.since(from).iter().any(|exchange| exchange.response.is_none()) {
            self.note_sent_again();
        }
        Ok(Answer { upload_ids, ..last })
    }
}
