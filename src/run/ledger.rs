//! Which completions were answered with success, and what has to be there because of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use http::Method;
use serde::{Deserialize, Serialize};

use super::journal::JournalHeader;
use crate::history::History;
use crate::wire::Request;

/// An object whose completion was answered with success, and that nothing else wrote.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The upload id.
    pub upload: String,
    /// The ETag that was answered.
    pub etag: String,
    /// The size.
    pub size: u64,
    /// The digest of the bytes, in hex.
    pub sha256: String,
    /// The row that completed it.
    pub row: String,
    /// The calls of that row, where they were written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

/// The completions of a run.
#[derive(Debug)]
pub struct Ledger {
    /// Larger objects are not kept until the audit.
    largest: u64,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    completions: u64,
    entries: Vec<Entry>,
}

/// Unless an audit is asked for, larger objects are removed as soon as their row ends.
pub const SMALL: u64 = 1 << 20;

impl Ledger {
    /// A ledger of objects up to a size.
    pub fn new(largest: u64) -> Self {
        Self { largest, inner: Mutex::default() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an object of this size is kept until the audit.
    pub(super) fn keeps(&self, size: u64) -> bool {
        size <= self.largest
    }

    /// Takes what a row completed. Given are the keys whose objects have to stay until the audit.
    pub(super) fn enter(&self, completions: u64, entries: Vec<Entry>) -> BTreeSet<String> {
        let mut inner = self.lock();
        inner.completions += completions;
        let keys = entries.iter().map(|entry| entry.key.clone()).collect();
        inner.entries.extend(entries);
        keys
    }

    /// The objects that have to be there.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().entries.clone()
    }

    /// How many completions were answered with success.
    pub fn completions(&self) -> u64 {
        self.lock().completions
    }

    /// Writes the ledger to a file.
    pub fn save(&self, path: &Path, header: &JournalHeader) -> std::io::Result<()> {
        let mut file = std::fs::File::create(path)?;
        writeln!(file, "{}", serde_json::to_string(header)?)?;
        for entry in self.entries() {
            writeln!(file, "{}", serde_json::to_string(&entry)?)?;
        }
        Ok(())
    }
}

/// Reads a ledger that was saved.
pub fn read_ledger(path: &Path) -> Result<(JournalHeader, Vec<Entry>), String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let mut lines = text.lines();
    let header = lines.next().ok_or("it is empty; a ledger begins with the run that wrote it")?;
    let header =
        serde_json::from_str(header).map_err(|error| format!("line 1: no head of a ledger: {error}"))?;
    let entry = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| format!("line {}: no entry of a ledger: {error}", at + 2))
    };
    Ok((header, lines.enumerate().map(entry).collect::<Result<_, _>>()?))
}

/// What the calls of a round wrote.
#[derive(Debug, Default)]
pub(super) struct Writes {
    /// When each key was written or deleted, or may have been; counted in calls.
    by_key: BTreeMap<String, Vec<u64>>,
    /// When uploads were created, and of which key.
    created: BTreeMap<String, (String, u64)>,
    calls: u64,
    /// Completions that were answered with success: key, id, ETag and the parts, by position.
    completed: Vec<Completed>,
}

/// A completion that was answered with success.
#[derive(Clone, Debug)]
pub(super) struct Completed {
    pub(super) key: String,
    pub(super) upload: String,
    pub(super) etag: String,
    pub(super) parts: Vec<usize>,
    /// Which bytes the parts have is known.
    pub(super) sure: bool,
}

impl Writes {
    /// Notes a request that was not refused.
    pub(super) fn note(&mut self, request: &Request) {
        self.calls += 1;
        let has = |name: &str| request.query.iter().any(|(known, _)| known == name);
        let writes = match request.method {
            Method::PUT | Method::DELETE => !has("uploadId"),
            Method::POST => !has("uploads"),
            _ => false,
        };
        match &request.key {
            Some(key) if writes => self.by_key.entry(key.clone()).or_default().push(self.calls),
            // A deletion of several keys: none is sure any more.
            None if writes => self.completed.iter_mut().for_each(|completed| completed.sure = false),
            _ => {}
        }
    }

    /// Notes the creation of an upload.
    pub(super) fn create(&mut self, upload: &str, key: &str) {
        self.created.insert(upload.to_owned(), (key.to_owned(), self.calls));
    }

    /// Notes a completion.
    pub(super) fn complete(&mut self, completed: Completed) {
        self.completed.push(completed);
    }

    /// Whether a completion of an upload was answered with success.
    pub(super) fn has_completed(&self, upload: &str) -> bool {
        self.completed.iter().any(|completed| completed.upload == upload)
    }

    /// How many completions there were.
    pub(super) fn completions(&self) -> u64 {
        self.completed.len() as u64
    }

    /// Those whose key nothing else has written since the upload was created. A success for the upload of
    /// another key promises no object: the rows about ids judge it.
    pub(super) fn firm(&self) -> impl Iterator<Item = &Completed> {
        self.completed.iter().filter(|one| {
            let Some((_, created)) = self.created.get(&one.upload).filter(|(key, _)| *key == one.key) else {
                return false;
            };
            let since = self.by_key.get(&one.key).into_iter().flatten().filter(|call| *call > created);
            one.sure && since.count() == 1
        })
    }
}
