//! What a row knows while it runs: uploads, sent bytes, listings, by the names of its steps.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::callback::Called;
use crate::language::{Algorithm, ChecksumType, PartRef, Sizes, UploadRef};
use crate::wire::{Blob, ListedPart, ListedUpload};

/// The state of one round of a row.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) uploads: Vec<Upload>,
    pub(super) sent: Vec<Sent>,
    /// The parts of the object that was finished last, as positions in what was sent.
    pub(super) finished: Vec<usize>,
    /// ETags of finished objects, by name.
    pub(super) objects: BTreeMap<String, String>,
    /// Listings of parts, by name.
    pub(super) listed_parts: BTreeMap<String, Vec<ListedPart>>,
    /// Listings of uploads, by name.
    pub(super) listed_uploads: BTreeMap<String, Vec<ListedUpload>>,
    /// The calls that the last completion with a callback made.
    pub(super) called_back: Option<Vec<Called>>,
    /// Bytes handed out so far, so that no two sends share content.
    slots: u64,
}

/// An upload.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub(super) name: Option<String>,
    pub(super) key: String,
    pub(super) id: String,
    /// The checksum that was asked for.
    pub(super) checksum: Option<(Algorithm, ChecksumType)>,
}

/// Bytes that were sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) name: Option<String>,
    pub(super) upload: Option<String>,
    pub(super) number: Option<String>,
    pub(super) blob: Arc<Blob>,
    /// As answered.
    pub(super) etag: Option<String>,
    /// Whether the server answered that it has them.
    pub(super) stored: bool,
    /// Where a copy takes its bytes from.
    pub(super) range: Option<(u64, u64)>,
    /// The checksums that went with them.
    pub(super) checksums: Vec<Algorithm>,
}

impl Sent {
    /// The bytes.
    pub(super) fn bytes(&self) -> bytes::Bytes {
        match self.range {
            Some((first, last)) => {
                let last = (last + 1).min(self.blob.len());
                self.blob.bytes.slice(first.min(last) as usize..last as usize)
            }
            None => self.blob.bytes.clone(),
        }
    }

    /// As the report names it.
    pub(super) fn label(&self) -> String {
        match (&self.name, &self.number) {
            (Some(name), _) => name.clone(),
            (None, Some(number)) => number.clone(),
            (None, None) => "object".to_owned(),
        }
    }
}

/// A part for a list of parts.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) number: String,
    pub(super) etag: Option<String>,
    pub(super) size: Option<u64>,
}

/// What a step needs and an earlier one did not produce.
#[derive(Clone, Debug)]
pub(super) struct Unavailable(pub(super) String);

fn missing(what: impl std::fmt::Display) -> Unavailable {
    Unavailable(format!("{what} was not produced by an earlier step"))
}

impl State {
    /// A slot for fresh bytes.
    pub(super) fn slot(&mut self) -> u64 {
        self.slots += 1;
        self.slots
    }

    /// The id of an upload, and its key if it is known.
    pub(super) fn upload(&self, upload: Option<&UploadRef>) -> Result<(String, Option<String>), Unavailable> {
        match upload {
            None => {
                let only = self.uploads.iter().find(|upload| upload.name.is_none()).or(self.uploads.first());
                only.map(|upload| (upload.id.clone(), Some(upload.key.clone())))
                    .ok_or_else(|| missing("the upload"))
            }
            Some(UploadRef::Named(name)) => {
                if let Some(upload) = self.uploads.iter().find(|upload| upload.name.as_ref() == Some(name)) {
                    return Ok((upload.id.clone(), Some(upload.key.clone())));
                }
                let listed = name.split_once('.').and_then(|(listing, number)| {
                    let at = number.parse::<usize>().ok()?.checked_sub(1)?;
                    self.listed_uploads.get(listing)?.get(at)
                });
                listed
                    .map(|upload| (upload.id.clone(), Some(upload.key.clone())))
                    .ok_or_else(|| missing(format!("upload {name}")))
            }
            // Of the form that many servers give, and none gave this one.
            Some(UploadRef::Unknown) => Ok((self.unknown_id(), None)),
            Some(UploadRef::Empty) => Ok((String::new(), None)),
            Some(UploadRef::Malformed) => Ok(("not an upload id/../<>".to_owned(), None)),
        }
    }

    /// An id in the server's own form, where one was seen: each of its last characters is another.
    fn unknown_id(&self) -> String {
        match self.uploads.first() {
            Some(upload) if upload.id.len() >= 8 && upload.id.is_ascii() => {
                let (head, tail) = upload.id.split_at(upload.id.len() - 4);
                let other: String = tail.chars().map(|c| if c == 'a' { 'b' } else { 'a' }).collect();
                format!("{head}{other}")
            }
            _ => "0123456789abcdef0123456789abcdef".to_owned(),
        }
    }

    /// The bytes that a reference means. The newest of several counts.
    pub(super) fn sent(&self, part: &PartRef, sizes: &Sizes<'_>) -> Result<&Sent, Unavailable> {
        let found = self.position(part, sizes).map(|at| &self.sent[at]);
        found.ok_or_else(|| missing(format!("part {part}")))
    }

    /// As [`sent`](Self::sent), by its position.
    pub(super) fn position(&self, part: &PartRef, sizes: &Sizes<'_>) -> Option<usize> {
        let newest = |fits: &dyn Fn(&Sent) -> bool| self.sent.iter().rposition(fits);
        match part {
            PartRef::Named(name) => newest(&|sent| sent.name.as_ref() == Some(name)),
            PartRef::Of(upload, number) => {
                let number = Some(number.to_string());
                newest(&|sent| sent.upload.as_ref() == Some(upload) && sent.number == number)
            }
            PartRef::Number(expr) => {
                let number = expr.value(sizes).ok().map(|number| number.to_string());
                newest(&|sent| sent.number.is_some() && sent.number == number)
            }
        }
    }

    /// Everything that an upload holds: the newest of each number, as positions in what was sent.
    pub(super) fn newest_parts(&self, id: &str, upload: Option<&UploadRef>) -> Vec<usize> {
        let known = self.uploads.iter().find(|known| known.id == id).and_then(|known| known.name.clone());
        let name = match upload {
            Some(UploadRef::Named(name)) => Some(name.clone()),
            _ => known,
        };
        let mut newest = BTreeMap::new();
        for (at, sent) in self.sent.iter().enumerate().filter(|(_, sent)| sent.upload == name) {
            let number = sent.number.as_ref().and_then(|number| number.parse::<u64>().ok());
            newest.extend(number.filter(|_| sent.stored).map(|number| (number, at)));
        }
        newest.into_values().collect()
    }

    /// Number, ETag and size of a part, as sent or as listed.
    pub(super) fn part(&self, part: &PartRef, sizes: &Sizes<'_>) -> Result<Resolved, Unavailable> {
        if let PartRef::Of(name, number) = part
            && let Some(listing) = self.listed_parts.get(name)
        {
            let listed = listing.iter().find(|listed| listed.number == u64::from(*number));
            return listed
                .map(|listed| Resolved {
                    number: number.to_string(),
                    // What the listing lacks is known from the part itself.
                    etag: listed.etag.clone().or_else(|| self.sent(part, sizes).ok()?.etag.clone()),
                    size: listed.size,
                })
                .ok_or_else(|| missing(format!("part {part}")));
        }
        let sent = self.sent(part, sizes)?;
        let Some(number) = sent.number.as_ref().filter(|_| sent.stored) else {
            return Err(missing(format!("part {part}")));
        };
        let (etag, size) = (sent.etag.clone(), Some(sent.bytes().len() as u64));
        Ok(Resolved { number: number.clone(), etag, size })
    }

    /// The ETag that a step of this name was answered.
    pub(super) fn etag(&self, name: &str) -> Result<String, Unavailable> {
        let sent = || self.sent.iter().rev().find(|sent| sent.name.as_deref() == Some(name))?.etag.clone();
        self.objects.get(name).cloned().or_else(sent).ok_or_else(|| missing(format!("the ETag of {name}")))
    }
}
