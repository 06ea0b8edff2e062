//! Mistakes about what a completion is refused for, and about those that are sent again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Defect;
use super::call::{Around, Call};
use crate::model::{
    Answer, Content, Ending, List, ListedPart, Object, Operation, Part, Refusal, Repeated, Terms, Upload,
    UploadId, all_of, as_sent, is_gapless, objects, unquoted,
};

pub(super) const AROUND: &[(Defect, Around)] = &[
    (Defect::IgnoreForbidOverwriteAtCompletion, |call| {
        if let Some(terms) = terms(&mut call.operation) {
            terms.conditions.forbid_overwrite = false;
        }
        call.go_on()
    }),
    (Defect::IgnoreConflicts, |call| {
        let Operation::Complete { upload, .. } = &call.operation else { return call.go_on() };
        let id = upload.clone();
        call.as_if(&id, |upload| upload.overtaken = false)
    }),
    (Defect::AcceptSmallParts, |call| {
        if terms(&mut call.operation).is_some() {
            call.rules.limits.min_part_size = None;
        }
        call.go_on()
    }),
    (Defect::AllTakesSmallParts, |call| {
        if let Operation::Complete { list: List::All, .. } = call.operation {
            call.rules.limits.min_part_size = None;
        }
        call.go_on()
    }),
    (Defect::RefuseBeyondOnePut, |call| {
        if let (Some(most), true) = (call.rules.limits.max_put_size, terms(&mut call.operation).is_some()) {
            call.rules.limits.max_object_size = Some(most);
        }
        call.go_on()
    }),
    (Defect::AcceptLargeObjects, |call| {
        if terms(&mut call.operation).is_some() {
            call.rules.limits.max_object_size = None;
        }
        call.go_on()
    }),
    (Defect::AllDropsHighest, |call| {
        let list = call.upload().map(|(_, upload)| all_of(upload)).filter(|list| list.len() > 1);
        if let (Operation::Complete { list: known @ List::All, .. }, Some(mut list)) =
            (&mut call.operation, list)
        {
            list.pop();
            *known = List::Parts(list);
        }
        call.go_on()
    }),
    (Defect::AllTakesOtherUploads, |call| {
        let others: Vec<(u32, Part)> = (call.state.uploads.values())
            .flat_map(|other| other.parts.iter().map(|(number, part)| (*number, part.clone())))
            .collect();
        seen_by_all(call, |upload| {
            for (number, part) in others {
                upload.parts.entry(number).or_insert(part);
            }
        })
    }),
    (Defect::AllTakesReplacedParts, |call| {
        let before = call.upload().and_then(|(id, _)| call.memory.get(id)).cloned().unwrap_or_default();
        seen_by_all(call, |upload| upload.parts.extend(before))
    }),
    (Defect::RefusedCompletionEndsUpload, |call| {
        let id = match &call.operation {
            Operation::Complete { upload, .. } => upload.clone(),
            _ => return call.go_on(),
        };
        let is_open = call.upload().is_some();
        let answer = call.go_on();
        if is_open && matches!(answer, Answer::Refused(_)) {
            call.state.uploads.remove(&id);
            call.state.ended.insert(id, Ending::Aborted);
        }
        answer
    }),
    (Defect::RefuseGaps, |call| {
        let Some((id, upload)) = call.upload() else { return call.go_on() };
        let has_gaps = match &call.operation {
            Operation::Complete { list: List::Parts(list), .. } => !is_gapless(list),
            Operation::Complete { list: List::All, .. } => !is_gapless(&all_of(upload)),
            _ => false,
        };
        let refusal = Answer::Refused(Refusal::InvalidPartOrder(id.clone()));
        if has_gaps { refusal } else { call.go_on() }
    }),
    (Defect::LoseLaterParts, |call| {
        let page = call.rules.limits.list_parts_page as usize;
        let lost = call.list().and_then(|list| list.get(page).cloned());
        let id = call.upload().map(|(id, _)| id.clone());
        call.refuse_if(|_, _, _| {
            let (ListedPart { number, etag, .. }, upload) = lost.zip(id)?;
            Some(Refusal::InvalidPart { upload, number, etag })
        })
    }),
    (Defect::AcceptAnyOrder, |call| {
        if let Some(list) = call.list() {
            list.sort_by_key(|part| part.number);
            list.dedup_by_key(|part| part.number);
        }
        call.go_on()
    }),
    (Defect::SkipMissingParts, |call| {
        let Some((_, upload)) = call.upload() else { return call.go_on() };
        let upload = upload.clone();
        let Some(list) = call.list() else { return call.go_on() };
        let is_empty = list.is_empty();
        list.retain(|listed| sent(&upload, listed).is_some());
        if list.is_empty() && !is_empty { complete_anyway(call) } else { call.go_on() }
    }),
    (Defect::AcceptEmptyList, |call| match call.go_on() {
        Answer::Refused(Refusal::EmptyList) => complete_anyway(call),
        answer => answer,
    }),
    (Defect::AcceptGapsWithChecksums, |call| match call.go_on() {
        Answer::Refused(Refusal::NotConsecutive(_)) => complete_anyway(call),
        answer => answer,
    }),
    (Defect::AcceptIncompleteEntries, |call| {
        with_entries(call, |listed, part| {
            if listed.etag.is_empty() {
                listed.etag.clone_from(&part.etag);
            }
        })
    }),
    (Defect::IgnoreListedEtags, |call| with_entries(call, |listed, part| listed.etag.clone_from(&part.etag))),
    (Defect::HonoursSupersededEtags, |call| {
        let before = call.upload().and_then(|(id, _)| call.memory.get(id)).cloned().unwrap_or_default();
        with_entries(call, |listed, part| {
            let was = u32::try_from(listed.number).ok().and_then(|number| before.get(&number));
            if was.is_some_and(|was| was.etag == unquoted(&listed.etag)) {
                listed.etag.clone_from(&part.etag);
            }
        })
    }),
    (Defect::IgnoreListedChecksums, |call| {
        with_entries(call, |listed, part| {
            let right =
                |checksum: &crate::model::Checksum| (checksum.algorithm, STANDARD.encode(&checksum.value));
            listed.checksums = part.checksum.iter().map(right).collect();
        })
    }),
    (Defect::IgnoreChecksumType, |call| {
        let stated = call.upload().and_then(|(_, upload)| upload.checksum);
        if let Some(terms) = terms(&mut call.operation) {
            terms.of = terms.of.and(stated.map(|(_, of)| of));
        }
        call.go_on()
    }),
    (Defect::AcceptImpossibleType, |call| {
        let stated = call.upload().and_then(|(_, upload)| upload.checksum);
        if let (Some(terms), Some((algorithm, of))) = (terms(&mut call.operation), stated)
            && terms.of.is_some_and(|asked| !algorithm.allows(asked))
        {
            terms.of = Some(of);
        }
        call.go_on()
    }),
    (Defect::IgnoreObjectSize, |call| {
        if let Some(terms) = terms(&mut call.operation) {
            terms.size = None;
        }
        call.go_on()
    }),
    (Defect::IgnoreObjectChecksum, |call| {
        if let Some(terms) = terms(&mut call.operation) {
            terms.checksum = None;
        }
        call.go_on()
    }),
    (Defect::SecondCompletionEmpties, |call| match (again(call), &call.state.object) {
        (Some((_, Some(Ending::Completed { etag, .. }))), Some(object)) => {
            let empty = Object { content: Content::default(), ..object.clone() };
            call.state.write(Some(empty));
            Answer::Completed(etag)
        }
        _ => call.go_on(),
    }),
    (Defect::StrayCompletionEmptiesObject, |call| match (again(call), &call.state.object) {
        (Some((id, None)), Some(object)) => {
            let empty = Object { content: Content::default(), ..object.clone() };
            call.state.write(Some(empty));
            Answer::Refused(Refusal::NoSuchUpload(id))
        }
        _ => call.go_on(),
    }),
    (Defect::ReplayCompletion, |call| {
        if terms(&mut call.operation).is_some() {
            call.rules.repeated_completion = Repeated::Open;
        }
        call.go_on()
    }),
    (Defect::ReplayOtherCompletions, |call| match (again(call), call.go_on()) {
        (Some((_, Some(Ending::Completed { etag, .. }))), Answer::Refused(_)) => Answer::Completed(etag),
        (_, answer) => answer,
    }),
    (Defect::CompleteOverObject, |call| match (again(call), call.go_on()) {
        (Some((id, _)), Answer::Refused(_)) if call.state.object.is_some() => Answer::Completed(id.0),
        (_, answer) => answer,
    }),
    (Defect::AcceptUnknownCompletion, |call| match (again(call), call.go_on()) {
        (Some((id, None)), Answer::Refused(_)) => Answer::Completed(id.0),
        (_, answer) => answer,
    }),
];

fn terms(operation: &mut Operation) -> Option<&mut Terms> {
    match operation {
        Operation::Complete { terms, .. } => Some(terms),
        _ => None,
    }
}

/// A completion of an upload that is not there: its id, and how it ended if it was one.
fn again(call: &Call<'_>) -> Option<(UploadId, Option<Ending>)> {
    match &call.operation {
        Operation::Complete { upload, .. } if call.strays() => {
            Some((upload.clone(), call.state.ended.get(upload).cloned()))
        }
        _ => None,
    }
}

/// The part that an entry names.
fn sent<'u>(upload: &'u Upload, listed: &ListedPart) -> Option<&'u Part> {
    upload.parts.get(&u32::try_from(listed.number).ok()?)
}

/// Changes the entries of a list whose parts are there.
fn with_entries(call: &mut Call<'_>, change: impl Fn(&mut ListedPart, &Part)) -> Answer {
    let upload = call.upload().map(|(_, upload)| upload.clone()).unwrap_or_default();
    for listed in call.list().into_iter().flatten() {
        if let Some(part) = sent(&upload, listed) {
            change(listed, part);
        }
    }
    call.go_on()
}

/// A completion without a list sees the upload otherwise.
fn seen_by_all(call: &mut Call<'_>, change: impl FnOnce(&mut Upload)) -> Answer {
    match &call.operation {
        Operation::Complete { upload, list: List::All, .. } => {
            let id = upload.clone();
            call.as_if(&id, change)
        }
        _ => call.go_on(),
    }
}

/// Completes an upload with what is there of the list, whatever else is wrong with it.
fn complete_anyway(call: &mut Call<'_>) -> Answer {
    let Operation::Complete { upload: id, list: List::Parts(list), terms } = &call.operation else {
        return call.go_on();
    };
    let Some(upload) = call.state.uploads.remove(id) else { return call.go_on() };
    let part = |listed: &ListedPart| Some((u32::try_from(listed.number).ok()?, sent(&upload, listed)?));
    let parts: Vec<(u32, &Part)> = list.iter().filter_map(part).collect();
    let Some(object) = objects(&upload, &call.rules, &parts, terms, call.given).into_iter().next() else {
        return call.go_on();
    };
    let etag = object.etag.clone();
    call.state.ended.insert(id.clone(), Ending::Completed { list: as_sent(list), etag: etag.clone() });
    call.state.write(Some(object));
    Answer::Completed(etag)
}
