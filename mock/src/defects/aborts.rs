//! Mistakes about aborts.

use super::call::{ModelCall, id_of};
use super::mistake::{Mistake, model};
use crate::model::{Answer, Ending, KeyState, Operation, Repeated};

pub(super) const MISTAKES: &[Mistake] = &[
    model("ignore-abort", "An abort is answered and forgotten.", |call| match call.operation {
        Operation::Abort { .. } if call.upload().is_some() => Answer::Done,
        _ => call.go_on(),
    }),
    model("abort-deletes-object", "An abort deletes the object under the key.", |call| {
        match call.operation {
            Operation::Abort { .. } if call.upload().is_some() && call.state.object.is_some() => delete(call),
            _ => call.go_on(),
        }
    }),
    model(
        "late-abort-deletes-object",
        "An abort of an upload that was completed deletes the object.",
        |call| {
            let ended = id_of(&call.operation).and_then(|id| call.state.ended.get(id));
            match (&call.operation, ended) {
                (Operation::Abort { .. }, Some(Ending::Completed { .. })) if call.strays() => delete(call),
                _ => call.go_on(),
            }
        },
    )
    .of_races(),
    model("replay-abort", "An abort that is sent again is answered as before.", |call| {
        if matches!(call.operation, Operation::Abort { .. }) {
            call.rules.repeated_abort = Repeated::Open;
        }
        call.go_on()
    })
    .of_oss(),
    model("accept-unknown-abort", "An abort of an unknown upload is answered with success.", |call| {
        match &call.operation {
            Operation::Abort { upload } if call.strays() && !call.state.ended.contains_key(upload) => {
                Answer::Done
            }
            _ => call.go_on(),
        }
    }),
    model(
        "stray-abort-deletes-object",
        "An abort of an upload that is not there deletes the object under the key.",
        |call| {
            after_a_stray(
                call,
                |_| true,
                |state| {
                    if state.object.is_some() {
                        state.write(None);
                    }
                },
            )
        },
    ),
    model(
        "empty-upload-id-ends-uploads",
        "An abort with an empty upload id ends the uploads of its key.",
        |call| after_a_stray(call, str::is_empty, end_all),
    ),
    model(
        "stray-abort-ends-uploads",
        "An abort of an upload that is not there ends the uploads of its key.",
        |call| after_a_stray(call, |id| !id.is_empty(), end_all),
    ),
    model("abort-ends-other-uploads", "An abort throws the other uploads of its key away.", |call| {
        let ends = matches!(call.operation, Operation::Abort { .. }) && call.upload().is_some();
        let answer = call.go_on();
        if ends && answer == Answer::Done {
            call.state.uploads.clear();
        }
        answer
    }),
];

fn delete(call: &mut ModelCall<'_>) -> Answer {
    call.state.write(None);
    Answer::Done
}

/// Does something else behind an abort of an upload that is not there.
fn after_a_stray(call: &mut ModelCall<'_>, fits: fn(&str) -> bool, then: fn(&mut KeyState)) -> Answer {
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
