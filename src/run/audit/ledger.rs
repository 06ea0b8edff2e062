//! Which completions were answered with success, and what has to be there because of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use mpuspec_mock::files::read_text;
use serde::{Deserialize, Serialize};

use crate::history::History;
use crate::replaced::{For, replace};
use crate::row::JournalHeader;
use crate::visible::visible_start;

/// An object that has to be there: its completion was answered with success, and nothing else wrote it, or it was read
/// when all calls about it had ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// The upload id; empty where the object was read.
    pub upload: String,
    /// The ETag that was answered.
    pub etag: String,
    /// The size.
    pub size: u64,
    /// The digest of the bytes, in hex.
    pub sha256: String,
    /// The row that completed or read it.
    pub row: String,
    /// The calls of that row, where they were written down.
    /// A later audit needs none.
    #[serde(default, skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
}

impl Entry {
    /// Who knows that it has to be there.
    pub fn origin(&self) -> String {
        let verb = if self.upload.is_empty() { "read in the end" } else { "completed" };
        format!("{} {verb}", self.row)
    }
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
    /// Bytes of the histories of these, about.
    histories: usize,
}

/// Bytes of histories that are kept until the audit. Of later objects there are none.
const MOST_OF_HISTORIES: usize = 64 << 20;

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
    pub(in super::super) fn keeps(&self, size: u64) -> bool {
        size <= self.largest
    }

    /// Takes what a row completed. Returns the keys whose objects have to stay until the audit.
    pub(in super::super) fn enter(&self, completions: u64, entries: Vec<Entry>) -> BTreeSet<String> {
        let mut inner = self.lock();
        inner.completions += completions;
        let keys = entries.iter().map(|entry| entry.key.clone()).collect();
        for mut entry in entries {
            let weight = entry.history.as_ref().map_or(0, History::weight);
            if inner.histories + weight > MOST_OF_HISTORIES {
                entry.history = None;
            } else {
                inner.histories += weight;
            }
            inner.entries.push(entry);
        }
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
        let mut text = serde_json::to_string(header)? + "\n";
        for entry in self.entries() {
            text.push_str(&serde_json::to_string(&entry)?);
            text.push('\n');
        }
        replace(path, text.as_bytes(), For::Owner)
    }
}

/// Bytes of a ledger that is read.
const LONGEST: u64 = 128 << 20;
/// The size of an object that is read, which is kept in memory for it.
const LARGEST: u64 = 512 << 20;

/// Bytes of the name of a row, or of an object.
const LONGEST_ROW: usize = 2_000;

/// An error, which may repeat what it has found.
fn short(error: &dyn std::fmt::Display) -> String {
    visible_start(&error.to_string(), 300)
}

/// Reads a ledger that was saved.
pub fn read_ledger(path: &Path) -> Result<(JournalHeader, Vec<Entry>), String> {
    let text = read_text(path, LONGEST).map_err(|error| error.to_string())?;
    let mut lines = text.lines();
    let header = lines.next().ok_or("it is empty; a ledger begins with the run that wrote it")?;
    let header = serde_json::from_str(header)
        .map_err(|error| format!("line 1: no head of a ledger: {}", short(&error)))?;
    let entry = |(at, line): (usize, &str)| {
        let no_entry = |error: &dyn std::fmt::Display| {
            format!("line {}: no entry of a ledger: {}", at + 2, short(error))
        };
        let entry: Entry = serde_json::from_str(line).map_err(|error| no_entry(&error))?;
        if entry.row.len() > LONGEST_ROW || entry.key.len() > LONGEST_ROW {
            return Err(no_entry(&format!("a name of more than {LONGEST_ROW} bytes")));
        }
        if entry.size > LARGEST {
            return Err(no_entry(&format!(
                "an object of {} bytes is larger than any that is kept",
                entry.size
            )));
        }
        Ok(entry)
    };
    Ok((header, lines.enumerate().map(entry).collect::<Result<_, _>>()?))
}
