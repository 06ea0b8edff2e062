//! Carries out steps that are one call, in one go or with a stop in the middle of the body.

use super::super::judge::{Fault, Witnessed, interval};
use super::super::send::{may_leave_unnamed, send};
use super::round::Round;
use super::signing::signing;
use crate::case::Step;
use crate::operation::{Action, Elsewhere, Operation, Prepared, Stop};
use crate::wire::{Answer, Call, Log, Signing, Tamper, Trouble, TroubleKind};

/// A call that is ready to be sent, and how it is signed.
pub(super) struct Ready {
    pub(super) prepared: Box<dyn Prepared>,
    pub(super) signing: Signing,
}

impl Round<'_> {
    /// Makes the call of a step that is one request.
    pub(super) fn ready(&mut self, step: &Step) -> Result<Ready, Fault> {
        match &step.action {
            Action::Call(operation) => self.ready_call(step, &**operation),
            _ => Err(Fault::Unavailable(format!("{} is no single call", step.word))),
        }
    }

    fn ready_call(&mut self, step: &Step, operation: &dyn Operation) -> Result<Ready, Fault> {
        let mut prepared = operation.prepare(&mut self.state)?;
        if step.is_refusal_due() {
            prepared.has_to_be_refused();
        }
        let signing = signing(step);
        // With its path tampered with, the request names another key.
        if signing.tamper == Some(Tamper::Path)
            && let Some(key) = prepared.call().request(self.context.client.target.dialect).key
        {
            self.state.may_make(&format!("{key}x"));
            if prepared.creates().is_some() {
                self.state.may_create(&format!("{key}x"));
            }
        }
        Ok(Ready { prepared, signing })
    }

    /// Sends the call of a step.
    pub(super) async fn call(&mut self, step: &Step, operation: &dyn Operation) -> Result<Answer, Fault> {
        let stop = operation.profile().stop;
        if stop.is_some() && self.context.client.target.endpoint.scheme() != "http" {
            let why = "a request can be stopped on an endpoint without TLS alone";
            return Err(Fault::Unavailable(why.to_owned()));
        }
        let mut ready = self.ready_call(step, operation)?;
        if let Some(stop) = stop {
            let held = self.context.client.hold(ready.prepared.call(), &self.log).await?;
            match stop {
                Stop::Hold(name) => _ = self.held.insert(name.to_owned(), (held, ready.prepared)),
                Stop::Cut => _ = self.context.client.cut(held, &self.log).await,
            }
            // The claim, if there is one, stands at the release.
            return Ok(Answer { status: 200, ..Answer::default() });
        }
        if ready.prepared.pages().is_some() {
            let last = self.walk(&mut *ready.prepared).await?;
            if last.is_ok() {
                ready.prepared.absorb(&last, &mut self.state);
            }
            return Ok(last);
        }
        let from = self.log.len();
        let log = self.log_of(step);
        let answer = send(&self.context.client, ready.prepared.call(), &ready.signing, &log).await;
        if let [first, _, ..] = &self.log.since(from)[..]
            && first.response.is_none()
        {
            // What was sent again may have happened the first time too.
            self.count_write(&*ready.prepared, Err(&Trouble::new(TroubleKind::Cut, "")));
            self.note_sent_again();
        }
        self.count_write(&*ready.prepared, answer.as_ref());
        self.note_upload(&ready, answer.as_ref());
        self.witness(&*ready.prepared, answer.as_ref(), from);
        let mut answer = answer?;
        self.fill_in_etag(&*ready.prepared, &mut answer, |_| true).await;
        ready.prepared.absorb(&answer, &mut self.state);
        Ok(answer)
    }

    /// Where the calls of a step are recorded. What claims something is never sent twice, nor what the model judges.
    pub(super) fn log_of(&self, step: &Step) -> Log {
        match step.expect.is_none() && self.lawful.is_none() {
            true => self.log.insisting(),
            false => self.log.clone(),
        }
    }

    /// Says that a call was sent twice.
    pub(super) fn note_sent_again(&mut self) {
        const SENT_AGAIN: &str = "a connection was closed before a byte of the answer came; the call, which only prepares, was sent once more";
        if !self.recorder.notes.iter().any(|note| note == SENT_AGAIN) {
            self.recorder.notes.push(SENT_AGAIN.to_owned());
        }
    }

    /// Lets go of a held call.
    pub(super) async fn let_go(&mut self, name: &str) -> Result<Answer, Fault> {
        let held = self.held.remove(name);
        let (held, prepared) = held.ok_or_else(|| Fault::Unavailable(format!("the held request {name}")))?;
        let from = self.log.len();
        let answer = self.context.client.release(held, prepared.call(), &self.log).await;
        self.note_write(&*prepared, answer.as_ref());
        self.witness(&*prepared, answer.as_ref(), from);
        let answer = answer?;
        prepared.absorb(&answer, &mut self.state);
        Ok(answer)
    }

    pub(super) async fn send(&self, call: &dyn Call, signing: &Signing) -> Result<Answer, Trouble> {
        send(&self.context.client, call, signing, &self.log).await
    }

    /// Asks elsewhere for an ETag that an answer left out, where that is wanted: the row about that answer fails,
    /// others go on.
    pub(super) async fn fill_in_etag(
        &self,
        prepared: &dyn Prepared,
        answer: &mut Answer,
        wanted: impl Fn(&Elsewhere) -> bool,
    ) {
        if !answer.is_ok() || answer.etag.is_some() {
            return;
        }
        let Some(elsewhere) = prepared.etag_elsewhere(&self.state).filter(wanted) else { return };
        let told = self.send(&*elsewhere.call, &Signing::default()).await;
        answer.etag = told.ok().and_then(|told| elsewhere.etag(told));
    }

    /// Writes a call down for the model. `from` is where its exchanges begin.
    fn witness(&mut self, prepared: &dyn Prepared, answer: Result<&Answer, &Trouble>, from: usize) {
        let Some(lawful) = &mut self.lawful else { return };
        let times = interval(&self.log.since(from), None);
        lawful.note(&[Witnessed { call: prepared, answer, times, client: "A" }]);
    }

    /// What may have written a key is counted, and an upload noted that may be there without a name.
    pub(super) fn note_write(&mut self, prepared: &dyn Prepared, answer: Result<&Answer, &Trouble>) {
        self.count_write(prepared, answer);
        if let Some(key) = prepared.creates()
            && may_leave_unnamed(answer)
        {
            self.state.may_have_created(key);
        }
    }

    fn count_write(&mut self, prepared: &dyn Prepared, answer: Result<&Answer, &Trouble>) {
        if answer.map_or(true, |answer| answer.is_ok() || answer.status >= 500) {
            self.state.writes.note(prepared.writes());
        }
    }

    /// The upload that a creation made, also where its answer names it and could not be read otherwise. Only a creation
    /// makes one: an id that was sent is repeated by others, and may be no upload's.
    fn note_upload(&mut self, ready: &Ready, answer: Result<&Answer, &Trouble>) {
        let Some(key) = ready.prepared.creates() else { return };
        // The key that was sent is what an abort needs: not every server says it as it was.
        let key = match ready.signing.tamper {
            Some(Tamper::Path) => &format!("{key}x"),
            _ => key,
        };
        let text = self.log.last().and_then(|last| last.response?.body.text);
        let id = text.as_deref().and_then(|text| {
            let (_, rest) = text.split_once("<UploadId>")?;
            Some(rest.split_once("</UploadId>")?.0)
        });
        if let Some(id) = id {
            self.state.strayed(key, id);
        }
        let is_another = answer.is_ok_and(|answer| answer.sent_before);
        if is_another || (id.is_none() && may_leave_unnamed(answer)) {
            self.state.may_have_created(key);
        }
    }
}
