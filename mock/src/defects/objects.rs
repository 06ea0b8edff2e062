//! Mistakes about objects and creations.

use super::Defect;
use super::call::{Around, Call};
use crate::model::{
    Answer, Condition, Conditions, Content, ETags, Ending, KeyState, Object, Operation, Refusal,
};

pub(super) const AROUND: &[(Defect, Around)] = &[
    (Defect::IgnoreForbidOverwriteAtCreation, |call| {
        if let Operation::Create { forbid_overwrite, .. } = &mut call.operation {
            *forbid_overwrite = false;
        }
        call.go_on()
    }),
    (Defect::LoseMetadata, |call| {
        if let Operation::Create { meta, .. } = &mut call.operation {
            meta.clear();
        }
        call.go_on()
    }),
    (Defect::ReuseUpload, |call| match (&call.operation, call.state.uploads.keys().next()) {
        (Operation::Create { .. }, Some(id)) => Answer::Created(id.clone()),
        _ => call.go_on(),
    }),
    (Defect::CreationDeletesObject, |call| {
        let answer = call.go_on();
        if matches!(answer, Answer::Created(_)) {
            call.state.object = None;
        }
        answer
    }),
    (Defect::IgnoreForbidOverwriteOfPut, |call| {
        if let Operation::Put { conditions, .. } = &mut call.operation {
            conditions.forbid_overwrite = false;
        }
        call.go_on()
    }),
    (Defect::KeepDeletedObject, |call| match call.operation {
        Operation::Delete => Answer::Done,
        _ => call.go_on(),
    }),
    (Defect::DeleteEndsUploads, |call| {
        let deletes = call.operation == Operation::Delete;
        let answer = call.go_on();
        if deletes {
            call.state.uploads.clear();
        }
        answer
    }),
    (Defect::LowercaseEtags, |call| {
        let answer = call.go_on();
        if call.rules.etags == ETags::Uppercase { lower(call, answer) } else { answer }
    }),
    (Defect::VisibleBeforeCompletion, |call| match (&call.operation, first_part(call.state)) {
        (Operation::Get | Operation::Head, Some(object)) if call.state.object.is_none() => {
            Answer::Object(Box::new(object))
        }
        _ => call.go_on(),
    }),
    (Defect::MixReads, |call| {
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
    (Defect::RefuseIfNoneMatch, |call| {
        let is_there = call.upload().is_some() || matches!(call.operation, Operation::Put { .. });
        match conditions(&mut call.operation) {
            Some(Conditions { if_none: true, .. }) if is_there => {
                Answer::Refused(Refusal::Precondition(Condition::IfNoneMatch))
            }
            _ => call.go_on(),
        }
    }),
    // That the key was written meanwhile is a conflict all the same.
    (Defect::IgnoreIfNoneMatch, |call| match conditions(&mut call.operation) {
        Some(Conditions { if_none: true, .. }) => {
            let object = call.state.object.take();
            let answer = call.go_on();
            if call.state.object.is_none() {
                call.state.object = object;
            }
            answer
        }
        _ => call.go_on(),
    }),
    (Defect::IgnoreIfMatch, |call| {
        let any = call.state.object.is_some().then(|| "*".to_owned());
        if let Some(Conditions { if_match: Some(_), .. }) = conditions(&mut call.operation) {
            conditions(&mut call.operation).expect("it has conditions").if_match = any;
        }
        call.go_on()
    }),
    (Defect::PassIfMatchWithoutObject, |call| {
        if call.state.object.is_none()
            && let Some(conditions) = conditions(&mut call.operation)
        {
            conditions.if_match = None;
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
fn lower(call: &mut Call<'_>, answer: Answer) -> Answer {
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
