//! Mistakes about aborts.

use super::Defect;
use super::call::{Around, Call, id_of};
use crate::model::{Answer, Ending, KeyState, Operation, Repeated};

pub(super) const AROUND: &[(Defect, Around)] = &[
    (Defect::IgnoreAbort, |call| match call.operation {
        Operation::Abort { .. } if call.upload().is_some() => Answer::Done,
        _ => call.go_on(),
    }),
    (Defect::AbortDeletesObject, |call| match call.operation {
        Operation::Abort { .. } if call.upload().is_some() && call.state.object.is_some() => delete(call),
        _ => call.go_on(),
    }),
    (Defect::LateAbortDeletesObject, |call| {
        let ended = id_of(&call.operation).and_then(|id| call.state.ended.get(id));
        match (&call.operation, ended) {
            (Operation::Abort { .. }, Some(Ending::Completed { .. })) if call.strays() => delete(call),
            _ => call.go_on(),
        }
    }),
    (Defect::ReplayAbort, |call| {
        if matches!(call.operation, Operation::Abort { .. }) {
            call.rules.repeated_abort = Repeated::Open;
        }
        call.go_on()
    }),
    (Defect::AcceptUnknownAbort, |call| match &call.operation {
        Operation::Abort { upload } if call.strays() && !call.state.ended.contains_key(upload) => {
            Answer::Done
        }
        _ => call.go_on(),
    }),
    (Defect::StrayAbortDeletesObject, |call| {
        after_a_stray(
            call,
            |_| true,
            |state| {
                if state.object.is_some() {
                    state.write(None);
                }
            },
        )
    }),
    (Defect::EmptyUploadIdEndsUploads, |call| after_a_stray(call, str::is_empty, end_all)),
    (Defect::StrayAbortEndsUploads, |call| after_a_stray(call, |id| !id.is_empty(), end_all)),
    (Defect::AbortEndsOtherUploads, |call| {
        let ends = matches!(call.operation, Operation::Abort { .. }) && call.upload().is_some();
        let answer = call.go_on();
        if ends && answer == Answer::Done {
            call.state.uploads.clear();
        }
        answer
    }),
];

fn delete(call: &mut Call<'_>) -> Answer {
    call.state.write(None);
    Answer::Done
}

/// Does something else behind an abort of an upload that is not there.
fn after_a_stray(call: &mut Call<'_>, fits: fn(&str) -> bool, then: fn(&mut KeyState)) -> Answer {
    let strays = matches!(&call.operation, Operation::Abort { upload } if call.strays() && fits(&upload.0));
    let answer = call.go_on();
    if strays {
        then(call.state);
    }
    answer
}

fn end_all(state: &mut KeyState) {
    let ids = std::mem::take(&mut state.uploads).into_keys();
    state.ended.extend(ids.map(|id| (id, Ending::Aborted)));
}
