//! Mistakes about listings.

use super::call::ModelCall;
use super::mistake::{Mistake, model};
use crate::model::{Answer, Ending, KeyState, Operation, Refusal, Time, Upload, UploadId};

pub(super) const MISTAKES: &[Mistake] = &[
    model("hide-empty-uploads", "An upload without parts cannot be listed.", |call| {
        match (&call.operation, call.upload()) {
            (Operation::ListParts { .. }, Some((id, upload))) if upload.parts.is_empty() => {
                Answer::Refused(Refusal::NoSuchUpload(id.clone()))
            }
            _ => call.go_on(),
        }
    }),
    model("list-unknown-uploads", "The listing of an unknown upload is empty.", |call| {
        if strays(call) { listed_as_empty(call) } else { call.go_on() }
    }),
    model(
        "list-object-as-upload",
        "The listing of an upload that is not there is empty if there is an object under the key.",
        |call| {
            if strays(call) && call.state.object.is_some() { listed_as_empty(call) } else { call.go_on() }
        },
    ),
    model("follow-upload-ids", "An upload id that leads somewhere as a path is taken for one.", |call| {
        let first = call.state.uploads.keys().next().cloned();
        match &mut call.operation {
            Operation::ListParts { upload, .. } if is_path(upload) => match first {
                Some(first) => {
                    *upload = first;
                    call.go_on()
                }
                None => listed_as_empty(call),
            },
            _ => call.go_on(),
        }
    }),
    model("need-exact-part-marker", "Behind a marker that is no part's number no part is listed.", |call| {
        match &call.operation {
            Operation::ListParts { upload, after, .. } if *after > 0 => {
                let (id, after) = (upload.clone(), *after);
                call.as_if(&id, |upload| {
                    if !upload.parts.contains_key(&after) {
                        upload.parts.clear();
                    }
                })
            }
            _ => call.go_on(),
        }
    }),
    model("repeat-part-marker", "The marker of a listing of parts is itself listed again.", |call| {
        if let Operation::ListParts { after, .. } = &mut call.operation {
            *after = after.saturating_sub(1);
        }
        call.go_on()
    }),
    model("ignore-max-parts", "A listing of parts is never cut into pages.", |call| {
        if let Operation::ListParts { max, .. } = &mut call.operation {
            (*max, call.rules.limits.list_parts_page) = (u32::MAX, u32::MAX);
        }
        call.go_on()
    }),
    model("wrong-listed-size", "A listing of parts tells wrong sizes.", |call| {
        let mut answer = call.go_on();
        if let Answer::Parts(page) = &mut answer {
            page.parts.iter_mut().for_each(|part| part.size += 1);
        }
        answer
    }),
    model("lists-replaced-parts", "A part that was sent again is listed twice.", |call| {
        let before =
            call.upload().and_then(|(id, _)| call.memory.replaced.get(id)).cloned().unwrap_or_default();
        let mut answer = call.go_on();
        if let Answer::Parts(page) = &mut answer {
            let twice = page.parts.iter().filter(|part| before.contains_key(&part.number)).cloned();
            let twice: Vec<_> = twice.collect();
            page.parts.extend(twice);
            page.parts.sort_by_key(|part| part.number);
        }
        answer
    })
    .of_races(),
    model("always-truncated", "Every page of parts tells that more follow.", |call| truncated(call, false)),
    model("truncate-empty-pages", "An empty page of parts tells that more follow.", |call| {
        truncated(call, true)
    }),
];

fn strays(call: &ModelCall<'_>) -> bool {
    matches!(call.operation, Operation::ListParts { .. }) && call.strays()
}

/// Lists an upload that is not there as one without parts.
fn listed_as_empty(call: &mut ModelCall<'_>) -> Answer {
    let Operation::ListParts { upload, .. } = &call.operation else { return call.go_on() };
    let id = upload.clone();
    call.state.uploads.insert(id.clone(), Upload::default());
    let answer = call.go_on();
    call.state.uploads.remove(&id);
    answer
}

/// Whether an id leads upwards as a path, written out or percent-encoded.
fn is_path(id: &UploadId) -> bool {
    id.0.replace("%2e", ".").replace("%2E", ".").contains("..")
}

/// Says that more follows, behind a page of no entries or behind any other.
fn truncated(call: &mut ModelCall<'_>, empty: bool) -> Answer {
    let mut answer = call.go_on();
    if let Answer::Parts(page) = &mut answer
        && page.parts.is_empty() == empty
    {
        page.truncated = true;
    }
    answer
}

/// The state with the uploads that were aborted.
pub(super) fn with_aborted(state: &KeyState) -> KeyState {
    let mut state = state.clone();
    let aborted = state.ended.iter().filter(|(_, ending)| **ending == Ending::Aborted);
    let aborted: Vec<UploadId> = aborted.map(|(id, _)| id.clone()).collect();
    let upload = || Upload { initiated: Time::default(), ..Upload::default() };
    state.uploads.extend(aborted.into_iter().map(|id| (id, upload())));
    state
}
