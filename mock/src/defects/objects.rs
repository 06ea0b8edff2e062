//! Mistakes about objects and creations.

use super::call::ModelCall;
use super::mistake::{At, Mistake, model};
use super::races::{PAUSE, trial};
use crate::model::{
    Answer, Condition, Conditions, Content, ETags, Ending, KeyState, Object, Operation, Refusal, Terms,
};

pub(super) const MISTAKES: &[Mistake] = &[
    model(
        "ignore-forbid-overwrite-at-creation",
        "A creation overlooks that the key must not be overwritten.",
        |call| {
            if let Operation::Create { forbid_overwrite, .. } = &mut call.operation {
                *forbid_overwrite = false;
            }
            call.go_on()
        },
    )
    .of_oss(),
    model("lose-metadata", "Metadata of the creation is lost.", |call| {
        if let Operation::Create { meta, .. } = &mut call.operation {
            meta.clear();
        }
        call.go_on()
    }),
    model("reuse-upload", "Two creations of one key share one upload.", |call| {
        match (&call.operation, call.state.uploads.keys().next()) {
            (Operation::Create { .. }, Some(id)) => Answer::Created(id.clone()),
            _ => call.go_on(),
        }
    }),
    model("creation-deletes-object", "A creation deletes the object under the key.", |call| {
        let answer = call.go_on();
        if matches!(answer, Answer::Created(_)) {
            call.state.object = None;
        }
        answer
    }),
    model(
        "ignore-forbid-overwrite-of-put",
        "A put or a copy overlooks that the key must not be overwritten.",
        |call| {
            if let Operation::Put { conditions, .. } = &mut call.operation {
                conditions.forbid_overwrite = false;
            }
            call.go_on()
        },
    )
    .of_oss(),
    model("keep-deleted-object", "A deletion is answered and forgotten.", |call| match call.operation {
        Operation::Delete => Answer::Done,
        _ => call.go_on(),
    }),
    model("delete-ends-uploads", "A deletion of the object throws uploads of the key away.", |call| {
        let deletes = call.operation == Operation::Delete;
        let answer = call.go_on();
        if deletes {
            call.state.uploads.clear();
        }
        answer
    }),
    model("lowercase-etags", "ETags are written in lowercase.", |call| {
        let answer = call.go_on();
        if call.rules.etags == ETags::Uppercase { lower(call, answer) } else { answer }
    })
    .of_oss(),
    model("visible-before-completion", "A part can be read as the object before the completion.", |call| {
        match (&call.operation, first_part(call.state)) {
            (Operation::Get | Operation::Head, Some(object)) if call.state.object.is_none() => {
                Answer::Object(Box::new(object))
            }
            _ => call.go_on(),
        }
    }),
    model("mix-reads", "An object is read mixed with parts of an upload in progress.", |call| {
        let part = first_part(call.state).map(|part| part.content);
        match (call.go_on(), part) {
            (Answer::Object(mut object), Some(part)) => {
                let (half, size) = (object.content.len() / 2, part.len());
                let halves = [object.content.range(0, half), part.range(half.min(size), size)];
                object.content = Content::joined(halves);
                Answer::Object(object)
            }
            (answer, _) => answer,
        }
    }),
    model("refuse-if-none-match", "If-None-Match on a completion never holds.", |call| {
        let is_there = call.upload().is_some() || matches!(call.operation, Operation::Put { .. });
        match conditions(&mut call.operation) {
            Some(Conditions { if_none: true, .. }) if is_there => {
                Answer::Refused(Refusal::Precondition(Condition::IfNoneMatch))
            }
            _ => call.go_on(),
        }
    }),
    // That the key was written meanwhile is a conflict all the same.
    model("ignore-if-none-match", "If-None-Match is not looked at.", |call| {
        match conditions(&mut call.operation) {
            Some(Conditions { if_none: true, .. }) => {
                let object = call.state.object.take();
                let answer = call.go_on();
                if call.state.object.is_none() {
                    call.state.object = object;
                }
                answer
            }
            _ => call.go_on(),
        }
    }),
    Mistake::new(
        "conditions-checked-early",
        "The conditions of a completion are compared some time before its object is there.",
        At::CarryOut(
            |_, operation| matches!(operation, Operation::Complete { terms, .. } if terms.conditions != Conditions::default()),
            |call, operation, _| {
                Box::pin(async move {
                    trial(call, &operation)?;
                    tokio::time::sleep(PAUSE).await;
                    call.apply(match operation {
                        Operation::Complete { upload, list, terms } => {
                            let terms = Terms { conditions: Conditions::default(), ..terms };
                            Operation::Complete { upload, list, terms }
                        }
                        operation => operation,
                    })
                })
            },
        ),
    ),
    model("ignore-if-match", "If-Match is not looked at.", |call| {
        let any = call.state.object.is_some().then(|| "*".to_owned());
        if let Some(Conditions { if_match: Some(_), .. }) = conditions(&mut call.operation) {
            conditions(&mut call.operation).expect("it has conditions").if_match = any;
        }
        call.go_on()
    }),
    model(
        "pass-if-match-without-object",
        "If-Match of a write is passed over where there is no object.",
        |call| {
            if call.state.object.is_none()
                && let Some(conditions) = conditions(&mut call.operation)
            {
                conditions.if_match = None;
            }
            call.go_on()
        },
    ),
    model("lose-tags", "Tags of the creation are lost.", |call| {
        if let Operation::Create { meta, .. } = &mut call.operation {
            meta.retain(|name, _| !name.ends_with("-tagging"));
        }
        call.go_on()
    }),
    model("lose-storage-class", "Every object has the usual storage class.", |call| {
        if let Operation::Create { meta, .. } | Operation::Put { meta, .. } = &mut call.operation {
            meta.retain(|name, _| !name.ends_with("-storage-class"));
        }
        call.go_on()
    }),
];

/// The conditions of a put or of a completion.
fn conditions(operation: &mut Operation) -> Option<&mut Conditions> {
    match operation {
        Operation::Put { conditions, .. } => Some(conditions),
        Operation::Complete { terms, .. } => Some(&mut terms.conditions),
        _ => None,
    }
}

/// The first part of the first upload, as an object.
fn first_part(state: &KeyState) -> Option<Object> {
    let upload = state.uploads.values().next()?;
    let part = upload.parts.values().next()?;
    Some(Object {
        content: part.content.clone(),
        etag: part.etag.clone(),
        meta: upload.meta.clone(),
        modified: part.arrived,
        parts: None,
        checksum: None,
        sequential: false,
    })
}

/// Writes the ETag of an answer, and of what it is about, in lowercase.
fn lower(call: &mut ModelCall<'_>, answer: Answer) -> Answer {
    let upload = match &call.operation {
        Operation::UploadPart { upload, .. } | Operation::Complete { upload, .. } => Some(upload),
        _ => None,
    };
    let lower = |etag: &mut String| *etag = etag.to_lowercase();
    match answer {
        Answer::Stored(mut etag) | Answer::Completed(mut etag) => {
            let parts = upload.and_then(|id| call.state.uploads.get_mut(id)).into_iter();
            parts.flat_map(|upload| upload.parts.values_mut()).for_each(|part| lower(&mut part.etag));
            if upload.is_none() || matches!(call.operation, Operation::Complete { .. }) {
                call.state.object.iter_mut().for_each(|object| lower(&mut object.etag));
            }
            if let Some(Ending::Completed { etag, .. }) = upload.and_then(|id| call.state.ended.get_mut(id)) {
                lower(etag);
            }
            let is_stored = matches!(call.operation, Operation::UploadPart { .. } | Operation::Put { .. });
            lower(&mut etag);
            if is_stored { Answer::Stored(etag) } else { Answer::Completed(etag) }
        }
        answer => answer,
    }
}
