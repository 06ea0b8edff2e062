//! Deliberate mistakes that take time: what other calls do between two steps of one shows in what becomes of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Call;
use crate::defects::{Defect, Defects};
use crate::http::S3Error;
use crate::model::{self, Event, Given, KeyState, List, Object, Operation, UploadId};
use crate::store::Inner;

/// How long there is between two steps.
const PAUSE: Duration = Duration::from_millis(3);
/// After this, what was put off is done.
const LATER: Duration = Duration::from_millis(200);

/// What a mistake still has in mind.
#[derive(Debug, Default)]
pub(crate) struct PutOff {
    /// Objects that will vanish, by bucket and key.
    doomed: Vec<(Instant, String, String)>,
    /// Objects that will be written once more, by bucket and key.
    written: Vec<(Instant, String, String, Option<Object>)>,
    /// What is read under a key for a while, by bucket and key.
    stale: Vec<(Instant, String, String, Option<Object>)>,
    /// How many parts of an upload are under way.
    under_way: BTreeMap<UploadId, u32>,
}

/// Carries a completion out.
pub(super) async fn complete(call: &Call<'_>, completion: Operation) -> Result<model::Answer, S3Error> {
    let has = |defect| call.has(defect);
    if has(Defect::CompletionUnlinksFirst) {
        let before = call.change(|state| state.object.take());
        tokio::time::sleep(PAUSE).await;
        let answer = call.apply(completion);
        if answer.is_err() {
            call.change(|state| state.object = state.object.take().or(before.flatten()));
        }
        return answer;
    }
    if has(Defect::TornReads) {
        let before = call.look(|state| state.object.clone()).flatten();
        if let (Some(before), Some(content)) = (before, outcome(call, &completion)) {
            let torn = Object { content, ..before };
            let (bucket, key) = names(call);
            let until = Instant::now() + PAUSE;
            call.service.store.lock().put_off.stale.push((until, bucket, key, Some(torn)));
            tokio::time::sleep(PAUSE).await;
        }
        return call.apply(completion);
    }
    if has(Defect::CompletionReadsTwice) || has(Defect::AbortBreaksCompletion) {
        let checked = trial(call, &completion)?;
        tokio::time::sleep(PAUSE).await;
        return match call.apply(as_it_is_now(call, completion)) {
            Err(_) if has(Defect::AbortBreaksCompletion) => {
                call.change(|state| {
                    state.object =
                        state.object.take().map(|object| Object { content: Default::default(), ..object });
                });
                Ok(checked)
            }
            answer => answer,
        };
    }
    if has(Defect::CompletionWritesTwice) {
        let answer = call.apply(completion)?;
        let object = call.look(|state| state.object.clone()).flatten();
        let (bucket, key) = names(call);
        let due = Instant::now() + PAUSE;
        call.service.store.lock().put_off.written.push((due, bucket, key, object));
        return Ok(answer);
    }
    if has(Defect::StaleReads) {
        let before = call.look(|state| state.object.clone()).flatten();
        let answer = call.apply(completion)?;
        let (bucket, key) = names(call);
        let until = Instant::now() + PAUSE;
        call.service.store.lock().put_off.stale.push((until, bucket, key, before));
        return Ok(answer);
    }
    call.apply(completion)
}

/// Notes that a part is under way. Given is whether others are as well.
pub(super) fn begin_part(call: &Call<'_>) -> bool {
    let mut store = call.service.store.lock();
    let count = store.put_off.under_way.entry(call.upload()).or_default();
    *count += 1;
    *count > 1
}

/// Notes that a part has arrived. Given is whether others are still under way.
pub(super) fn end_part(call: &Call<'_>) -> bool {
    let mut store = call.service.store.lock();
    let upload = call.upload();
    let left = store.put_off.under_way.get_mut(&upload).map_or(0, |count| {
        *count = count.saturating_sub(1);
        *count
    });
    if left == 0 {
        store.put_off.under_way.remove(&upload);
    }
    left > 0
}

/// Dooms the object of an upload that was completed and is aborted now.
pub(super) fn doom(call: &Call<'_>) {
    if call.has(Defect::LateAbortDeletesLater) && call.ended(&call.upload()) {
        let (bucket, key) = names(call);
        call.service.store.lock().put_off.doomed.push((Instant::now() + LATER, bucket, key));
    }
}

/// Does what is due.
pub(super) fn settle(store: &mut Inner) {
    let now = Instant::now();
    let put_off = &mut store.put_off;
    let mut due: Vec<(String, String, Option<Object>)> = Vec::new();
    due.extend(
        put_off.doomed.extract_if(.., |(at, ..)| *at <= now).map(|(_, bucket, key)| (bucket, key, None)),
    );
    let written = put_off.written.extract_if(.., |(at, ..)| *at <= now);
    due.extend(written.map(|(_, bucket, key, object)| (bucket, key, object)));
    for (bucket, key, object) in due {
        if let Some(state) = store.buckets.get_mut(&bucket).and_then(|bucket| bucket.keys.get_mut(&key)) {
            state.object = object;
        }
    }
    store.put_off.stale.retain(|(until, ..)| *until > now);
}

/// What deliberate mistakes lose when the server falls. Nobody has been promised what they had in mind.
pub(super) fn fall(store: &mut Inner, defects: &Defects) {
    store.put_off = PutOff::default();
    for state in store.buckets.values_mut().flat_map(|bucket| bucket.keys.values_mut()) {
        if defects.has(Defect::RestartLosesUploads) {
            state.uploads.clear();
        }
        if defects.has(Defect::RestartRevivesUploads) {
            let ended = std::mem::take(&mut state.ended).into_keys();
            state.uploads.extend(ended.map(|id| (id, model::Upload::default())));
        }
        if defects.has(Defect::RestartLosesParts) {
            state.uploads.values_mut().for_each(|upload| upload.parts.clear());
        }
        // What was joined of parts was never written anywhere else.
        if defects.has(Defect::RestartLosesObjects)
            && state.object.as_ref().is_some_and(|o| o.parts.is_some())
        {
            state.object = None;
        }
    }
}

/// What a read finds that does not see what is there; none if it does.
pub(super) fn stale(call: &Call<'_>) -> Option<Option<Object>> {
    if !call.has(Defect::StaleReads) && !call.has(Defect::TornReads) {
        return None;
    }
    let (bucket, key) = names(call);
    let mut store = call.service.store.lock();
    settle(&mut store);
    let found = store.put_off.stale.iter().rev().find(|(_, of, name, _)| *of == bucket && *name == key);
    found.map(|(.., object)| object.clone())
}

fn names(call: &Call<'_>) -> (String, String) {
    (call.request.bucket().to_owned(), call.request.key().to_owned())
}

/// What the answer would be.
fn trial(call: &Call<'_>, completion: &Operation) -> Result<model::Answer, S3Error> {
    let state = call.look(KeyState::clone).unwrap_or_default();
    let event = Event { operation: completion.clone(), given: Given::default() };
    match call.service.defects.apply(&mut state.clone(), &call.service.rules, &event) {
        model::Answer::Refused(refusal) => Err(S3Error::refused(refusal, call.request.key(), call.dialect())),
        answer => Ok(answer),
    }
}

/// The bytes that the object would have.
fn outcome(call: &Call<'_>, completion: &Operation) -> Option<model::Content> {
    let mut state = call.look(KeyState::clone)?;
    let event = Event { operation: completion.clone(), given: Given::default() };
    match call.service.defects.apply(&mut state, &call.service.rules, &event) {
        model::Answer::Completed(_) => Some(state.object?.content),
        _ => None,
    }
}

/// The list with the ETags that its parts have by now.
fn as_it_is_now(call: &Call<'_>, completion: Operation) -> Operation {
    let Operation::Complete { upload, list: List::Parts(mut list), terms } = completion else {
        return completion;
    };
    call.change(|state| {
        let parts = state.uploads.get(&upload).map(|upload| &upload.parts);
        for listed in &mut list {
            let number = u32::try_from(listed.number).unwrap_or(0);
            if let Some(part) = parts.and_then(|parts| parts.get(&number)) {
                listed.etag = part.etag.clone();
            }
        }
    });
    Operation::Complete { upload, list: List::Parts(list), terms }
}
