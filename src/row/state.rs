//! What a row knows while it runs, and how its steps refer to it.

use std::collections::BTreeMap;

use mpuspec_mock::provider::Provider;

use super::callback::{CallbackServer, Called};
use super::contents::Contents;
use super::journal::Journal;
use super::made::Keys;
use super::sent::Sent;
use super::shared::SharedObjects;
use super::writes::Writes;
use crate::language::{Algorithm, ChecksumType, PartRef, Sizes, UploadRef};
use crate::wire::{ListedPart, ListedUpload, Redactor, Target};

/// What all rows of a run share.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'r> {
    /// Where requests go.
    pub target: &'r Target,
    /// Whose limits count.
    pub provider: &'r Provider,
    /// Makes bytes.
    pub contents: &'r Contents,
    /// Knows the secrets.
    pub redactor: &'r Redactor,
    /// Names what is made.
    pub journal: &'r Journal,
    /// Waits to be called back, where it can be reached.
    pub callbacks: Option<&'r CallbackServer>,
}

/// The state of one round of a row.
#[derive(Debug)]
pub struct RowState<'r> {
    /// What it shares with others.
    pub setting: Setting<'r>,
    /// The id of the row, from which its bytes derive.
    pub id: String,
    /// What all its keys begin with.
    pub prefix: String,
    /// The uploads that were created.
    pub uploads: Vec<Upload>,
    /// The bytes that were sent, in parts and in objects.
    pub sent: Vec<Sent>,
    /// Which of them lie under the key of a put.
    pub sources: BTreeMap<String, usize>,
    /// The objects of the run that it copies from.
    pub(super) shared: SharedObjects,
    /// The parts of the object that was finished last, as positions in what was sent.
    pub finished: Vec<usize>,
    /// ETags of finished objects, by name.
    pub objects: BTreeMap<String, String>,
    /// Listings of parts, by name.
    pub listed_parts: BTreeMap<String, Vec<ListedPart>>,
    /// Listings of uploads, by name.
    pub listed_uploads: BTreeMap<String, Vec<ListedUpload>>,
    /// The calls that the last completion with a callback made.
    pub called_back: Option<Vec<Called>>,
    /// What was written, and when.
    pub writes: Writes,
    /// The keys under which something may be.
    pub(super) keys: Keys,
    /// Bytes handed out so far, so that no two sends share content.
    pub(super) slots: u64,
}

/// An upload: all that is known of it.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Its name in the case.
    pub name: Option<String>,
    /// Its key.
    pub key: String,
    /// Its id.
    pub id: String,
    /// The checksum that was asked for.
    pub checksum: Option<(Algorithm, ChecksumType)>,
    /// When it was created, counted in calls.
    pub created: u64,
    /// Whether no answer has said that it has ended.
    pub open: bool,
}

/// A part for a list of parts.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its number.
    pub number: String,
    /// Its ETag, where an answer showed it.
    pub etag: Option<String>,
    /// Its size, where it is known.
    pub size: Option<u64>,
}

/// What a step needs and an earlier one did not produce.
#[derive(Clone, Debug)]
pub struct Unavailable(pub String);

fn missing(what: impl std::fmt::Display) -> Unavailable {
    Unavailable(format!("{what} was not produced by an earlier step"))
}

impl<'r> RowState<'r> {
    /// The state before the first step.
    pub fn new(setting: Setting<'r>, id: String, prefix: String, shared: SharedObjects) -> Self {
        Self {
            setting,
            id,
            prefix,
            uploads: Vec::new(),
            sent: Vec::new(),
            sources: BTreeMap::new(),
            shared,
            finished: Vec::new(),
            objects: BTreeMap::new(),
            listed_parts: BTreeMap::new(),
            listed_uploads: BTreeMap::new(),
            called_back: None,
            writes: Writes::default(),
            keys: Keys::default(),
            slots: 0,
        }
    }

    /// What sizes and numbers are worth here.
    pub fn sizes(&self) -> Sizes<'r> {
        Sizes { provider: self.setting.provider }
    }

    /// The id of an upload, and its key if it is known.
    pub fn upload(&self, upload: Option<&UploadRef>) -> Result<(String, Option<String>), Unavailable> {
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
            // What is cut out of a secret would not be found in it any more.
            Some(upload) if upload.id.len() >= 8 && upload.id.is_ascii() && self.is_plain(&upload.id) => {
                let (head, tail) = upload.id.split_at(upload.id.len() - 4);
                let other: String = tail.chars().map(|c| if c == 'a' { 'b' } else { 'a' }).collect();
                format!("{head}{other}")
            }
            _ => "0123456789abcdef0123456789abcdef".to_owned(),
        }
    }

    /// Whether an id has no secret in it.
    fn is_plain(&self, id: &str) -> bool {
        self.setting.redactor.clean(id) == id
    }

    /// The name of the upload that a step means, if it has one.
    pub fn upload_name(&self, upload: Option<&UploadRef>, id: &str) -> Option<String> {
        match upload {
            Some(UploadRef::Named(name)) => Some(name.clone()),
            _ => self.uploads.iter().find(|upload| upload.id == id).and_then(|upload| upload.name.clone()),
        }
    }

    /// The bytes that a reference means. The newest of several counts.
    pub fn sent(&self, part: &PartRef) -> Result<&Sent, Unavailable> {
        let found = self.position(part).map(|at| &self.sent[at]);
        found.ok_or_else(|| missing(format!("part {part}")))
    }

    /// As [`sent`](Self::sent), by its position.
    pub fn position(&self, part: &PartRef) -> Option<usize> {
        let newest = |fits: &dyn Fn(&Sent) -> bool| self.sent.iter().rposition(fits);
        match part {
            PartRef::Named(name) => newest(&|sent| sent.name.as_ref() == Some(name)),
            PartRef::Of(upload, number) => {
                let number = Some(number.to_string());
                newest(&|sent| sent.upload.as_ref() == Some(upload) && sent.number == number)
            }
            PartRef::Number(expr) => {
                let number = expr.value(&self.sizes()).ok().map(|number| number.to_string());
                newest(&|sent| sent.number.is_some() && sent.number == number)
            }
        }
    }

    /// Everything that an upload holds: the newest of each number, as positions in what was sent.
    pub fn newest_parts(&self, id: &str, upload: Option<&UploadRef>) -> Vec<usize> {
        let name = self.upload_name(upload, id);
        let mut newest = BTreeMap::new();
        for (at, sent) in self.sent.iter().enumerate().filter(|(_, sent)| sent.upload == name) {
            let number = sent.number.as_ref().and_then(|number| number.parse::<u64>().ok());
            newest.extend(number.filter(|_| sent.stored).map(|number| (number, at)));
        }
        newest.into_values().collect()
    }

    /// Number, ETag and size of a part, as sent or as listed.
    pub fn part(&self, part: &PartRef) -> Result<Resolved, Unavailable> {
        if let PartRef::Of(name, number) = part
            && let Some(listing) = self.listed_parts.get(name)
        {
            let listed = listing.iter().find(|listed| listed.number == u64::from(*number));
            return listed
                .map(|listed| Resolved {
                    number: number.to_string(),
                    // What the listing lacks is known from the part itself.
                    etag: listed.etag.clone().or_else(|| self.sent(part).ok()?.etag.clone()),
                    size: listed.size,
                })
                .ok_or_else(|| missing(format!("part {part}")));
        }
        let sent = self.sent(part)?;
        let Some(number) = sent.number.as_ref().filter(|_| sent.stored) else {
            return Err(missing(format!("part {part}")));
        };
        let (etag, size) = (sent.etag.clone(), Some(sent.bytes().len() as u64));
        Ok(Resolved { number: number.clone(), etag, size })
    }

    /// The ETag that a step of this name was answered.
    pub fn etag(&self, name: &str) -> Result<String, Unavailable> {
        let sent = || self.sent.iter().rev().find(|sent| sent.name.as_deref() == Some(name))?.etag.clone();
        self.objects.get(name).cloned().or_else(sent).ok_or_else(|| missing(format!("the ETag of {name}")))
    }
}
