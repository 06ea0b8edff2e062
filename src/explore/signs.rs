//! What a history shows beside the calls that cannot be explained, by which causes tell one fault from another.

use std::collections::BTreeSet;

use crate::history::{Ask, Call, History, Saw};

/// Returns what there is of it. `told` are the calls to blame, as positions.
pub(super) fn signs(history: &History, told: &[usize]) -> BTreeSet<&'static str> {
    let blamed = || told.iter().filter_map(|at| history.calls.get(*at));
    let mut signs = BTreeSet::new();
    let mut note = |is_there: bool, sign| {
        if is_there {
            signs.insert(sign);
        }
    };
    let all = || history.calls.iter();
    note(all().any(|call| is_under_another_key(history, call)), "an upload under another key");
    note(blamed().any(lists_a_number_twice), "a number twice");
    note(blamed().any(lists_in_another_order), "parts in another order");
    note(blamed().any(|call| has_metadata_of_an_upload(history, call)), "the metadata of an upload");
    note(blamed().any(|call| listed(call) == Some(&[])), "an empty list");
    note(blamed().filter_map(listed).any(names_a_number_twice), "a list with a number twice");
    note(all().filter(|call| is_refused(call)).filter_map(listed).any(has_a_gap), "a list with a gap");
    note(blamed().any(|call| is_behind_a_refusal(history, call)), "a refused completion before");
    let copies = all().filter(|call| matches!(call.ask, Ask::UploadPartCopy { .. }) && is_stored(call));
    let are_copies = copies.clone().count() > 0;
    let copied_into = |ended: &Call| copies.clone().any(|copy| is_into(copy, ended));
    note(blamed().any(copied_into), "a copy into the completed upload");
    note(are_copies && blamed().any(is_empty_object), "a copied part in an empty object");
    note(are_copies && blamed().any(lists_an_empty_part), "a copied part that is empty");
    note(all().any(is_refused_empty_part), "an empty part that was refused");
    note(blamed().any(|call| is_of_a_deleted_key(history, call)), "a deletion of the key of an upload");
    let old = || all().filter_map(|call| replaced(history, call));
    note(old().any(|by| matches!(by.ask, Ask::UploadPart { .. })), "a part that was sent again");
    note(old().any(|by| matches!(by.ask, Ask::UploadPartCopy { .. })), "a part that was copied over");
    signs
}

fn is_refused(call: &Call) -> bool {
    matches!(call.saw, Saw::Refused { .. })
}

fn is_refused_empty_part(call: &Call) -> bool {
    let is_empty =
        matches!(&call.ask, Ask::UploadPart { content, .. } if content.iter().all(|piece| piece.len == 0));
    is_empty && is_refused(call)
}

/// Whether the object under the key of a part, or of a completion, was deleted while the upload was in progress.
fn is_of_a_deleted_key(history: &History, call: &Call) -> bool {
    let created = |of: &String| {
        history.calls.iter().find(|other| matches!(&other.saw, Saw::Created { upload } if upload == of))
    };
    upload(call).and_then(created).is_some_and(|creation| {
        history.calls.iter().any(|other| {
            matches!(other.ask, Ask::DeleteObject { .. })
                && other.saw == Saw::Done
                && other.ask.key() == call.ask.key()
                && creation.is_before(other)
        })
    })
}

fn is_stored(call: &Call) -> bool {
    matches!(call.saw, Saw::Stored { .. })
}

/// The upload that a call is about.
fn upload(call: &Call) -> Option<&String> {
    match (&call.ask, &call.saw) {
        (Ask::CreateUpload { .. }, Saw::Created { upload }) => Some(upload),
        (ask, _) => ask.upload(),
    }
}

fn is_under_another_key(history: &History, call: &Call) -> bool {
    let is_of_another = |upload: &String| {
        history.calls.iter().any(|other| {
            matches!(&other.saw, Saw::Created { upload: of } if of == upload)
                && other.ask.key() != call.ask.key()
        })
    };
    !matches!(call.saw, Saw::Refused { .. } | Saw::Nothing) && upload(call).is_some_and(is_of_another)
}

fn lists_a_number_twice(call: &Call) -> bool {
    let Saw::Parts { parts, .. } = &call.saw else { return false };
    let numbers: BTreeSet<_> = parts.iter().map(|part| part.number).collect();
    numbers.len() < parts.len()
}

fn lists_in_another_order(call: &Call) -> bool {
    matches!(&call.saw, Saw::Parts { parts, .. } if !parts.is_sorted_by_key(|part| part.number))
}

/// Whether an object has metadata that a creation gave to an upload which was not completed.
fn has_metadata_of_an_upload(history: &History, call: &Call) -> bool {
    let Saw::Object { meta: Some(seen), .. } = &call.saw else { return false };
    let mut created = history.calls.iter().filter_map(|other| match (&other.ask, &other.saw) {
        (Ask::CreateUpload { key, meta, .. }, Saw::Created { upload }) if key == call.ask.key() => {
            Some((meta, upload))
        }
        _ => None,
    });
    created.any(|(meta, of)| meta == seen && !history.calls.iter().any(|other| other.has_completed(of)))
}

/// The list of a completion.
fn listed(call: &Call) -> Option<&[(i64, String)]> {
    match &call.ask {
        Ask::CompleteUpload { list, .. } => list.as_deref(),
        _ => None,
    }
}

fn names_a_number_twice(list: &[(i64, String)]) -> bool {
    list.iter().map(|(number, _)| number).collect::<BTreeSet<_>>().len() < list.len()
}

/// Whether its numbers do not follow each other from 1.
fn has_a_gap(list: &[(i64, String)]) -> bool {
    list.iter().zip(1..).any(|((number, _), due)| *number != due)
}

/// Whether a completion of its upload was refused, before it or, of a creation, at all.
fn is_behind_a_refusal(history: &History, call: &Call) -> bool {
    let is_creation = matches!(call.ask, Ask::CreateUpload { .. });
    upload(call).is_some_and(|of| {
        history.calls.iter().any(|other| {
            matches!(&other.ask, Ask::CompleteUpload { upload, .. } if upload == of)
                && is_refused(other)
                && (is_creation || other.is_before(call))
        })
    })
}

fn is_empty_object(call: &Call) -> bool {
    matches!(call.saw, Saw::Object { size: Some(0), .. })
}

/// Whether a copy went into an upload that had been completed.
fn is_into(copy: &Call, ended: &Call) -> bool {
    matches!(ended.saw, Saw::Completed { .. }) && upload(copy) == upload(ended) && ended.is_before(copy)
}

fn lists_an_empty_part(call: &Call) -> bool {
    matches!(&call.saw, Saw::Parts { parts, .. } if parts.iter().any(|part| part.size == Some(0)))
}

/// The call that had replaced a part before an answer took, or showed, the earlier one of its number.
fn replaced<'h>(history: &'h History, call: &Call) -> Option<&'h Call> {
    let named: Vec<(i64, &String)> = match (&call.ask, &call.saw) {
        (Ask::CompleteUpload { list: Some(list), .. }, Saw::Completed { .. }) => {
            list.iter().map(|(number, etag)| (*number, etag)).collect()
        }
        (Ask::ListParts { .. }, Saw::Parts { parts, .. }) => {
            parts.iter().filter_map(|part| Some((i64::from(part.number), part.etag.as_ref()?))).collect()
        }
        _ => return None,
    };
    named.into_iter().find_map(|(number, etag)| {
        let sent = history.calls.iter().filter(|other| {
            matches!(&other.ask, Ask::UploadPart { number: of, .. } | Ask::UploadPartCopy { number: of, .. } if *of == number)
                && upload(other) == upload(call)
                && other.is_before(call)
        });
        let mut stored = sent.filter_map(|other| match &other.saw {
            Saw::Stored { etag: Some(etag) } => Some((other, etag)),
            _ => None,
        });
        let (last, newest) = stored.clone().max_by_key(|(other, _)| other.start_us)?;
        (newest != etag && stored.any(|(other, old)| old == etag && other.is_before(last))).then_some(last)
    })
}
