//! The rules: for a state and an operation, every lawful answer with its effect.
//!
//! The first choice is what the mock answers. Further ones stand where the
//! documents leave the answer open.

use super::complete::complete;
use super::operation::{
    Answer, Body, Claimed, Condition, Conditions, Given, Operation, PartEntry, PartsPage, Refusal,
};
use super::{
    Algorithm, ChecksumType, ETags, Ending, KeyState, Md5, Meta, Object, ObjectChecksum, Part, Repeated,
    Rules, UnknownAbort, Upload, UploadId, UploadOrder,
};

/// A lawful answer and what it does to the state.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) answer: Answer,
    pub(super) effect: Effect,
}

/// A change of the state.
#[derive(Clone, Debug)]
pub(super) enum Effect {
    None,
    Open(UploadId, Upload),
    Store(UploadId, u32, Part),
    /// The upload ends; an object may take the key.
    End(UploadId, Ending, Option<Object>),
    Put(Object),
    Delete,
}

impl Effect {
    pub(super) fn apply(self, state: &mut KeyState) {
        match self {
            Self::None => {}
            Self::Open(id, upload) => _ = state.uploads.insert(id, upload),
            Self::Store(id, number, part) => {
                // A part that is sent again replaces the one before.
                if let Some(upload) = state.uploads.get_mut(&id) {
                    upload.parts.insert(number, part);
                }
            }
            Self::End(id, ending, object) => {
                state.uploads.remove(&id);
                state.ended.insert(id, ending);
                if object.is_some() {
                    state.write(object);
                }
            }
            Self::Put(object) => state.write(Some(object)),
            Self::Delete => state.write(None),
        }
    }
}

fn only(answer: Answer, effect: Effect) -> Vec<Choice> {
    vec![Choice { answer, effect }]
}

fn refuse(refusal: Refusal) -> Vec<Choice> {
    only(Answer::Refused(refusal), Effect::None)
}

pub(super) fn decide(state: &KeyState, rules: &Rules, operation: &Operation, given: &Given) -> Vec<Choice> {
    match operation {
        Operation::Create { meta, checksum, initiator, forbid_overwrite, sequential } => {
            if let Some(refusal) = overwrite_refusal(state, *forbid_overwrite) {
                return refuse(refusal);
            }
            let upload = Upload {
                initiated: given.at,
                meta: meta.clone(),
                checksum: *checksum,
                initiator: initiator.clone(),
                sequential: *sequential,
                ..Upload::default()
            };
            create(state, upload, given)
        }
        Operation::BeginPart { upload, number, size, claimed } => {
            match may_store(state, rules, upload, *number, *size, *claimed) {
                Ok((_, wanted)) => only(Answer::Continue(wanted), Effect::None),
                Err(refusal) => refuse(refusal),
            }
        }
        Operation::UploadPart { upload, number, body } => {
            upload_part(state, rules, upload, *number, body, given)
        }
        Operation::Complete { upload, list, terms } => complete(state, rules, upload, list, terms, given),
        Operation::Abort { upload } => abort(state, rules, upload),
        Operation::ListParts { upload, after, max } => list_parts(state, rules, upload, *after, *max),
        Operation::ListUploads => only(Answer::Uploads(uploads_of(state, rules)), Effect::None),
        Operation::Put { body, meta, conditions } => {
            match overwrite_refusal(state, conditions.forbid_overwrite)
                .or_else(|| condition_refusal(state, conditions))
            {
                Some(refusal) => refuse(refusal),
                None => put(rules, body, meta, given),
            }
        }
        Operation::Get | Operation::Head => match &state.object {
            Some(object) => only(Answer::Object(Box::new(object.clone())), Effect::None),
            None => refuse(Refusal::NoSuchKey),
        },
        Operation::Delete => only(Answer::Done, Effect::Delete),
    }
}

fn create(state: &KeyState, upload: Upload, given: &Given) -> Vec<Choice> {
    let Some(id) = given.id.clone() else { return Vec::new() };
    // An id is never used twice, not even after its upload has ended.
    if state.uploads.contains_key(&id) || state.ended.contains_key(&id) {
        return Vec::new();
    }
    only(Answer::Created(id.clone()), Effect::Open(id, upload))
}

/// Refuses where a key must not be overwritten and is taken.
pub(super) fn overwrite_refusal(state: &KeyState, forbidden: bool) -> Option<Refusal> {
    (forbidden && state.object.is_some()).then_some(Refusal::AlreadyExists)
}

/// Checks what can be checked before the body has arrived. Returns the number, and the algorithm by which the
/// server keeps a checksum.
fn may_store(
    state: &KeyState,
    rules: &Rules,
    upload: &UploadId,
    number: i64,
    size: Option<u64>,
    claimed: Claimed,
) -> Result<(u32, Algorithm), Refusal> {
    let limits = &rules.limits;
    let in_range = i64::from(limits.min_part_number) <= number && number <= i64::from(limits.max_part_number);
    if !in_range {
        return Err(Refusal::PartNumber(number));
    }
    let Some(found) = state.uploads.get(upload) else {
        return Err(Refusal::NoSuchUpload(upload.clone()));
    };
    let wanted = match (found.checksum, claimed) {
        (None, _) => rules.usual_checksum,
        (Some((expected, _)), Claimed::With(sent)) if sent != expected => {
            return Err(Refusal::OtherAlgorithm { expected, sent: Some(sent) });
        }
        // A full-object checksum is put together from what the server computes.
        (Some((expected, ChecksumType::Composite)), Claimed::Nothing) => {
            return Err(Refusal::OtherAlgorithm { expected, sent: None });
        }
        (Some((expected, _)), _) => expected,
    };
    if let (Some(size), Some(most)) = (size, limits.max_part_size)
        && size > most
    {
        return Err(Refusal::TooLarge { size, most });
    }
    let number = u32::try_from(number).map_err(|_| Refusal::PartNumber(number))?;
    if found.sequential {
        keeps_turn(found, number)?;
    }
    Ok((number, wanted))
}

/// In a sequential upload each part comes once, and behind the one before.
fn keeps_turn(upload: &Upload, number: u32) -> Result<(), Refusal> {
    if let Some(part) = upload.parts.get(&number) {
        return Err(Refusal::PartExists { number, etag: part.etag.clone() });
    }
    let next = upload.parts.last_key_value().map_or(1, |(last, _)| last.saturating_add(1));
    if number == next { Ok(()) } else { Err(Refusal::NotSequential { number, next }) }
}

fn upload_part(
    state: &KeyState,
    rules: &Rules,
    id: &UploadId,
    number: i64,
    body: &Body,
    given: &Given,
) -> Vec<Choice> {
    // Checked again: the upload may have ended while the body was under way.
    let number = match may_store(state, rules, id, number, Some(body.content.len()), body.claimed) {
        Ok((number, _)) => number,
        Err(refusal) => return refuse(refusal),
    };
    let Some(etag) = etag_of_bytes(rules, body.md5, given) else { return Vec::new() };
    let part = Part {
        content: body.content.clone(),
        md5: body.md5,
        etag: etag.clone(),
        arrived: given.at,
        checksum: body.checksum.clone(),
    };
    only(Answer::Stored(etag), Effect::Store(id.clone(), number, part))
}

/// The ETag of bytes that came in one request.
pub(crate) fn etag_of_bytes(rules: &Rules, md5: Md5, given: &Given) -> Option<String> {
    match rules.etags {
        ETags::Uppercase => Some(hex::encode_upper(md5)),
        ETags::Md5 => Some(hex::encode(md5)),
        ETags::Opaque => given.etag.clone(),
    }
}

fn abort(state: &KeyState, rules: &Rules, id: &UploadId) -> Vec<Choice> {
    if state.uploads.contains_key(id) {
        return only(Answer::Done, Effect::End(id.clone(), Ending::Aborted, None));
    }
    let gone = Choice { answer: Answer::Refused(Refusal::NoSuchUpload(id.clone())), effect: Effect::None };
    let done = Choice { answer: Answer::Done, effect: Effect::None };
    match state.ended.get(id) {
        Some(_) if rules.repeated_abort == Repeated::Refused => vec![gone],
        // Seen on AWS: 204 soon after the first abort, NoSuchUpload hours later.
        Some(Ending::Aborted) => vec![done, gone],
        // Not documented for an upload that was completed: either answer, and the object stays.
        Some(Ending::Completed { .. }) => vec![gone, done],
        None => match rules.unknown_abort {
            UnknownAbort::Refused => vec![gone],
            UnknownAbort::Open => vec![gone, done],
            // An id that is malformed may be answered as unknown all the same.
            UnknownAbort::Succeeds if !is_well_formed(id) => vec![gone, done],
            UnknownAbort::Succeeds => vec![done],
        },
    }
}

/// Whether an id has the form of those that the mock gives: 32 hexadecimal digits.
fn is_well_formed(id: &UploadId) -> bool {
    id.0.len() == 32 && id.0.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn list_parts(state: &KeyState, rules: &Rules, id: &UploadId, after: u32, max: u32) -> Vec<Choice> {
    let Some(upload) = state.uploads.get(id) else { return refuse(Refusal::NoSuchUpload(id.clone())) };
    let max = max.min(rules.limits.list_parts_page);
    let told = upload.checksum.is_some() || rules.tells_usual_checksum();
    let mut rest = upload.parts.range(after.saturating_add(1)..);
    let parts: Vec<_> = rest
        .by_ref()
        .take(max as usize)
        .map(|(number, part)| PartEntry {
            number: *number,
            etag: part.etag.clone(),
            size: part.content.len(),
            arrived: part.arrived,
            checksum: part.checksum.clone().filter(|_| told),
        })
        .collect();
    // A page of no entries is never truncated: there would be no marker to go on from.
    let truncated = !parts.is_empty() && rest.next().is_some();
    let page = PartsPage {
        parts,
        truncated,
        initiated: upload.initiated,
        checksum: upload.checksum,
        initiator: upload.initiator.clone(),
    };
    only(Answer::Parts(page), Effect::None)
}

/// The uploads of a key, in the order of listings.
pub(super) fn uploads_of(state: &KeyState, rules: &Rules) -> Vec<(UploadId, super::Time)> {
    let mut uploads: Vec<_> =
        state.uploads.iter().map(|(id, upload)| (id.clone(), upload.initiated)).collect();
    match rules.upload_order {
        UploadOrder::Id => uploads.sort(),
        UploadOrder::Time => uploads.sort_by_key(|(_, initiated)| *initiated),
    }
    uploads
}

fn put(rules: &Rules, body: &Body, meta: &Meta, given: &Given) -> Vec<Choice> {
    let size = body.content.len();
    if let Some(most) = rules.limits.max_put_size
        && size > most
    {
        return refuse(Refusal::TooLarge { size, most });
    }
    let Some(etag) = etag_of_bytes(rules, body.md5, given) else { return Vec::new() };
    let object = Object {
        content: body.content.clone(),
        etag: etag.clone(),
        meta: meta.clone(),
        modified: given.at,
        parts: None,
        checksum: body
            .checksum
            .clone()
            .map(|checksum| ObjectChecksum { checksum, checksum_type: ChecksumType::FullObject }),
        sequential: false,
    };
    only(Answer::Stored(etag), Effect::Put(object))
}

/// The condition that does not hold.
pub(super) fn condition_refusal(state: &KeyState, conditions: &Conditions) -> Option<Refusal> {
    if conditions.if_none && state.object.is_some() {
        return Some(Refusal::Precondition(Condition::IfNoneMatch));
    }
    let wanted = conditions.if_match.as_deref()?;
    match &state.object {
        None => Some(Refusal::NoSuchKey),
        Some(object) if wanted == "*" || unquoted(wanted) == object.etag => None,
        Some(_) => Some(Refusal::Precondition(Condition::IfMatch)),
    }
}

/// An ETag without its quotes.
pub(crate) fn unquoted(etag: &str) -> &str {
    etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"')).unwrap_or(etag)
}
