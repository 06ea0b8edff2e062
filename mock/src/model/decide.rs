//! The rules: for a state and an operation, every lawful answer with its effect.
//!
//! The first choice is what the mock answers. Further ones stand where the
//! documents leave the answer open; each names its source.

use md5::{Digest, Md5 as Hasher};

use super::operation::{Answer, Body, Given, ListedPart, Operation, PartEntry, PartsPage, Refusal};
use super::{Content, Defect, ETags, Ending, KeyState, Md5, Meta, Object, Part, Rules, Upload, UploadId};

/// A lawful answer and what it does to the state.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) answer: Answer,
    pub(super) effect: Effect,
}

/// A change of the state.
#[derive(Debug)]
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
    pub(super) fn apply(self, state: &mut KeyState, rules: &Rules) {
        match self {
            Self::None => {}
            Self::Open(id, upload) => {
                state.uploads.insert(id, upload);
            }
            Self::Store(id, number, part) => {
                if let Some(upload) = state.uploads.get_mut(&id) {
                    upload.parts.insert(number, part);
                }
            }
            Self::End(id, ending, object) => {
                if !(rules.has(Defect::KeepCompletedUpload) && matches!(ending, Ending::Completed { .. })) {
                    state.uploads.remove(&id);
                }
                state.ended.insert(id, ending);
                if object.is_some() {
                    state.write(object);
                }
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
        Operation::Create { meta } => create(state, rules, meta, given),
        Operation::BeginPart { upload, number, size } => {
            match may_store(state, rules, upload, *number, *size) {
                Ok(_) => only(Answer::Continue, Effect::None),
                Err(refusal) => refuse(refusal),
            }
        }
        Operation::UploadPart { upload, number, body } => {
            upload_part(state, rules, upload, *number, body, given)
        }
        Operation::Complete { upload, list } => complete(state, rules, upload, list, given),
        Operation::Abort { upload } => abort(state, rules, upload),
        Operation::ListParts { upload, after, max } => list_parts(state, rules, upload, *after, *max),
        Operation::ListUploads => only(Answer::Uploads(uploads_of(state, rules)), Effect::None),
        Operation::Put { body, meta } => put(rules, body, meta, given),
        Operation::Get | Operation::Head => match readable(state, rules) {
            Some(object) => only(Answer::Object(Box::new(object)), Effect::None),
            None => refuse(Refusal::NoSuchKey),
        },
        Operation::Delete => only(Answer::Done, Effect::Delete),
    }
}

fn create(state: &KeyState, rules: &Rules, meta: &Meta, given: &Given) -> Vec<Choice> {
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
    let meta = if rules.has(Defect::LoseMetadata) { Meta::new() } else { meta.clone() };
    let upload = Upload { initiated: given.at, meta, parts: Default::default(), overtaken: false };
    only(Answer::Created(id.clone()), Effect::Open(id, upload))
}

/// Checks what can be checked before the body has arrived.
fn may_store(
    state: &KeyState,
    rules: &Rules,
    upload: &UploadId,
    number: i64,
    size: Option<u64>,
) -> Result<u32, Refusal> {
    let limits = &rules.limits;
    let in_range = i64::from(limits.min_part_number) <= number && number <= i64::from(limits.max_part_number);
    let refused = rules.has(Defect::RefuseLargestNumber) && number == i64::from(limits.max_part_number);
    if (!in_range && !rules.has(Defect::AcceptAnyNumber)) || refused {
        return Err(Refusal::PartNumber(number));
    }
    if !state.uploads.contains_key(upload) {
        return Err(Refusal::NoSuchUpload(upload.clone()));
    }
    if let (Some(size), Some(most)) = (size, limits.max_part_size)
        && size > most
    {
        return Err(Refusal::TooLarge { size, most });
    }
    if size == Some(0) && rules.has(Defect::RefuseEmptyPart) {
        return Err(Refusal::TooLarge { size: 0, most: 0 });
    }
    u32::try_from(number).map_err(|_| Refusal::PartNumber(number))
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
    // Checked again: the upload may have ended while the body was under way.
    let number = match may_store(state, rules, id, number, Some(body.content.len())) {
        Ok(number) => number,
        Err(refusal) => return refuse(refusal),
    };
    let Some(etag) = etag_of_bytes(rules, body.md5, given) else { return Vec::new() };
    if rules.has(Defect::KeepReplacedPart) && state.uploads[id].parts.contains_key(&number) {
        return only(Answer::Stored(etag), Effect::None);
    }
    let part = Part { content: body.content.clone(), md5: body.md5, etag: etag.clone(), arrived: given.at };
    only(Answer::Stored(etag), Effect::Store(id.clone(), number, part))
}

fn etag_of_bytes(rules: &Rules, md5: Md5, given: &Given) -> Option<String> {
    match rules.etags {
        ETags::Md5 => Some(hex::encode(md5)),
        ETags::Opaque => given.etag.clone(),
    }
}

fn complete(
    state: &KeyState,
    rules: &Rules,
    id: &UploadId,
    list: &[ListedPart],
    given: &Given,
) -> Vec<Choice> {
    let Some(upload) = state.uploads.get(id) else { return complete_again(state, id, list) };
    let refusals = refusals(upload, rules, id, list);
    if !refusals.is_empty() {
        // Which of several mistakes is told is the server's choice.
        let effect = || {
            if rules.has(Defect::RefusedCompletionEndsUpload) {
                Effect::End(id.clone(), Ending::Aborted, None)
            } else {
                Effect::None
            }
        };
        return refusals
            .into_iter()
            .map(|refusal| Choice { answer: Answer::Refused(refusal), effect: effect() })
            .collect();
    }
    let parts = joined_parts(upload, rules, list);
    let mut content = Content::joined(parts.iter().map(|part| part.content.clone()));
    if rules.has(Defect::LoseLastByte) {
        content = content.range(0, content.len().saturating_sub(1));
    }
    let Some(etag) = etag_of_parts(rules, &parts, &content, given) else { return Vec::new() };
    let object = Object {
        content,
        etag: etag.clone(),
        meta: upload.meta.clone(),
        modified: upload.initiated,
        parts: Some(parts.len() as u32),
    };
    let ending = Ending::Completed { list: as_sent(list), etag: etag.clone() };
    let answer = Answer::Completed(etag);
    let mut choices = vec![Choice {
        answer: answer.clone(),
        effect: Effect::End(id.clone(), ending.clone(), Some(object)),
    }];
    if upload.overtaken {
        // Without versioning, a request that came between creation and completion may take
        // precedence, and a deletion may leave no object (AWS user guide, mpuoverview).
        choices.push(Choice { answer, effect: Effect::End(id.clone(), ending, None) });
    }
    choices
}

/// A completion of an upload that is not there, or no longer.
fn complete_again(state: &KeyState, id: &UploadId, list: &[ListedPart]) -> Vec<Choice> {
    let gone = Choice { answer: Answer::Refused(Refusal::NoSuchUpload(id.clone())), effect: Effect::None };
    match state.ended.get(id) {
        // AWS answers a repeated completion as it answered the first; its API text says NoSuchUpload.
        Some(Ending::Completed { list: before, etag }) if *before == as_sent(list) => {
            vec![Choice { answer: Answer::Completed(etag.clone()), effect: Effect::None }, gone]
        }
        _ => vec![gone],
    }
}

fn as_sent(list: &[ListedPart]) -> Vec<(u32, String)> {
    list.iter()
        .map(|part| (u32::try_from(part.number).unwrap_or(0), unquoted(&part.etag).to_owned()))
        .collect()
}

fn unquoted(etag: &str) -> &str {
    etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"')).unwrap_or(etag)
}

/// Everything for which a completion with this list can be refused.
fn refusals(upload: &Upload, rules: &Rules, id: &UploadId, list: &[ListedPart]) -> Vec<Refusal> {
    let mut found = Vec::new();
    if list.is_empty() && !rules.has(Defect::AcceptEmptyList) {
        found.push(Refusal::EmptyList);
    }
    if let Some(part) = list.iter().find(|part| part.number < i64::from(rules.limits.min_part_number.min(1)))
    {
        found.push(Refusal::ListedNumber(part.number));
    }
    let ascends = list.windows(2).all(|pair| pair[0].number < pair[1].number);
    let gapless = list.iter().zip(1..).all(|(part, number)| part.number == number);
    if (!ascends && !rules.has(Defect::AcceptAnyOrder)) || (!gapless && rules.has(Defect::RefuseGaps)) {
        found.push(Refusal::InvalidPartOrder(id.clone()));
    }
    for listed in list {
        let sent = u32::try_from(listed.number).ok().and_then(|number| upload.parts.get(&number));
        let valid = match sent {
            Some(part) => part.etag == unquoted(&listed.etag) || rules.has(Defect::IgnoreListedEtags),
            None => rules.has(Defect::SkipMissingParts),
        };
        if !valid {
            found.push(Refusal::InvalidPart {
                upload: id.clone(),
                number: listed.number,
                etag: listed.etag.clone(),
            });
            break;
        }
    }
    found.extend(size_refusal(upload, rules, list));
    found
}

fn size_refusal(upload: &Upload, rules: &Rules, list: &[ListedPart]) -> Option<Refusal> {
    let part = |listed: &ListedPart| {
        let number = u32::try_from(listed.number).ok()?;
        Some((number, upload.parts.get(&number)?))
    };
    if let Some(least) = rules.limits.min_part_size
        && !rules.has(Defect::AcceptSmallParts)
        && let Some((_, but_last)) = list.split_last()
        && let Some((number, small)) =
            but_last.iter().filter_map(part).find(|(_, part)| part.content.len() < least)
    {
        return Some(Refusal::TooSmall {
            number,
            etag: small.etag.clone(),
            size: small.content.len(),
            least,
        });
    }
    let size: u64 = list.iter().filter_map(part).map(|(_, part)| part.content.len()).sum();
    let most = rules.limits.max_object_size?;
    (size > most).then_some(Refusal::TooLarge { size, most })
}

/// The parts of the object, in its order.
fn joined_parts<'u>(upload: &'u Upload, rules: &Rules, list: &[ListedPart]) -> Vec<&'u Part> {
    let listed = |number: u32| list.iter().any(|part| part.number == i64::from(number));
    let mut parts: Vec<(u32, &Part)> = upload
        .parts
        .iter()
        .filter(|(number, _)| listed(**number) || rules.has(Defect::JoinUnlistedParts))
        .map(|(number, part)| (*number, part))
        .collect();
    if rules.has(Defect::JoinInArrivalOrder) {
        parts.sort_by_key(|(_, part)| part.arrived);
    }
    if rules.has(Defect::JoinInTextOrder) {
        parts.sort_by_key(|(number, _)| number.to_string());
    }
    parts.into_iter().map(|(_, part)| part).collect()
}

fn etag_of_parts(rules: &Rules, parts: &[&Part], content: &Content, given: &Given) -> Option<String> {
    if rules.etags == ETags::Opaque {
        return given.etag.clone();
    }
    let mut hasher = Hasher::new();
    if rules.has(Defect::PlainEtag) {
        content.pieces().flatten().for_each(|piece| hasher.update(&piece));
        return Some(hex::encode(hasher.finalize()));
    }
    parts.iter().for_each(|part| hasher.update(part.md5));
    Some(format!("{}-{}", hex::encode(hasher.finalize()), parts.len()))
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
    match state.ended.get(id) {
        // Seen on AWS: 204 soon after the first abort, NoSuchUpload hours later.
        Some(Ending::Aborted) => vec![done, gone],
        // Not documented for an upload that was completed: either answer, and the object stays.
        Some(Ending::Completed { .. }) => vec![gone, done],
        None if rules.has(Defect::AcceptUnknownAbort) => vec![done],
        None => vec![gone],
    }
}

fn list_parts(state: &KeyState, rules: &Rules, id: &UploadId, after: u32, max: u32) -> Vec<Choice> {
    let Some(upload) = state.uploads.get(id) else { return refuse(Refusal::NoSuchUpload(id.clone())) };
    let first = if rules.has(Defect::RepeatPartMarker) { after } else { after.saturating_add(1) };
    let max =
        if rules.has(Defect::IgnoreMaxParts) { u32::MAX } else { max.min(rules.limits.list_parts_page) };
    let mut rest = upload.parts.range(first.max(u32::from(after > 0))..);
    let parts: Vec<_> = rest
        .by_ref()
        .take(max as usize)
        .map(|(number, part)| PartEntry {
            number: *number,
            etag: part.etag.clone(),
            size: part.content.len() + u64::from(rules.has(Defect::WrongListedSize)),
            arrived: part.arrived,
        })
        .collect();
    // A page of no entries is never truncated: there would be no marker to go on from.
    let truncated = !parts.is_empty() && rest.next().is_some();
    only(Answer::Parts(PartsPage { parts, truncated, initiated: upload.initiated }), Effect::None)
}

/// The uploads of a key, oldest first.
pub(super) fn uploads_of(state: &KeyState, rules: &Rules) -> Vec<(UploadId, super::Time)> {
    let mut uploads: Vec<_> =
        state.uploads.iter().map(|(id, upload)| (id.clone(), upload.initiated)).collect();
    if rules.has(Defect::ListAbortedUploads) {
        let aborted = state.ended.iter().filter(|(_, ending)| **ending == Ending::Aborted);
        uploads.extend(aborted.map(|(id, _)| (id.clone(), super::Time::default())));
    }
    uploads.sort_by_key(|(_, initiated)| *initiated);
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
    };
    only(Answer::Stored(etag), Effect::Put(object))
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
        });
    }
    state.object.clone()
}
