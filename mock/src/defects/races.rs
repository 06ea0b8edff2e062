//! Mistakes that take time: what other calls do between two steps of one shows in what becomes of it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::faulty::CarryOut;
use super::mistake::{At, Mistake};
use crate::call::Call;
use crate::call::points::Carried;
use crate::http::S3Error;
use crate::model::{self, Content, Event, Given, KeyState, List, Object, Operation};
use crate::store::Inner;

/// How long there is between two steps.
pub(super) const PAUSE: Duration = Duration::from_millis(3);
/// After this, what was put off is done.
const LATER: Duration = Duration::from_millis(200);

/// What a mistake has in mind for a key: what it will be, or what it is read as until then.
#[derive(Clone, Debug)]
struct Due {
    at: Instant,
    bucket: String,
    key: String,
    object: Option<Object>,
}

/// What mistakes still have in mind.
#[derive(Debug, Default)]
pub(super) struct PutOff {
    /// What will be under a key.
    written: Vec<Due>,
    /// What is read under a key for a while.
    stale: Vec<Due>,
}

impl PutOff {
    /// Does what is due.
    pub(super) fn settle(&mut self, store: &mut Inner) {
        let now = Instant::now();
        for Due { bucket, key, object, .. } in self.written.extract_if(.., |due| due.at <= now) {
            if let Some(state) = store.buckets.get_mut(&bucket).and_then(|bucket| bucket.keys.get_mut(&key)) {
                state.object = object;
            }
        }
        self.stale.retain(|due| due.at > now);
    }
}

fn due(call: &Call<'_>, after: Duration, object: Option<Object>) -> Due {
    let (bucket, key) = (call.request.bucket().to_owned(), call.request.key().to_owned());
    Due { at: Instant::now() + after, bucket, key, object }
}

fn completes(_: &Call<'_>, operation: &Operation) -> bool {
    matches!(operation, Operation::Complete { .. })
}

const fn completion(name: &'static str, about: &'static str, carry_out: CarryOut) -> Mistake {
    Mistake::new(name, about, At::CarryOut(completes, carry_out)).of_races()
}

/// A mistake by which completions and reads go otherwise.
const fn with_reads(name: &'static str, about: &'static str, at: &'static [At]) -> Mistake {
    Mistake::new(name, about, At::Several(at)).of_races()
}

pub(super) const MISTAKES: &[Mistake] = &[
    completion(
        "completion-unlinks-first",
        "The old object is gone while a completion is under way.",
        |call, operation, _| {
            Box::pin(async move {
                let before = change(call, |state| state.object.take());
                tokio::time::sleep(PAUSE).await;
                let answer = call.apply(operation);
                if answer.is_err() {
                    change(call, |state| state.object = state.object.take().or(before.flatten()));
                }
                answer
            })
        },
    ),
    completion(
        "completion-reads-twice",
        "A completion takes its parts as they are some time after it has compared their ETags.",
        |call, operation, _| {
            Box::pin(async move {
                trial(call, &operation)?;
                tokio::time::sleep(PAUSE).await;
                call.apply(as_it_is_now(call, operation))
            })
        },
    ),
    completion(
        "abort-breaks-completion",
        "An abort that comes while a completion is under way leaves an object without bytes.",
        |call, operation, _| {
            Box::pin(async move {
                let (checked, _) = trial(call, &operation)?;
                tokio::time::sleep(PAUSE).await;
                call.apply(as_it_is_now(call, operation)).or_else(|_| {
                    change(call, |state| {
                        state.object.iter_mut().for_each(|object| object.content = Content::default());
                    });
                    Ok(checked)
                })
            })
        },
    ),
    completion(
        "completion-writes-twice",
        "A completion writes its object once more a while later.",
        |call, operation, put_off| {
            Box::pin(async move {
                let answer = call.apply(operation)?;
                let written = due(call, PAUSE, object(call));
                locked(put_off).written.push(written);
                Ok(answer)
            })
        },
    ),
    with_reads(
        "torn-reads",
        "Reads during a completion show the ETag of the old object over the bytes of the new one.",
        &[
            At::CarryOut(completes, |call, operation, put_off| {
                Box::pin(async move {
                    let outcome = trial(call, &operation).ok().and_then(|(_, state)| state.object);
                    if let (Some(before), Some(Object { content, .. })) = (object(call), outcome) {
                        let torn = due(call, PAUSE, Some(Object { content, ..before }));
                        locked(put_off).stale.push(torn);
                        tokio::time::sleep(PAUSE).await;
                    }
                    call.apply(operation)
                })
            }),
            At::CarryOut(reads, read),
        ],
    ),
    with_reads(
        "stale-reads",
        "For a while after a completion, reads find what was there before.",
        &[
            At::CarryOut(completes, |call, operation, put_off| {
                Box::pin(async move {
                    let before = object(call);
                    let answer = call.apply(operation)?;
                    let stale = due(call, PAUSE, before);
                    locked(put_off).stale.push(stale);
                    Ok(answer)
                })
            }),
            At::CarryOut(reads, read),
        ],
    ),
    Mistake::new(
        "late-abort-deletes-later",
        "An abort of an upload that was completed deletes the object a while later.",
        At::CarryOut(
            |call, operation| match operation {
                Operation::Abort { upload } => {
                    call.look(|state| state.ended.contains_key(upload)).unwrap_or_default()
                }
                _ => false,
            },
            |call, operation, put_off| {
                locked(put_off).written.push(due(call, LATER, None));
                Box::pin(std::future::ready(call.apply(operation)))
            },
        ),
    )
    .of_races(),
];

fn locked(put_off: &Mutex<PutOff>) -> std::sync::MutexGuard<'_, PutOff> {
    put_off.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes what is under the key of the request, past the model.
pub(super) fn change<T>(call: &Call<'_>, change: impl FnOnce(&mut KeyState) -> T) -> Option<T> {
    let mut store = call.service.store.lock();
    Some(change(store.buckets.get_mut(call.request.bucket())?.keys.get_mut(call.request.key())?))
}

fn object(call: &Call<'_>) -> Option<Object> {
    call.look(|state| state.object.clone()).flatten()
}

fn reads(call: &Call<'_>, operation: &Operation) -> bool {
    let of_object = ["GetObject", "HeadObject"].contains(&call.operation);
    of_object && matches!(operation, Operation::Get | Operation::Head)
}

/// Reads what is there, or what is read in its place for a while.
fn read<'c>(call: &'c Call<'_>, operation: Operation, put_off: &'c Mutex<PutOff>) -> Carried<'c> {
    let (bucket, key) = (call.request.bucket(), call.request.key());
    let found = {
        let mut store = call.service.store.lock();
        let mut put_off = locked(put_off);
        put_off.settle(&mut store);
        put_off.stale.iter().rev().find(|due| due.bucket == bucket && due.key == key).cloned()
    };
    Box::pin(std::future::ready(match found {
        None => call.apply(operation),
        Some(Due { object: Some(object), .. }) => Ok(model::Answer::Object(Box::new(object))),
        Some(_) => Err(S3Error::no_such_key(key)),
    }))
}

/// What the answer would be, and what would be under the key.
pub(super) fn trial(call: &Call<'_>, operation: &Operation) -> Result<(model::Answer, KeyState), S3Error> {
    let mut state = call.look(KeyState::clone).unwrap_or_default();
    let event = Event { operation: operation.clone(), given: Given::default() };
    match model::apply(&mut state, &call.service.rules, &event) {
        model::Answer::Refused(refusal) => Err(call.dialect().refusal(refusal, call.request.key())),
        answer => Ok((answer, state)),
    }
}

/// The list with the ETags that its parts have by now.
fn as_it_is_now(call: &Call<'_>, operation: Operation) -> Operation {
    let Operation::Complete { upload, list: List::Parts(mut list), terms } = operation else {
        return operation;
    };
    call.look(|state| {
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
