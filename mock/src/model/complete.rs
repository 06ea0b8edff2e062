//! Completion: what a list can be refused for, and what the parts become.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5 as Md5Hasher};

use super::checksum::combined;
use super::decide::{Choice, Effect, condition_refusal, overwrite_refusal, unquoted};
use super::operation::{Answer, Condition, Conditions, Given, List, ListedPart, Refusal, Terms};
use super::{
    ChecksumType, CompletionAfterWrite, Content, ETags, Ending, KeyState, Object, ObjectChecksum, ObjectPart,
    Part, Repeated, Rules, UnlistedParts, Upload, UploadId,
};

/// What can be answered to a completion. `terms` are what it asks beside its list.
pub(super) fn complete(
    state: &KeyState,
    rules: &Rules,
    id: &UploadId,
    list: &List,
    terms: &Terms,
    given: &Given,
) -> Vec<Choice> {
    let Some(upload) = state.uploads.get(id) else { return complete_again(state, rules, id, list) };
    let list = &*match list {
        List::Parts(list) => Cow::Borrowed(list),
        List::All => Cow::Owned(all_of(upload)),
    };
    let refused = |refusal| Choice { answer: Answer::Refused(refusal), effect: Effect::None };
    let due = refusals(state, upload, rules, id, list, terms);
    // Refusals that documents leave open: the completion may be done as well, if nothing else is wrong.
    let conflict = (rules.completion_after_write == CompletionAfterWrite::Open)
        .then(|| conflict(upload, &terms.conditions))
        .flatten();
    let left_out =
        (rules.unlisted_parts == UnlistedParts::Open).then(|| left_out(upload, id, list)).flatten();
    if !due.is_empty() {
        // Which of several reasons is given is the server's choice.
        return due.into_iter().chain(conflict).chain(left_out).map(refused).collect();
    }
    let parts: Vec<(u32, &Part)> = listed_parts(upload, list).collect();
    let done = objects(upload, rules, &parts, terms, given).into_iter().flat_map(|object| {
        let etag = object.etag.clone();
        let ending = Ending::Completed { list: remembered(list), etag: etag.clone() };
        let ends = move |object| Effect::End(id.clone(), ending.clone(), object);
        let on_top = Choice { answer: Answer::Completed(etag.clone()), effect: ends(Some(object)) };
        // Without versioning, a request that came between creation and completion may take
        // precedence, and a deletion may leave no object (AWS user guide, mpuoverview).
        let superseded =
            upload.overtaken.then(|| Choice { answer: Answer::Completed(etag), effect: ends(None) });
        [on_top].into_iter().chain(superseded)
    });
    conflict.map(refused).into_iter().chain(done).chain(left_out.map(refused)).collect()
}

/// The object that parts become, once for each ETag that it may have.
pub(crate) fn objects(
    upload: &Upload,
    rules: &Rules,
    parts: &[(u32, &Part)],
    terms: &Terms,
    given: &Given,
) -> Vec<Object> {
    let mut meta = upload.meta.clone();
    meta.extend(terms.meta.clone());
    let object = Object {
        content: Content::joined(parts.iter().map(|(_, part)| part.content.clone())),
        etag: String::new(),
        meta,
        modified: upload.initiated,
        checksum: object_checksum(upload, rules, parts.iter().map(|(_, part)| *part)),
        parts: Some(parts.iter().map(|(number, part)| finished(*number, part)).collect()),
        sequential: upload.sequential,
    };
    let etags = etags_of_parts(rules, parts, given);
    etags.into_iter().map(|etag| Object { etag, ..object.clone() }).collect()
}

/// The list of everything that has arrived.
pub(crate) fn all_of(upload: &Upload) -> Vec<ListedPart> {
    let entry = |(number, part): (&u32, &Part)| ListedPart {
        number: i64::from(*number),
        etag: part.etag.clone(),
        checksums: Vec::new(),
    };
    upload.parts.iter().map(entry).collect()
}

/// A completion of an upload that is not there, or no longer.
fn complete_again(state: &KeyState, rules: &Rules, id: &UploadId, list: &List) -> Vec<Choice> {
    let same = |before: &[(u32, String)]| match list {
        List::Parts(list) => before == remembered(list),
        List::All => true,
    };
    let gone = Choice { answer: Answer::Refused(Refusal::NoSuchUpload(id.clone())), effect: Effect::None };
    match state.ended.get(id) {
        // AWS answers a repeated completion as it answered the first; its API text says NoSuchUpload.
        Some(Ending::Completed { list: before, etag })
            if same(before) && rules.repeated_completion == Repeated::Open =>
        {
            vec![Choice { answer: Answer::Completed(etag.clone()), effect: Effect::None }, gone]
        }
        _ => vec![gone],
    }
}

/// A list as it is remembered.
pub(crate) fn remembered(list: &[ListedPart]) -> Vec<(u32, String)> {
    list.iter()
        .map(|part| (u32::try_from(part.number).unwrap_or(0), unquoted(&part.etag).to_owned()))
        .collect()
}

/// Everything for which a completion with this list can be refused.
fn refusals(
    state: &KeyState,
    upload: &Upload,
    rules: &Rules,
    id: &UploadId,
    list: &[ListedPart],
    terms: &Terms,
) -> Vec<Refusal> {
    let mut found = Vec::new();
    found.extend(overwrite_refusal(state, terms.conditions.forbid_overwrite));
    found.extend(condition_refusal(state, &terms.conditions));
    if rules.completion_after_write == CompletionAfterWrite::Refused {
        found.extend(conflict(upload, &terms.conditions));
    }
    if list.is_empty() {
        found.push(Refusal::EmptyList);
    }
    // A number that is larger and not in range is that of a part that was never sent.
    if let Some(part) = list.iter().find(|part| part.number < i64::from(rules.limits.min_part_number.min(1)))
    {
        found.push(Refusal::ListedNumber(part.number));
    }
    let ascends = list.windows(2).all(|pair| pair[0].number < pair[1].number);
    if !ascends {
        found.push(Refusal::InvalidPartOrder(id.clone()));
    }
    let is_valid = |listed: &&ListedPart| {
        let sent = u32::try_from(listed.number).ok().and_then(|number| upload.parts.get(&number));
        sent.is_some_and(|part| part.etag == unquoted(&listed.etag))
    };
    if let Some(ListedPart { number, etag, .. }) = list.iter().find(|listed| !is_valid(listed)) {
        found.push(Refusal::InvalidPart { upload: id.clone(), number: *number, etag: etag.clone() });
    }
    if rules.unlisted_parts == UnlistedParts::Refused {
        found.extend(left_out(upload, id, list));
    }
    found.extend(too_small(upload, rules, list));
    found.extend(too_large(upload, rules, list));
    found.extend(checksum_refusals(upload, rules, id, list, terms));
    found
}

/// Refuses a list that leaves out a part that was sent. The refusal has to name a part, and names the first of the list.
fn left_out(upload: &Upload, id: &UploadId, list: &[ListedPart]) -> Option<Refusal> {
    let is_listed = |number: &u32| list.iter().any(|part| part.number == i64::from(*number));
    upload.parts.keys().find(|number| !is_listed(number))?;
    let number = list.first().map_or(0, |part| part.number);
    Some(Refusal::InvalidPart { upload: id.clone(), number, etag: String::new() })
}

/// Refuses a condition, whether or not it holds, if the key was written or deleted since the creation (409).
fn conflict(upload: &Upload, conditions: &Conditions) -> Option<Refusal> {
    if !upload.overtaken {
        return None;
    }
    let stated = match conditions {
        Conditions { if_match: Some(_), .. } => Condition::IfMatch,
        Conditions { if_none: true, .. } => Condition::IfNoneMatch,
        _ => return None,
    };
    Some(Refusal::Conflict(stated))
}

fn checksum_refusals(
    upload: &Upload,
    rules: &Rules,
    id: &UploadId,
    list: &[ListedPart],
    terms: &Terms,
) -> Vec<Refusal> {
    let mut found = Vec::new();
    let of_creation = upload.checksum.map(|(_, checksum_type)| checksum_type);
    if terms.checksum_type.is_some() && terms.checksum_type != of_creation {
        found.push(Refusal::OtherChecksumType(of_creation));
    }
    if upload.checksum.is_some() && !is_gapless(list) {
        found.push(Refusal::NotConsecutive(id.clone()));
    }
    found.extend(list.iter().filter_map(|listed| listed_checksum(upload, id, listed)));
    let size = listed_size(upload, list);
    if let Some(stated) = terms.size.filter(|stated| *stated != size) {
        found.push(Refusal::ObjectSize { stated, computed: size });
    }
    found.extend(object_checksum_refusal(upload, rules, list, terms));
    found
}

/// What is wrong with the checksum of an entry of the list.
fn listed_checksum(upload: &Upload, id: &UploadId, listed: &ListedPart) -> Option<Refusal> {
    let number = listed.number;
    let kept = u32::try_from(number).ok().and_then(|number| upload.parts.get(&number)?.checksum.as_ref())?;
    let composite = matches!(upload.checksum, Some((_, ChecksumType::Composite)));
    if listed.checksums.is_empty() && composite {
        return Some(Refusal::ListedWithoutChecksum { algorithm: kept.algorithm, number });
    }
    let invalid = || Some(Refusal::InvalidPart { upload: id.clone(), number, etag: listed.etag.clone() });
    listed.checksums.iter().find_map(|(algorithm, value)| match *algorithm == kept.algorithm {
        true if STANDARD.encode(&kept.value) == *value => None,
        false if upload.checksum.is_some() => {
            Some(Refusal::ListedOtherAlgorithm { algorithm: *algorithm, number })
        }
        // A wrong value; or, where the creation named no algorithm, any other than the one that AWS uses by itself.
        _ => invalid(),
    })
}

fn object_checksum_refusal(
    upload: &Upload,
    rules: &Rules,
    list: &[ListedPart],
    terms: &Terms,
) -> Option<Refusal> {
    let (algorithm, stated) = terms.checksum.as_ref()?;
    let computed = object_checksum(upload, rules, listed_parts(upload, list).map(|(_, part)| part))?;
    let wanted = computed.checksum.algorithm;
    let value = STANDARD.encode(&computed.checksum.value);
    let agrees = match (upload.checksum, computed.checksum_type) {
        // A checksum that nobody asked for at the creation is not looked at, unless it is S3's own.
        (None, _) => *algorithm != wanted || *stated == value,
        // AWS takes a composite checksum with the number of parts and without it.
        (_, ChecksumType::Composite) => {
            *algorithm == wanted && (*stated == value || *stated == format!("{value}-{}", list.len()))
        }
        // AWS refuses a full-object checksum if the request does not state that it is one.
        (_, ChecksumType::FullObject) => {
            *algorithm == wanted && *stated == value && terms.checksum_type.is_some()
        }
    };
    (!agrees).then_some(Refusal::ObjectChecksum(wanted))
}

/// The checksum of the object that these parts become.
fn object_checksum<'u>(
    upload: &Upload,
    rules: &Rules,
    parts: impl Iterator<Item = &'u Part>,
) -> Option<ObjectChecksum> {
    let (algorithm, checksum_type) =
        upload.checksum.unwrap_or((rules.usual_checksum, ChecksumType::FullObject));
    let kept: Option<Vec<_>> =
        parts.map(|part| Some((part.checksum.as_ref()?, part.content.len()))).collect();
    combined(algorithm, checksum_type, &kept?)
}

/// Whether the numbers are 1, 2, 3 and so on.
pub(crate) fn is_gapless(list: &[ListedPart]) -> bool {
    list.iter().zip(1..).all(|(part, number)| part.number == number)
}

fn listed_size(upload: &Upload, list: &[ListedPart]) -> u64 {
    listed_parts(upload, list).map(|(_, part)| part.content.len()).sum()
}

fn listed_parts<'u>(upload: &'u Upload, list: &[ListedPart]) -> impl Iterator<Item = (u32, &'u Part)> {
    list.iter().filter_map(|listed| {
        let number = u32::try_from(listed.number).ok()?;
        Some((number, upload.parts.get(&number)?))
    })
}

/// Refuses parts below the smallest size, but the last that is listed.
fn too_small(upload: &Upload, rules: &Rules, list: &[ListedPart]) -> Option<Refusal> {
    let least = rules.limits.min_part_size?;
    let (_, but_last) = list.split_last()?;
    let (number, small) = listed_parts(upload, but_last).find(|(_, part)| part.content.len() < least)?;
    Some(Refusal::TooSmall { number, etag: small.etag.clone(), size: small.content.len(), least })
}

fn too_large(upload: &Upload, rules: &Rules, list: &[ListedPart]) -> Option<Refusal> {
    let size = listed_size(upload, list);
    let most = rules.limits.max_object_size?;
    (size > most).then_some(Refusal::TooLarge { size, most })
}

fn finished(number: u32, part: &Part) -> ObjectPart {
    ObjectPart { number, size: part.content.len(), checksum: part.checksum.clone() }
}

/// The ETags that the object may have; none where the server's choice is not known.
fn etags_of_parts(rules: &Rules, parts: &[(u32, &Part)], given: &Given) -> Vec<String> {
    let mut hasher = Md5Hasher::new();
    match rules.etags {
        ETags::Opaque => return given.etag.clone().into_iter().collect(),
        ETags::Md5 => parts.iter().for_each(|(_, part)| hasher.update(part.md5)),
        ETags::Uppercase => parts.iter().for_each(|(_, part)| hasher.update(&part.etag)),
    }
    let digest = hasher.finalize();
    let digest =
        if rules.etags == ETags::Uppercase { hex::encode_upper(digest) } else { hex::encode(digest) };
    let formed = format!("{digest}-{}", parts.len());
    let own = given.etag.clone().filter(|own| rules.etags == ETags::Uppercase && *own != formed);
    [formed].into_iter().chain(own).collect()
}
