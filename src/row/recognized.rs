//! Which of the bytes that were sent an answer consists of.

use std::collections::BTreeMap;

use bytes::Bytes;
use memchr::memmem;

use super::witness::Witness;
use crate::history::{Ask, Piece, Saw};

/// Number, ETag and bytes of a part.
type SentPart<'h> = (i64, &'h str, Vec<Piece>);

/// Fewer bytes than this could be anybody's.
const TELLING: usize = 8;
/// After this many bytes that nobody sent the rest is not looked at: each costs a search of all that was sent.
const MOST_UNKNOWN: usize = 512;
/// Nor behind as many pieces, for the same reason.
const MOST_PIECES: usize = 1_024;

impl Witness {
    /// The bytes of pieces.
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
    pub fn recognized(&self, key: &str, range: Option<(u64, u64)>, got: &Bytes) -> Vec<Piece> {
        for candidate in self.candidates(key) {
            let cut = match range {
                Some((first, last)) => pieces_between(&candidate, first, last.saturating_add(1)),
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
        for call in &self.history().calls {
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
                    Ask::UploadPartCopy { upload, number, content: Some(content), .. },
                    Saw::Stored { etag: Some(etag) },
                ) => parts.entry(upload).or_default().push((*number, etag, content.clone())),
                (
                    Ask::UploadPartCopy { upload, number, source, range, content: None, .. },
                    Saw::Stored { etag: Some(etag) },
                ) => {
                    for object in objects.get(source.as_str()).into_iter().flatten() {
                        let piece = match range {
                            Some((first, last)) => pieces_between(object, *first, last.saturating_add(1)),
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

    /// The longest run of known bytes that begins with a window.
    fn beginning_with(&self, window: &[u8], rest: &[u8]) -> Option<Piece> {
        self.blobs.iter().enumerate().find_map(|(blob, known)| {
            let start = match window.len() {
                0..TELLING => known.bytes.starts_with(window).then_some(0)?,
                _ => memmem::find(&known.bytes, window)?,
            };
            let len = rest.iter().zip(&known.bytes[start..]).take_while(|(a, b)| a == b).count();
            Some(Piece { blob: Some(blob as u64), start: start as u64, len: len as u64 })
        })
    }

    /// Looks for runs of known bytes, wherever they lie.
    fn searched(&self, got: &[u8]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let (mut at, mut unknown) = (0, 0);
        while at < got.len() {
            let rest = &got[at..];
            // A piece may be short where another one follows.
            let windows = [rest.len().min(16), rest.len().min(TELLING)];
            if unknown == MOST_UNKNOWN || pieces.len() >= MOST_PIECES {
                let len = rest.len() as u64;
                pieces.push(Piece { blob: None, start: 0, len });
                break;
            }
            let found = windows.iter().find_map(|len| self.beginning_with(&rest[..*len], rest));
            unknown += usize::from(found.is_none());
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
pub fn pieces_between(pieces: &[Piece], first: u64, end: u64) -> Vec<Piece> {
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
