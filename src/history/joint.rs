//! The keys of a history together: what a server may know after some of the calls.

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::model::{
    Answer, Blob, Body, Claimed, Conditions, Content, ETags, Ending, Event, Given, KeyState, List,
    ListedPart, Observed, Operation, Part, Refusal, Rules, Terms, UNSEEN, Upload, UploadId, admits, apply,
    lawful,
};
use mpuspec_mock::provider::{Dialect, Provider};

use super::{Ask, Call, History, Piece, Saw, SeenPart};

/// What the oracle goes by.
#[derive(Clone, Debug)]
pub struct Oracle {
    rules: Rules,
    dialect: Dialect,
}

impl Oracle {
    /// The rules of a provider. ETags are the server's own choice: cases look at their form.
    pub fn of(provider: &Provider) -> Self {
        let rules = Rules { etags: ETags::Opaque, ..provider.model_rules() };
        Self { rules, dialect: provider.dialect }
    }

    /// The same for a server that joins small parts: that is reported once, and not what is looked for.
    #[must_use]
    pub fn with_small_parts(&self) -> Self {
        let mut oracle = self.clone();
        oracle.rules.limits.min_part_size = None;
        oracle
    }
}

/// What a server may know of several keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Joint {
    keys: BTreeMap<String, KeyState>,
    /// Uploads of which the server has said that they are gone.
    gone: BTreeSet<UploadId>,
    /// Calls without an answer that have not taken effect, and still may: positions in the history.
    pending: BTreeSet<usize>,
}

/// Calls have no times in the model: orders are compared, not clocks.
const NO_TIME: mpuspec_mock::model::Time = mpuspec_mock::model::Time(0);

impl Joint {
    /// Every state in which a call can be answered as it was, if it takes effect now.
    pub fn after(&self, oracle: &Oracle, history: &History, at: usize) -> Vec<Self> {
        let call = &history.calls[at];
        let mut states = self.usual(oracle, call);
        if states.is_empty()
            && let Some(late) = self.late(history, at)
        {
            states.extend(late);
        }
        if states.is_empty() && conflicts(history, at) {
            states.push(self.clone());
        }
        states
    }

    /// Calls without an answer that may still take effect.
    pub fn pending(&self) -> &BTreeSet<usize> {
        &self.pending
    }

    /// The same state with other such calls.
    #[must_use]
    pub fn with_pending(&self, pending: BTreeSet<usize>) -> Self {
        Self { pending, ..self.clone() }
    }

    /// What a call could have been answered, for people.
    pub fn could_answer(&self, oracle: &Oracle, call: &Call) -> Vec<String> {
        let Some(operation) = self.operation(oracle, call) else { return vec!["a refusal".to_owned()] };
        let answers = lawful(&self.state(call.ask.key()), &oracle.rules, &operation, NO_TIME);
        let mut words: Vec<String> = answers.iter().map(in_words).collect();
        words.dedup();
        words
    }

    /// About how many bytes it takes: a history of copies of copies, or of large metadata, makes it as large as it likes.
    pub(super) fn weight(&self) -> usize {
        const A_THING: usize = 128;
        let meta = |meta: &BTreeMap<String, String>| -> usize {
            meta.iter().map(|(name, value)| name.len() + value.len() + A_THING).sum()
        };
        let content = |content: &Content| content.pieces().count() * A_THING;
        let part = |part: &Part| part.etag.len() + A_THING + content(&part.content);
        let upload =
            |upload: &Upload| meta(&upload.meta) + A_THING + upload.parts.values().map(part).sum::<usize>();
        let of_key = |(key, state): (&String, &KeyState)| {
            let object = state.object.iter().map(|object| {
                let parts = object.parts.iter().flatten().count();
                object.etag.len() + meta(&object.meta) + content(&object.content) + parts * A_THING
            });
            let uploads = state.uploads.iter().map(|(id, of)| id.0.len() + upload(of));
            let ended = state.ended.iter().map(|(id, ending)| {
                let list = match ending {
                    Ending::Completed { list, .. } => list.iter().map(|(_, etag)| etag.len() + A_THING).sum(),
                    Ending::Aborted => 0,
                };
                id.0.len() + A_THING + list
            });
            key.len() + A_THING + object.chain(uploads).chain(ended).sum::<usize>()
        };
        let gone = self.gone.iter().map(|id| id.0.len() + A_THING);
        self.keys.iter().map(of_key).chain(gone).sum()
    }

    fn state(&self, key: &str) -> KeyState {
        self.keys.get(key).cloned().unwrap_or_default()
    }

    fn with(&self, key: &str, state: KeyState) -> Self {
        let mut joint = self.clone();
        joint.keys.insert(key.to_owned(), state);
        joint
    }

    /// This state, in which the object of a key has the ETag that was seen.
    fn with_etag_of_object(&self, key: &str, etag: Option<&str>) -> Self {
        let mut state = self.state(key);
        match (&mut state.object, etag) {
            (Some(object), Some(etag)) if object.etag == UNSEEN => object.etag = etag.to_owned(),
            _ => return self.clone(),
        }
        self.with(key, state)
    }

    /// This state, in which the parts of an upload have the ETags that were listed.
    fn with_etags_of_parts(&self, key: &str, ask: &Ask, seen: &[SeenPart]) -> Self {
        let Ask::ListParts { upload, .. } = ask else { return self.clone() };
        let mut state = self.state(key);
        let Some(upload) = state.uploads.get_mut(&UploadId(upload.clone())) else { return self.clone() };
        for part in seen {
            if let (Some(known), Some(etag)) = (upload.parts.get_mut(&part.number), &part.etag)
                && known.etag == UNSEEN
            {
                known.etag.clone_from(etag);
            }
        }
        self.with(key, state)
    }

    /// By the rules as they are, without regard to what else is under way.
    fn usual(&self, oracle: &Oracle, call: &Call) -> Vec<Self> {
        let key = call.ask.key();
        let state = self.state(key);
        let Some(operation) = self.operation(oracle, call) else {
            // Its source is not there.
            let refused = matches!(call.saw, Saw::Refused { .. } | Saw::Nothing);
            return if refused { vec![self.clone()] } else { Vec::new() };
        };
        match &call.saw {
            Saw::Refused { .. } => {
                let answers = lawful(&state, &oracle.rules, &operation, NO_TIME);
                let mut refused = answers.iter().any(|answer| matches!(answer, Answer::Refused(_)));
                // A range that begins behind the last byte.
                if let (Some((first, _)), Some(object)) = (range_of(&call.ask), &state.object) {
                    refused |= first >= object.content.len();
                }
                if !refused {
                    return Vec::new();
                }
                let mut joint = self.clone();
                if let Operation::ListParts { upload, .. } = operation
                    && state.ended.contains_key(&upload)
                {
                    joint.gone.insert(upload);
                }
                vec![joint]
            }
            Saw::Parts { parts, truncated } => match apply_to(&state, oracle, operation) {
                Answer::Parts(page) => {
                    let same = |(a, b): (&mpuspec_mock::model::PartEntry, &SeenPart)| {
                        a.number == b.number
                            && fits(&a.etag, b.etag.as_deref())
                            && b.size.is_none_or(|size| size == a.size)
                    };
                    let fits = page.truncated == *truncated
                        && page.parts.len() == parts.len()
                        && page.parts.iter().zip(parts).all(same);
                    if !fits {
                        return Vec::new();
                    }
                    vec![self.with_etags_of_parts(key, &call.ask, parts)]
                }
                _ => Vec::new(),
            },
            Saw::Uploads { ids } => {
                let seen: BTreeSet<&String> = ids.iter().collect();
                let known: BTreeSet<&String> = state.uploads.keys().map(|id| &id.0).collect();
                if seen == known && seen.len() == ids.len() { vec![self.clone()] } else { Vec::new() }
            }
            Saw::Object { etag, size, content, meta } => match apply_to(&state, oracle, operation) {
                Answer::Object(object) => {
                    let lawful = match range_of(&call.ask) {
                        Some((first, last)) => object.content.range(first, last.saturating_add(1)),
                        None => object.content.clone(),
                    };
                    let same =
                        content.as_ref().is_none_or(|pieces| content_of(pieces) == Some(lawful.clone()));
                    let size_fits = size.is_none_or(|size| size == lawful.len());
                    let meta_fits = meta.as_ref().is_none_or(|meta| *meta == object.meta);
                    if fits(&object.etag, etag.as_deref()) && size_fits && meta_fits && same {
                        vec![self.with_etag_of_object(key, etag.as_deref())]
                    } else {
                        Vec::new()
                    }
                }
                _ => Vec::new(),
            },
            Saw::Listed { object } => match (apply_to(&state, oracle, operation), object) {
                (Answer::Object(known), Some(seen)) => {
                    let size_fits = seen.size.is_none_or(|size| size == known.content.len());
                    match fits(&known.etag, seen.etag.as_deref()) && size_fits {
                        true => vec![self.with_etag_of_object(key, seen.etag.as_deref())],
                        false => Vec::new(),
                    }
                }
                (Answer::Refused(_), None) => vec![self.clone()],
                _ => Vec::new(),
            },
            saw => {
                let observed = match saw {
                    Saw::Created { upload } => Observed::Answered(Answer::Created(UploadId(upload.clone()))),
                    Saw::Stored { etag } => Observed::Answered(Answer::Stored(told(etag))),
                    Saw::Completed { etag } => Observed::Answered(Answer::Completed(told(etag))),
                    Saw::Done => Observed::Answered(Answer::Done),
                    _ => Observed::Nothing,
                };
                let mut states = admits(&state, &oracle.rules, &operation, &observed, NO_TIME);
                if let Some(bound) = with_listed_etags(&state, &operation) {
                    states.extend(admits(&bound, &oracle.rules, &operation, &observed, NO_TIME));
                }
                states.into_iter().map(|state| self.with(key, state)).collect()
            }
        }
    }

    /// A part that was under way when its upload ended may be accepted all the same. After an abort it
    /// may even stay until the upload is aborted again (both are said in AWS's and OSS's documents).
    fn late(&self, history: &History, at: usize) -> Option<Vec<Self>> {
        let call = &history.calls[at];
        let Saw::Stored { etag } = &call.saw else { return None };
        let (key, upload, number) = match &call.ask {
            Ask::UploadPart { key, upload, number, .. } | Ask::UploadPartCopy { key, upload, number, .. } => {
                (key, upload, *number)
            }
            _ => return None,
        };
        let id = UploadId(upload.clone());
        let mut state = self.state(key);
        if !state.ended.contains_key(&id) {
            return None;
        }
        let ends = |other: &Call| match &other.ask {
            Ask::CompleteUpload { upload: ended, .. } => (ended == upload).then_some(false),
            Ask::AbortUpload { upload: ended, .. } => {
                let may_have_ended = matches!(other.saw, Saw::Done | Saw::Nothing);
                (ended == upload && may_have_ended).then_some(true)
            }
            _ => None,
        };
        let under_way: Vec<bool> =
            history.calls.iter().filter(|other| overlap(call, other)).filter_map(ends).collect();
        if under_way.is_empty() {
            return None;
        }
        let mut states = vec![self.clone()];
        if under_way.contains(&true)
            && !self.gone.contains(&id)
            && let (Some(content), Ok(number)) = (self.part_content(&call.ask), u32::try_from(number))
        {
            let part = Part { content, md5: [0; 16], etag: told(etag), arrived: NO_TIME, checksum: None };
            state.ended.remove(&id);
            state.uploads.insert(id, Upload { parts: [(number, part)].into(), ..Upload::default() });
            states.push(self.with(key, state));
        }
        Some(states)
    }

    /// The bytes that a part call brings; of a copy those of its source at this moment.
    fn part_content(&self, ask: &Ask) -> Option<Content> {
        match ask {
            Ask::UploadPart { content, .. } | Ask::PutObject { content, .. } => content_of(content),
            Ask::UploadPartCopy { content: Some(content), .. } => content_of(content),
            Ask::UploadPartCopy { source, range, .. } => {
                let object = self.keys.get(source)?.object.as_ref()?;
                match range {
                    Some((first, last)) => Some(object.content.range(*first, last.saturating_add(1))),
                    None => Some(object.content.clone()),
                }
            }
            _ => None,
        }
    }

    /// The call in the words of the model; none if its source is not there.
    fn operation(&self, oracle: &Oracle, call: &Call) -> Option<Operation> {
        let id = |upload: &String| UploadId(upload.clone());
        let body = |content: Content, claimed| Body { content, md5: [0; 16], checksum: None, claimed };
        Some(match &call.ask {
            Ask::CreateUpload { sequential, meta, .. } => Operation::Create {
                meta: meta.clone(),
                checksum: None,
                initiator: String::new(),
                forbid_overwrite: false,
                sequential: *sequential,
            },
            Ask::UploadPart { upload, number, .. } => Operation::UploadPart {
                upload: id(upload),
                number: *number,
                body: body(self.part_content(&call.ask)?, Claimed::Nothing),
            },
            Ask::UploadPartCopy { upload, number, content: Some(_), .. } => Operation::UploadPart {
                upload: id(upload),
                number: *number,
                body: body(self.part_content(&call.ask)?, Claimed::Copied),
            },
            Ask::UploadPartCopy { upload, number, source, range, .. } => {
                let object = self.keys.get(source)?.object.as_ref()?;
                let inside = range.is_none_or(|(_, last)| last < object.content.len());
                let content = match (inside, oracle.dialect) {
                    (true, _) => self.part_content(&call.ask)?,
                    // A range that breaks the rules does not count there.
                    (false, Dialect::Oss) => object.content.clone(),
                    (false, Dialect::S3) => return None,
                };
                Operation::UploadPart {
                    upload: id(upload),
                    number: *number,
                    body: body(content, Claimed::Copied),
                }
            }
            Ask::CompleteUpload { upload, list, .. } => {
                let entry = |(number, etag): &(i64, String)| ListedPart {
                    number: *number,
                    etag: etag.clone(),
                    checksums: Vec::new(),
                };
                let list = match list {
                    Some(list) => List::Parts(list.iter().map(entry).collect()),
                    None => List::All,
                };
                Operation::Complete { upload: id(upload), list, terms: Terms::default() }
            }
            Ask::AbortUpload { upload, .. } => Operation::Abort { upload: id(upload) },
            Ask::ListParts { upload, after, max, .. } => {
                Operation::ListParts { upload: id(upload), after: *after, max: *max }
            }
            Ask::ListUploads { .. } => Operation::ListUploads,
            Ask::PutObject { meta, .. } => Operation::Put {
                body: body(self.part_content(&call.ask)?, Claimed::Nothing),
                meta: meta.clone(),
                conditions: Conditions::default(),
            },
            Ask::GetObject { .. } => Operation::Get,
            Ask::HeadObject { .. } | Ask::ListObjects { .. } => Operation::Head,
            Ask::DeleteObject { .. } => Operation::Delete,
        })
    }
}

/// The answer to a reading, which changes nothing.
fn apply_to(state: &KeyState, oracle: &Oracle, operation: Operation) -> Answer {
    let given = Given { at: NO_TIME, ..Given::default() };
    apply(&mut state.clone(), &oracle.rules, &Event { operation, given })
}

/// Returns whether an ETag can be the one that was seen; one that nobody saw can be any.
fn fits(known: &str, seen: Option<&str>) -> bool {
    known == UNSEEN || seen.is_none_or(|seen| known == seen)
}

/// Returns the ETag of an answer, or the one that stands for any.
fn told(etag: &Option<String>) -> String {
    etag.clone().unwrap_or_else(|| UNSEEN.to_owned())
}

/// Returns the state in which parts of unseen ETags have those by which a completion lists them.
fn with_listed_etags(state: &KeyState, operation: &Operation) -> Option<KeyState> {
    let Operation::Complete { upload, list: List::Parts(list), .. } = operation else { return None };
    let mut bound = state.clone();
    let parts = &mut bound.uploads.get_mut(upload)?.parts;
    for listed in list {
        let part = u32::try_from(listed.number).ok().and_then(|number| parts.get_mut(&number));
        if let Some(part) = part.filter(|part| part.etag == UNSEEN) {
            part.etag.clone_from(&listed.etag);
        }
    }
    (bound != *state).then_some(bound)
}

fn range_of(ask: &Ask) -> Option<(u64, u64)> {
    match ask {
        Ask::GetObject { range, .. } => *range,
        _ => None,
    }
}

/// The bytes that pieces stand for; none if nobody sent some of them.
pub(super) fn content_of(pieces: &[Piece]) -> Option<Content> {
    let piece = |piece: &Piece| {
        // The model wants to know how long a blob is; to whom a piece of it is all, it is that long.
        let len = piece.start.saturating_add(piece.len);
        let blob = Blob::Made { seed: 0, slot: piece.blob?, len: u64::MAX };
        Some(Content::of(blob).range(piece.start, len))
    };
    let contents: Option<Vec<Content>> = pieces.iter().map(piece).collect();
    Some(Content::joined(contents?))
}

/// Whether two calls were under way at the same time.
pub(super) fn overlap(a: &Call, b: &Call) -> bool {
    let end = |call: &Call| call.end_us.unwrap_or(u64::MAX);
    a.start_us <= end(b) && b.start_us <= end(a)
}

/// A server may refuse a call with 409 because of another one that is under way.
fn conflicts(history: &History, at: usize) -> bool {
    let call = &history.calls[at];
    let writes = |ask: &Ask| !ask.reads();
    matches!(call.saw, Saw::Refused { status: 409, .. })
        && writes(&call.ask)
        && history.calls.iter().enumerate().any(|(other, found)| {
            other != at && found.ask.key() == call.ask.key() && writes(&found.ask) && overlap(call, found)
        })
}

/// The end of an id or an ETag, where they differ.
pub(super) fn short(text: &str) -> String {
    let count = text.chars().count();
    text.chars().skip(count.saturating_sub(10)).collect()
}

/// A part as it stands in a listing.
pub(super) fn part_in_words(number: u32, etag: Option<&String>, size: Option<u64>) -> String {
    let etag = etag.map(|etag| short(etag));
    let size = size.map(|size| format!("{size} bytes"));
    let about: Vec<String> = etag.into_iter().chain(size).collect();
    format!("{number} ({})", about.join(", "))
}

fn in_words(answer: &Answer) -> String {
    match answer {
        Answer::Refused(Refusal::NoSuchUpload(_)) => "NoSuchUpload".to_owned(),
        Answer::Refused(refusal) => format!("{:?}", refusal.code()),
        Answer::Parts(page) if page.parts.is_empty() => "no parts".to_owned(),
        Answer::Parts(page) => {
            let part = |part: &mpuspec_mock::model::PartEntry| {
                part_in_words(part.number, Some(&part.etag).filter(|etag| *etag != UNSEEN), Some(part.size))
            };
            format!("parts {}", page.parts.iter().map(part).collect::<Vec<_>>().join(", "))
        }
        Answer::Uploads(uploads) if uploads.len() == 1 => "1 upload".to_owned(),
        Answer::Uploads(uploads) => format!("{} uploads", uploads.len()),
        Answer::Object(object) => {
            let meta: String = object.meta.iter().map(|(name, value)| format!(", {name}={value}")).collect();
            format!(
                "the {} bytes that were acknowledged, with ETag {}{meta}",
                object.content.len(),
                short(&object.etag)
            )
        }
        Answer::Created(_)
        | Answer::Continue(_)
        | Answer::Stored(_)
        | Answer::Completed(_)
        | Answer::Done => "success".to_owned(),
    }
}
