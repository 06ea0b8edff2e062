//! The rules: for a state and an operation, every lawful answer with its effect.
//!
//! The first choice is what the mock answers. Further ones stand where the
//! documents leave the answer open; each names its source.

use std::collections::BTreeMap;

use super::complete::complete;
use super::operation::{
    Answer, Body, Claimed, Condition, Conditions, Given, Operation, PartEntry, PartsPage, Refusal,
};
use super::{
    Algorithm, ChecksumType, Content, Defect, ETags, Ending, KeyState, Md5, Meta, Object, ObjectChecksum,
    Part, Repeated, Rules, Upload, UploadId, UploadOrder,
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
    /// By a deliberate mistake, every upload of the key ends.
    EndAll,
    /// By a deliberate mistake, an upload that had ended is there again.
    Revive(UploadId, Upload),
}

impl Effect {
    pub(super) fn apply(self, state: &mut KeyState, rules: &Rules) {
        match self {
            Self::None => {}
            Self::Open(id, upload) => {
                if rules.has(Defect::CreationDeletesObject) {
                    state.object = None;
                }
                state.uploads.insert(id, upload);
            }
            Self::Store(id, number, part) => {
                if let Some(upload) = state.uploads.get_mut(&id) {
                    let mut part = part;
                    if let Some(before) = upload.parts.get(&number)
                        && rules.has(Defect::MixReplacedPart)
                    {
                        part.content = before.content.clone();
                    }
                    let before = upload.parts.insert(number, part);
                    if let Some(before) = before.filter(|_| keeps_replaced(rules)) {
                        upload.replaced.insert(number, before);
                    }
                }
            }
            Self::End(id, ending, object) => {
                if !(rules.has(Defect::KeepCompletedUpload) && matches!(ending, Ending::Completed { .. })) {
                    state.uploads.remove(&id);
                }
                let ends_others = match ending {
                    Ending::Completed { .. } => Defect::CompletionEndsOtherUploads,
                    Ending::Aborted => Defect::AbortEndsOtherUploads,
                };
                if rules.has(ends_others) {
                    state.uploads.clear();
                }
                state.ended.insert(id, ending);
                let assembled = state.object.as_ref().is_some_and(|object| object.parts.is_some());
                if object.is_some() && !(assembled && rules.has(Defect::KeepAssembledObject)) {
                    state.write(object);
                }
            }
            Self::EndAll => {
                let ids = std::mem::take(&mut state.uploads).into_keys();
                state.ended.extend(ids.map(|id| (id, Ending::Aborted)));
            }
            Self::Revive(id, upload) => {
                state.ended.remove(&id);
                state.uploads.insert(id, upload);
            }
            Self::Put(object) => state.write(Some(object)),
            Self::Delete => {
                state.write(None);
                if rules.has(Defect::DeleteEndsUploads) {
                    state.uploads.clear();
                }
            }
        }
    }
}

/// Deliberate mistakes that look at parts as they were before.
fn keeps_replaced(rules: &Rules) -> bool {
    [Defect::AllTakesReplacedParts, Defect::HonoursSupersededEtags, Defect::ListsReplacedParts]
        .into_iter()
        .any(|defect| rules.has(defect))
}

impl KeyState {
    fn write(&mut self, object: Option<Object>) {
        self.object = object;
        for upload in self.uploads.values_mut() {
            upload.overtaken = true;
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
            let ignored = Defect::IgnoreForbidOverwriteAtCreation;
            if let Some(refusal) = taken(state, rules, *forbid_overwrite, ignored) {
                return refuse(refusal);
            }
            let upload = Upload {
                initiated: given.at,
                meta: if rules.has(Defect::LoseMetadata) { Meta::new() } else { meta.clone() },
                checksum: *checksum,
                initiator: initiator.clone(),
                sequential: *sequential,
                ..Upload::default()
            };
            create(state, rules, upload, given)
        }
        Operation::BeginPart { upload, .. } if replaces_object(state, rules, upload) => {
            only(Answer::Continue(rules.usual_checksum), Effect::None)
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
            let ignored = Defect::IgnoreForbidOverwriteOfPut;
            let taken = taken(state, rules, conditions.forbid_overwrite, ignored);
            match taken.or_else(|| unmet(state, rules, conditions)) {
                Some(refusal) => refuse(refusal),
                None => put(rules, body, meta, given),
            }
        }
        Operation::Get | Operation::Head => match readable(state, rules) {
            Some(object) => only(Answer::Object(Box::new(object)), Effect::None),
            None => refuse(Refusal::NoSuchKey),
        },
        Operation::Delete if rules.has(Defect::KeepDeletedObject) => only(Answer::Done, Effect::None),
        Operation::Delete => only(Answer::Done, Effect::Delete),
    }
}

fn create(state: &KeyState, rules: &Rules, upload: Upload, given: &Given) -> Vec<Choice> {
    let Some(id) = given.id.clone() else { return Vec::new() };
    if rules.has(Defect::ReuseUpload)
        && let Some(id) = state.uploads.keys().next()
    {
        return only(Answer::Created(id.clone()), Effect::None);
    }
    // An id is never used twice, not even after its upload has ended.
    if state.uploads.contains_key(&id) || state.ended.contains_key(&id) {
        return Vec::new();
    }
    only(Answer::Created(id.clone()), Effect::Open(id, upload))
}

/// Refuses where a key must not be overwritten and is taken.
pub(super) fn taken(state: &KeyState, rules: &Rules, forbidden: bool, ignored: Defect) -> Option<Refusal> {
    (forbidden && state.object.is_some() && !rules.has(ignored)).then_some(Refusal::AlreadyExists)
}

/// Checks what can be checked before the body has arrived. Given are the number, and the
/// algorithm by which the server keeps a checksum.
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
    let refused = rules.has(Defect::RefuseLargestNumber) && number == i64::from(limits.max_part_number);
    if (!in_range && !rules.has(Defect::AcceptAnyNumber)) || refused {
        return Err(Refusal::PartNumber(number));
    }
    let Some(found) = state.uploads.get(upload) else {
        return Err(Refusal::NoSuchUpload(upload.clone()));
    };
    let wanted = match (found.checksum, claimed) {
        (None, _) => rules.usual_checksum,
        (Some((expected, _)), Claimed::With(sent))
            if sent != expected && !rules.has(Defect::AcceptOtherAlgorithm) =>
        {
            return Err(Refusal::OtherAlgorithm { expected, sent: Some(sent) });
        }
        // A full-object checksum is put together from what the server computes.
        (Some((expected, ChecksumType::Composite)), Claimed::Nothing)
            if !rules.has(Defect::AcceptOtherAlgorithm) =>
        {
            return Err(Refusal::OtherAlgorithm { expected, sent: None });
        }
        (Some((expected, ChecksumType::FullObject)), Claimed::Nothing)
            if rules.has(Defect::RequirePartChecksums) =>
        {
            return Err(Refusal::OtherAlgorithm { expected, sent: None });
        }
        (Some((expected, _)), _) => expected,
    };
    if let (Some(size), Some(most)) = (size, limits.max_part_size)
        && size > most
        && !rules.has(Defect::AcceptLargeParts)
    {
        return Err(Refusal::TooLarge { size, most });
    }
    let odd = size.is_some_and(|size| size > 1_024 && size % 1_024 != 0) && rules.has(Defect::RefuseOddSizes);
    if odd || (size == Some(1) && rules.has(Defect::RefuseSingleBytes)) {
        return Err(Refusal::TooLarge { size: size.unwrap_or(0), most: 0 });
    }
    if size == Some(0) && rules.has(Defect::RefuseEmptyPart) {
        return Err(Refusal::TooLarge { size: 0, most: 0 });
    }
    let number = u32::try_from(number).map_err(|_| Refusal::PartNumber(number))?;
    if found.sequential {
        keeps_turn(found, rules, number)?;
    }
    Ok((number, wanted))
}

/// In a sequential upload each part comes once, and behind the one before.
fn keeps_turn(upload: &Upload, rules: &Rules, number: u32) -> Result<(), Refusal> {
    match upload.parts.get(&number) {
        Some(_) if rules.has(Defect::SequentialTakesPartsAgain) => return Ok(()),
        Some(part) => return Err(Refusal::PartExists { number, etag: part.etag.clone() }),
        None => {}
    }
    let next = upload.parts.last_key_value().map_or(1, |(last, _)| last.saturating_add(1));
    match number == next || rules.has(Defect::SequentialTakesAnyOrder) {
        true => Ok(()),
        false => Err(Refusal::NotSequential { number, next }),
    }
}

fn upload_part(
    state: &KeyState,
    rules: &Rules,
    id: &UploadId,
    number: i64,
    body: &Body,
    given: &Given,
) -> Vec<Choice> {
    if rules.has(Defect::LatePartReplacesObject)
        && let (Some(Ending::Completed { .. }), None) = (state.ended.get(id), state.uploads.get(id))
    {
        return put(rules, body, &Meta::new(), given);
    }
    if replaces_object(state, rules, id) {
        return put(rules, body, &Meta::new(), given);
    }
    if let Some(choices) = late_part(state, rules, id, number, body, given) {
        return choices;
    }
    // Checked again: the upload may have ended while the body was under way.
    let number = match may_store(state, rules, id, number, Some(body.content.len()), body.claimed) {
        Ok((number, _)) => number,
        Err(refusal) => return refuse(refusal),
    };
    let Some(etag) = etag_of_bytes(rules, body.md5, given) else { return Vec::new() };
    if rules.has(Defect::KeepReplacedPart) && state.uploads[id].parts.contains_key(&number) {
        return only(Answer::Stored(etag), Effect::None);
    }
    let mut part = arrived(body, &etag, given);
    if let Some(before) = state.uploads[id].parts.get(&number) {
        keep_of_replaced(before, &mut part, rules, body.claimed);
    }
    only(Answer::Stored(etag), Effect::Store(id.clone(), number, part))
}

/// What deliberate mistakes keep of a part that is replaced.
fn keep_of_replaced(before: &Part, part: &mut Part, rules: &Rules, claimed: Claimed) {
    if claimed == Claimed::Copied && rules.has(Defect::CopyKeepsEtag) {
        part.etag.clone_from(&before.etag);
    }
    let (old, new) = (before.content.len(), part.content.len());
    if old > new && rules.has(Defect::KeepTailOfReplacedPart) {
        part.content = Content::joined([part.content.clone(), before.content.range(new, old)]);
    }
}

/// Whether a part of an upload that is not there replaces the object, by a deliberate mistake.
fn replaces_object(state: &KeyState, rules: &Rules, id: &UploadId) -> bool {
    rules.has(Defect::StrayPartsReplaceObject) && state.object.is_some() && !state.uploads.contains_key(id)
}

fn arrived(body: &Body, etag: &str, given: &Given) -> Part {
    Part {
        content: body.content.clone(),
        md5: body.md5,
        etag: etag.to_owned(),
        arrived: given.at,
        checksum: body.checksum.clone(),
    }
}

/// What deliberate mistakes make of a part that arrives after the end of its upload.
fn late_part(
    state: &KeyState,
    rules: &Rules,
    id: &UploadId,
    number: i64,
    body: &Body,
    given: &Given,
) -> Option<Vec<Choice>> {
    let ending = state.ended.get(id)?;
    let etag = etag_of_bytes(rules, body.md5, given)?;
    match ending {
        Ending::Aborted if rules.has(Defect::LatePartRevivesUpload) => {
            let part = arrived(body, &etag, given);
            let parts = [(u32::try_from(number).ok()?, part)].into();
            let upload = Upload { initiated: given.at, parts, ..Upload::default() };
            Some(only(Answer::Stored(etag), Effect::Revive(id.clone(), upload)))
        }
        Ending::Completed { .. } if rules.has(Defect::LatePartJoinsObject) => {
            let object = state.object.clone()?;
            let content = Content::joined([object.content.clone(), body.content.clone()]);
            Some(only(Answer::Stored(etag), Effect::Put(Object { content, ..object })))
        }
        _ => None,
    }
}

fn etag_of_bytes(rules: &Rules, md5: Md5, given: &Given) -> Option<String> {
    match rules.etags {
        ETags::Uppercase if !rules.has(Defect::LowercaseEtags) => Some(hex::encode_upper(md5)),
        ETags::Md5 | ETags::Uppercase => Some(hex::encode(md5)),
        ETags::Opaque => given.etag.clone(),
    }
}

fn abort(state: &KeyState, rules: &Rules, id: &UploadId) -> Vec<Choice> {
    if state.uploads.contains_key(id) {
        let effect = if rules.has(Defect::IgnoreAbort) {
            Effect::None
        } else if rules.has(Defect::AbortDeletesObject) && state.object.is_some() {
            Effect::Delete
        } else {
            Effect::End(id.clone(), Ending::Aborted, None)
        };
        return only(Answer::Done, effect);
    }
    let gone = Choice { answer: Answer::Refused(Refusal::NoSuchUpload(id.clone())), effect: Effect::None };
    let done = Choice { answer: Answer::Done, effect: Effect::None };
    let mut choices = match state.ended.get(id) {
        Some(Ending::Completed { .. }) if rules.has(Defect::LateAbortDeletesObject) => {
            vec![Choice { effect: Effect::Delete, ..done }]
        }
        Some(_) if rules.repeated_abort == Repeated::Gone && !rules.has(Defect::ReplayAbort) => vec![gone],
        // Seen on AWS: 204 soon after the first abort, NoSuchUpload hours later.
        Some(Ending::Aborted) => vec![done, gone],
        // Not documented for an upload that was completed: either answer, and the object stays.
        Some(Ending::Completed { .. }) => vec![gone, done],
        None if rules.has(Defect::AcceptUnknownAbort) => vec![done],
        // Of an id that none of its own looks like, a server may say so.
        None if rules.unknown_abort_succeeds && !is_well_formed(id) => vec![gone, done],
        None if rules.unknown_abort_succeeds => vec![done],
        None => vec![gone],
    };
    if let Some(effect) = stray_abort(state, rules, id) {
        choices.truncate(1);
        choices.iter_mut().for_each(|choice| choice.effect = effect.clone());
    }
    choices
}

/// What an abort of an upload that is not there does by a deliberate mistake.
fn stray_abort(state: &KeyState, rules: &Rules, id: &UploadId) -> Option<Effect> {
    if rules.has(Defect::StrayAbortDeletesObject) && state.object.is_some() {
        return Some(Effect::Delete);
    }
    let ends = match id.0.is_empty() {
        true => Defect::EmptyUploadIdEndsUploads,
        false => Defect::StrayAbortEndsUploads,
    };
    rules.has(ends).then_some(Effect::EndAll)
}

/// Whether an id has the form of those that the mock gives: 32 hexadecimal digits.
fn is_well_formed(id: &UploadId) -> bool {
    id.0.len() == 32 && id.0.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn list_parts(state: &KeyState, rules: &Rules, id: &UploadId, after: u32, max: u32) -> Vec<Choice> {
    let none = Upload::default();
    let upload = match state.uploads.get(id) {
        Some(upload) if upload.parts.is_empty() && rules.has(Defect::HideEmptyUploads) => None,
        None if rules.has(Defect::ListUnknownUploads) => Some(&none),
        None if rules.has(Defect::ListObjectAsUpload) && state.object.is_some() => Some(&none),
        None if rules.has(Defect::FollowUploadIds) && is_path(id) => {
            Some(state.uploads.values().next().unwrap_or(&none))
        }
        upload => upload,
    };
    let Some(upload) = upload else { return refuse(Refusal::NoSuchUpload(id.clone())) };
    let upload = match after > 0 && !upload.parts.contains_key(&after) {
        true if rules.has(Defect::NeedExactPartMarker) => {
            &Upload { parts: BTreeMap::new(), ..upload.clone() }
        }
        _ => upload,
    };
    let first = if rules.has(Defect::RepeatPartMarker) { after } else { after.saturating_add(1) };
    let max =
        if rules.has(Defect::IgnoreMaxParts) { u32::MAX } else { max.min(rules.limits.list_parts_page) };
    let told = upload.checksum.is_some() || rules.tells_usual_checksum();
    let mut rest = upload.parts.range(first.max(u32::from(after > 0))..);
    let parts: Vec<_> = rest
        .by_ref()
        .take(max as usize)
        .map(|(number, part)| PartEntry {
            number: *number,
            etag: part.etag.clone(),
            size: part.content.len() + u64::from(rules.has(Defect::WrongListedSize)),
            arrived: part.arrived,
            checksum: part.checksum.clone().filter(|_| told),
        })
        .collect();
    let mut parts = parts;
    if rules.has(Defect::ListsReplacedParts) {
        let twice: Vec<_> =
            parts.iter().filter(|part| upload.replaced.contains_key(&part.number)).cloned().collect();
        parts.extend(twice);
        parts.sort_by_key(|part| part.number);
    }
    // A page of no entries is never truncated: there would be no marker to go on from.
    let more = rest.next().is_some() || rules.has(Defect::AlwaysTruncated);
    let truncated =
        (!parts.is_empty() && more) || (parts.is_empty() && rules.has(Defect::TruncateEmptyPages));
    let page = PartsPage {
        parts,
        truncated,
        initiated: upload.initiated,
        checksum: upload.checksum,
        initiator: upload.initiator.clone(),
    };
    only(Answer::Parts(page), Effect::None)
}

/// Whether an id leads upwards as a path, written out or percent-encoded.
fn is_path(id: &UploadId) -> bool {
    id.0.replace("%2e", ".").replace("%2E", ".").contains("..")
}

/// The uploads of a key, in the order of listings.
pub(super) fn uploads_of(state: &KeyState, rules: &Rules) -> Vec<(UploadId, super::Time)> {
    let mut uploads: Vec<_> =
        state.uploads.iter().map(|(id, upload)| (id.clone(), upload.initiated)).collect();
    if rules.has(Defect::ListAbortedUploads) {
        let aborted = state.ended.iter().filter(|(_, ending)| **ending == Ending::Aborted);
        uploads.extend(aborted.map(|(id, _)| (id.clone(), super::Time::default())));
    }
    match rules.uploads_by {
        UploadOrder::Id if !rules.has(Defect::ListUploadsByTime) => uploads.sort(),
        _ => uploads.sort_by_key(|(_, initiated)| *initiated),
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
            .map(|checksum| ObjectChecksum { checksum, of: ChecksumType::FullObject }),
        sequential: false,
    };
    only(Answer::Stored(etag), Effect::Put(object))
}

/// The condition that does not hold.
pub(super) fn unmet(state: &KeyState, rules: &Rules, conditions: &Conditions) -> Option<Refusal> {
    let there = state.object.is_some() || rules.has(Defect::RefuseIfNoneMatch);
    if conditions.if_none && there && !rules.has(Defect::IgnoreIfNoneMatch) {
        return Some(Refusal::Precondition(Condition::IfNoneMatch));
    }
    let wanted = conditions.if_match.as_deref().filter(|_| !rules.has(Defect::IgnoreIfMatch))?;
    match &state.object {
        None if rules.has(Defect::PassIfMatchWithoutObject) => None,
        None => Some(Refusal::NoSuchKey),
        Some(object) if wanted == "*" || unquoted(wanted) == object.etag => None,
        Some(_) => Some(Refusal::Precondition(Condition::IfMatch)),
    }
}

/// An ETag without its quotes.
pub(super) fn unquoted(etag: &str) -> &str {
    etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"')).unwrap_or(etag)
}

fn readable(state: &KeyState, rules: &Rules) -> Option<Object> {
    if state.object.is_none() && rules.has(Defect::VisibleBeforeCompletion) {
        let upload = state.uploads.values().next()?;
        let part = upload.parts.values().next()?;
        return Some(Object {
            content: part.content.clone(),
            etag: part.etag.clone(),
            meta: upload.meta.clone(),
            modified: part.arrived,
            parts: None,
            checksum: None,
            sequential: false,
        });
    }
    let mut object = state.object.clone()?;
    let part = state.uploads.values().next().and_then(|upload| upload.parts.values().next());
    if let Some(part) = part.filter(|_| rules.has(Defect::MixReads)) {
        let (half, size) = (object.content.len() / 2, part.content.len());
        object.content =
            Content::joined([object.content.range(0, half), part.content.range(half.min(size), size)]);
    }
    Some(object)
}
