//! Writes down what a row asks and sees, so that the model can judge it.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use mpuspec_mock::provider::Provider;
use percent_encoding::percent_decode_str;

use super::claims::unquoted;
use crate::history::{
    Ask, Call, Found, History, Joint, Kind, Oracle, Piece, Saw, SeenPart, Stuck, explain, kind_of, search,
};
use crate::report::Explanation;
use crate::wire::dialect::{Dialect, own};
use crate::wire::{Answer, Blob, Body, Exchange, Request, Trouble, s3};

/// What a row has asked and seen so far, and what the server may know by it.
#[derive(Debug)]
pub(super) struct Witness {
    oracle: Oracle,
    dialect: Dialect,
    prefix: String,
    history: History,
    states: Vec<Joint>,
    blobs: Vec<Arc<Blob>>,
    /// Calls that have not been judged yet.
    fresh: Vec<usize>,
    unlawful: Option<Unlawful>,
}

/// Answers that no order explains.
#[derive(Clone, Debug)]
pub(super) struct Unlawful {
    pub(super) kind: Kind,
    pub(super) stuck: Stuck,
    pub(super) text: String,
    pub(super) expected: String,
    pub(super) got: String,
}

/// Number, ETag and bytes of a part.
type SentPart<'h> = (i64, &'h str, Vec<Piece>);

/// A call with what came of it.
pub(super) struct Witnessed<'a> {
    pub(super) call: &'a dyn s3::Operation,
    pub(super) answer: Result<&'a Answer, &'a Trouble>,
    /// When it began and ended.
    pub(super) times: (u64, u64),
    /// Who made it.
    pub(super) client: &'a str,
}

/// One page of parts, where a request does not say how many it wants.
const USUAL_PAGE: u32 = 1_000;
/// Fewer bytes than this could be anybody's.
const TELLING: usize = 8;

impl Witness {
    pub(super) fn new(provider: &Provider, dialect: Dialect, prefix: &str) -> Self {
        Self {
            oracle: Oracle::of(provider),
            dialect,
            prefix: prefix.to_owned(),
            history: History::default(),
            states: vec![Joint::default()],
            blobs: Vec::new(),
            fresh: Vec::new(),
            unlawful: None,
        }
    }

    pub(super) fn history(&self) -> &History {
        &self.history
    }

    /// Why no order explains what was seen, if none does.
    pub(super) fn explanation(&self) -> Option<Explanation> {
        let Unlawful { kind, stuck, text, .. } = self.unlawful.as_ref()?;
        let (order, stuck) = (stuck.order.clone(), stuck.next.clone());
        Some(Explanation { kind: (*kind).into(), order, stuck, text: text.clone() })
    }

    /// Notes calls that were under way together, with what came of them.
    pub(super) fn note(&mut self, witnessed: &[Witnessed<'_>]) {
        let mut noted = Vec::new();
        for one in witnessed {
            let asks = self.asks(&one.call.request(self.dialect), one.answer.ok());
            for ask in asks {
                let at = self.history.calls.len();
                let (client, start_us) = (one.client.to_owned(), one.times.0);
                self.history.calls.push(Call { client, start_us, end_us: None, ask, saw: Saw::Nothing });
                noted.push((at, one));
            }
        }
        // Only now: one of them may have read what another one wrote.
        for (at, one) in noted {
            if let Ok(answer) = one.answer {
                let saw = self.saw(&self.history.calls[at].ask, answer);
                let call = &mut self.history.calls[at];
                call.end_us = (saw != Saw::Nothing).then_some(one.times.1);
                call.saw = saw;
            }
            self.fresh.push(at);
        }
    }

    /// Judges what was noted since the last time. Given is what is unlawful.
    pub(super) fn judge(&mut self) -> Option<&Unlawful> {
        let fresh = std::mem::take(&mut self.fresh);
        if self.unlawful.is_some() || fresh.is_empty() {
            return None;
        }
        match search(&self.history, &fresh, &self.states, &self.oracle, true) {
            Found::Lawful(states) => {
                self.states = states;
                None
            }
            // Nothing can be said then, here and afterwards.
            Found::TooMany => {
                self.states.clear();
                None
            }
            Found::Unlawful(stuck) => {
                let kind = kind_of(&self.history, &stuck);
                let text = explain(&self.history, &stuck, &self.oracle);
                let first = stuck.next.first().map(|at| &self.history.calls[*at]);
                let lawful = first.map(|call| stuck.at.could_answer(&self.oracle, call)).unwrap_or_default();
                let expected = match fresh.len() {
                    1 => format!("a lawful answer: {}", lawful.join(", or ")),
                    _ => "answers that some order of the calls explains".to_owned(),
                };
                let told = |at: &usize| crate::history::call_in_words(&self.history.calls[*at]);
                let got = stuck.next.iter().map(told).collect::<Vec<_>>().join("; ");
                self.unlawful = Some(Unlawful { kind, stuck, text, expected, got });
                self.unlawful.as_ref()
            }
        }
    }

    /// Whether nothing can be judged any more.
    pub(super) fn is_lost(&self) -> bool {
        self.unlawful.is_some() || self.states.is_empty()
    }

    fn below(&self, key: &str) -> String {
        key.strip_prefix(&self.prefix).unwrap_or(key).to_owned()
    }

    /// A request in the words of a history; a listing of uploads asks about each key.
    fn asks(&mut self, request: &Request, answer: Option<&Answer>) -> Vec<Ask> {
        let query = |name: &str| request.query.iter().find(|(known, _)| known == name);
        let text = |name: &str| query(name).and_then(|(_, value)| value.clone()).unwrap_or_default();
        let header = |name: &str| {
            request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let Some(full_key) = &request.key else {
            return match (query("uploads").is_some(), answer) {
                (true, Some(answer)) => self.listed_keys(request, answer),
                _ => Vec::new(),
            };
        };
        let key = self.below(full_key);
        let upload = text("uploadId");
        let has_id = query("uploadId").is_some();
        let copies = header(&own(self.dialect, "copy-source"));
        let ask = match request.method {
            Method::POST if query("uploads").is_some() => {
                Ask::CreateUpload { key, sequential: query("sequential").is_some() }
            }
            Method::PUT if has_id => {
                let number = text("partNumber").parse().unwrap_or(-1);
                match copies {
                    Some(source) => {
                        let range = header(&own(self.dialect, "copy-source-range"));
                        let range = range.and_then(|range| bounds(range));
                        let path = percent_decode_str(source).decode_utf8_lossy();
                        let path = path.trim_start_matches('/');
                        let source = self.below(path.split_once('/').map_or("", |(_, key)| key));
                        Ask::UploadPartCopy { key, upload, number, source, range }
                    }
                    None => {
                        let (content, md5) = self.content(&request.body);
                        Ask::UploadPart { key, upload, number, content, md5 }
                    }
                }
            }
            Method::POST if has_id => {
                let all = header(&own(self.dialect, "complete-all")).is_some();
                let list = (!all).then(|| listed(&request.body.bytes()));
                Ask::CompleteUpload { key, upload, list }
            }
            Method::DELETE if has_id => Ask::AbortUpload { key, upload },
            Method::GET if has_id => Ask::ListParts {
                key,
                upload,
                after: text("part-number-marker").parse().unwrap_or(0),
                max: text("max-parts").parse().unwrap_or(USUAL_PAGE),
            },
            Method::PUT if copies.is_none() => {
                let (content, md5) = self.content(&request.body);
                Ask::PutObject { key, content, md5 }
            }
            Method::GET if request.query.is_empty() => {
                Ask::GetObject { key, range: header("range").and_then(|range| bounds(range)) }
            }
            Method::HEAD if request.query.is_empty() => Ask::HeadObject { key },
            Method::DELETE => Ask::DeleteObject { key },
            _ => return Vec::new(),
        };
        vec![ask]
    }

    /// The keys of which a page of uploads tells everything: those between its markers.
    fn listed_keys(&self, request: &Request, answer: &Answer) -> Vec<Ask> {
        if !answer.is_ok() || request.query.iter().any(|(name, _)| name == "delimiter") {
            return Vec::new();
        }
        let of = |name: &str| {
            let found = request.query.iter().find(|(known, _)| known == name);
            found.and_then(|(_, value)| value.clone()).unwrap_or_default()
        };
        let (prefix, after) = (of("prefix"), of("key-marker"));
        let upto = answer.truncated.then(|| answer.field("NextKeyMarker").unwrap_or_default().to_owned());
        let mut keys: Vec<String> =
            self.history.calls.iter().map(|call| format!("{}{}", self.prefix, call.ask.key())).collect();
        keys.sort();
        keys.dedup();
        keys.retain(|key| {
            key.starts_with(&prefix)
                && (after.is_empty() || *key > after)
                && upto.as_ref().is_none_or(|upto| key < upto)
        });
        keys.iter().map(|key| Ask::ListUploads { key: self.below(key) }).collect()
    }

    fn saw(&self, ask: &Ask, answer: &Answer) -> Saw {
        let etag = || answer.etag.as_deref().map(|etag| unquoted(etag).to_owned());
        if answer.status >= 500 && !answer.is_ok() {
            return Saw::Nothing;
        }
        if !answer.is_ok() {
            return Saw::Refused { status: answer.status, code: answer.code() };
        }
        match ask {
            Ask::CreateUpload { .. } => match answer.upload_ids.first() {
                Some(id) => Saw::Created { upload: id.clone() },
                None => Saw::Nothing,
            },
            Ask::UploadPart { .. } | Ask::UploadPartCopy { .. } | Ask::PutObject { .. } => {
                Saw::Stored { etag: etag() }
            }
            Ask::CompleteUpload { .. } => Saw::Completed { etag: etag() },
            Ask::AbortUpload { .. } | Ask::DeleteObject { .. } => Saw::Done,
            // A listing of entries that cannot be told apart shows nothing.
            Ask::ListParts { .. } if answer.deviation("Part.PartNumber").is_some() => Saw::Nothing,
            Ask::ListUploads { .. }
                if ["Upload.Key", "Upload.UploadId"].iter().any(|of| answer.deviation(of).is_some()) =>
            {
                Saw::Nothing
            }
            Ask::ListParts { .. } => {
                let part = |part: &crate::wire::ListedPart| SeenPart {
                    number: u32::try_from(part.number).unwrap_or(u32::MAX),
                    etag: part.etag.as_deref().map(|etag| unquoted(etag).to_owned()),
                    size: part.size,
                };
                let parts = answer.parts.iter().flatten().map(part).collect();
                Saw::Parts { parts, truncated: answer.truncated }
            }
            Ask::ListUploads { key } => {
                let full = format!("{}{key}", self.prefix);
                let of_key = answer.uploads.iter().flatten().filter(|upload| upload.key == full);
                Saw::Uploads { ids: of_key.map(|upload| upload.id.clone()).collect() }
            }
            Ask::GetObject { key, range } => {
                let bytes = answer.content.clone().unwrap_or_default();
                let content = Some(self.recognized(key, *range, &bytes));
                Saw::Object { etag: etag(), size: Some(bytes.len() as u64), content }
            }
            Ask::HeadObject { .. } => Saw::Object { etag: etag(), size: answer.size, content: None },
        }
    }

    /// The bytes of a request as pieces of blobs, with their MD5.
    fn content(&mut self, body: &Body) -> (Vec<Piece>, String) {
        let (Body::Blob(blob) | Body::Framed(blob, _)) = body else {
            return (Vec::new(), String::new());
        };
        let known = self.blobs.iter().position(|known| Arc::ptr_eq(known, blob) || known.bytes == blob.bytes);
        let at = known.unwrap_or_else(|| {
            self.blobs.push(blob.clone());
            self.blobs.len() - 1
        });
        let whole = Piece { blob: Some(at as u64), start: 0, len: blob.len() };
        let pieces = if blob.is_empty() { Vec::new() } else { vec![whole] };
        (pieces, hex::encode(blob.md5()))
    }

    fn bytes(&self, pieces: &[Piece]) -> Bytes {
        let slice = |piece: &Piece| {
            let blob = piece.blob.and_then(|at| self.blobs.get(at as usize));
            blob.map(|blob| blob.bytes.slice(piece.start as usize..(piece.start + piece.len) as usize))
        };
        let slices: Vec<Bytes> = pieces.iter().filter_map(slice).collect();
        match slices.as_slice() {
            [only] => only.clone(),
            several => Bytes::from(several.concat()),
        }
    }

    /// Which of the bytes that were sent an answer consists of.
    fn recognized(&self, key: &str, range: Option<(u64, u64)>, got: &Bytes) -> Vec<Piece> {
        for candidate in self.candidates(key) {
            let cut = match range {
                Some((first, last)) => cut(&candidate, first, last.saturating_add(1)),
                None => candidate,
            };
            if cut.iter().map(|piece| piece.len).sum::<u64>() == got.len() as u64 && self.bytes(&cut) == got {
                return cut;
            }
        }
        self.searched(got)
    }

    /// Everything that may lie under a key as a whole.
    fn candidates(&self, key: &str) -> Vec<Vec<Piece>> {
        let mut found = Vec::new();
        let mut objects: BTreeMap<&str, Vec<Vec<Piece>>> = BTreeMap::new();
        let mut parts: BTreeMap<&str, Vec<SentPart<'_>>> = BTreeMap::new();
        for call in &self.history.calls {
            match (&call.ask, &call.saw) {
                (Ask::PutObject { key: of, content, .. }, _) => {
                    objects.entry(of).or_default().push(content.clone());
                    if of == key {
                        found.push(content.clone());
                    }
                }
                (Ask::UploadPart { upload, number, content, .. }, Saw::Stored { etag: Some(etag) }) => {
                    parts.entry(upload).or_default().push((*number, etag, content.clone()));
                }
                (
                    Ask::UploadPartCopy { upload, number, source, range, .. },
                    Saw::Stored { etag: Some(etag) },
                ) => {
                    for object in objects.get(source.as_str()).into_iter().flatten() {
                        let piece = match range {
                            Some((first, last)) => cut(object, *first, last.saturating_add(1)),
                            None => object.clone(),
                        };
                        parts.entry(upload).or_default().push((*number, etag, piece));
                    }
                }
                (Ask::CompleteUpload { key: of, upload, list }, _) => {
                    let sent = parts.get(upload.as_str()).cloned().unwrap_or_default();
                    let joined = joined(list.as_deref(), &sent);
                    objects.entry(of).or_default().push(joined.clone());
                    if of == key {
                        found.push(joined);
                    }
                }
                _ => {}
            }
        }
        // The newest is the likeliest.
        found.reverse();
        found
    }

    /// Looks for runs of known bytes, wherever they lie.
    fn searched(&self, got: &[u8]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        while at < got.len() {
            let rest = &got[at..];
            let window = &rest[..rest.len().min(16)];
            let found = self.blobs.iter().enumerate().find_map(|(blob, known)| {
                let start = match window.len() {
                    0..TELLING => known.bytes.starts_with(window).then_some(0)?,
                    _ => known.bytes.windows(window.len()).position(|bytes| bytes == window)?,
                };
                let len = rest.iter().zip(&known.bytes[start..]).take_while(|(a, b)| a == b).count();
                Some(Piece { blob: Some(blob as u64), start: start as u64, len: len as u64 })
            });
            let piece = found.unwrap_or(Piece { blob: None, start: 0, len: 1 });
            at += piece.len as usize;
            match pieces.last_mut() {
                Some(last) if last.blob.is_none() && piece.blob.is_none() => last.len += 1,
                _ => pieces.push(piece),
            }
        }
        pieces
    }
}

/// The parts of a list, or the newest of each number, one behind the other.
fn joined(list: Option<&[(i64, String)]>, sent: &[SentPart<'_>]) -> Vec<Piece> {
    match list {
        Some(list) => list
            .iter()
            .flat_map(|(number, etag)| {
                let found = sent.iter().rev().find(|(of, known, _)| of == number && known == etag);
                found.map(|(_, _, content)| content.clone()).unwrap_or_default()
            })
            .collect(),
        None => {
            let newest: BTreeMap<i64, &Vec<Piece>> =
                sent.iter().map(|(number, _, content)| (*number, content)).collect();
            newest.into_values().flatten().cloned().collect()
        }
    }
}

/// The pieces of a range.
fn cut(pieces: &[Piece], first: u64, end: u64) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = 0;
    for piece in pieces {
        let (low, high) = (first.max(at), end.min(at + piece.len));
        if low < high {
            found.push(Piece { blob: piece.blob, start: piece.start + (low - at), len: high - low });
        }
        at += piece.len;
    }
    found
}

/// First and last byte of `bytes=0-9`.
fn bounds(range: &str) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// The list of a completion, from the document of our own making.
fn listed(document: &[u8]) -> Vec<(i64, String)> {
    let text = String::from_utf8_lossy(document);
    let between = |part: &str, name: &str| {
        let (_, rest) = part.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
    };
    let entry = |part: &str| {
        let number = between(part, "PartNumber")?.parse().ok()?;
        let etag = between(part, "ETag").unwrap_or_default().replace("&quot;", "\"");
        Some((number, unquoted(&etag).to_owned()))
    };
    text.split("<Part>").skip(1).filter_map(entry).collect()
}

/// When a step began and ended, by its exchanges.
pub(super) fn interval(exchanges: &[Exchange], lane: Option<&str>) -> (u64, u64) {
    let of_lane = |exchange: &&Exchange| lane.is_none() || exchange.lane.as_deref() == lane;
    let last = exchanges.iter().rev().find(of_lane);
    last.map_or((0, 0), |exchange| (exchange.start_us, exchange.end_us))
}
