//! What the calls of a row wrote, and which completions were answered with success: what has to be there
//! because of them is for an audit to find.

use std::collections::BTreeMap;

use super::state::{RowState, Upload};

/// What a call may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written<'c> {
    /// No object.
    Nothing,
    /// The object under a key, if only by deleting it.
    Key(&'c str),
    /// Objects under several keys.
    Several,
}

/// What the calls of a row wrote.
#[derive(Debug, Default)]
pub struct Writes {
    /// When each key was written or deleted, or may have been; counted in calls.
    by_key: BTreeMap<String, Vec<u64>>,
    calls: u64,
    completed: Vec<Completed>,
}

/// A completion that was answered with success.
#[derive(Clone, Debug)]
pub struct Completed {
    /// The key.
    pub key: String,
    /// The upload id.
    pub upload: String,
    /// The ETag that was answered.
    pub etag: String,
    /// The parts, as positions in what was sent.
    pub parts: Vec<usize>,
    /// Whether it is known which bytes the object has to have.
    pub sure: bool,
}

impl Writes {
    /// Notes a call that was not refused.
    pub fn note(&mut self, written: Written<'_>) {
        self.calls += 1;
        match written {
            Written::Nothing => {}
            Written::Key(key) => self.by_key.entry(key.to_owned()).or_default().push(self.calls),
            Written::Several => self.completed.iter_mut().for_each(|completed| completed.sure = false),
        }
    }

    /// How many calls there were.
    pub(super) fn now(&self) -> u64 {
        self.calls
    }

    /// Notes a completion.
    pub fn complete(&mut self, completed: Completed) {
        self.completed.push(completed);
    }

    /// Whether a completion of an upload was answered with success.
    pub fn has_completed(&self, upload: &str) -> bool {
        self.completed.iter().any(|completed| completed.upload == upload)
    }

    /// How many completions there were.
    pub fn completions(&self) -> u64 {
        self.completed.len() as u64
    }
}

impl RowState<'_> {
    /// The completions whose key nothing else has written since the upload was created. A success for the
    /// upload of another key promises no object: the rows about ids judge it.
    pub fn firm(&self) -> impl Iterator<Item = &Completed> {
        let upload = |one: &Completed| -> Option<&Upload> {
            // Of several with one id the newest counts.
            self.uploads.iter().rfind(|upload| upload.id == one.upload).filter(|upload| upload.key == one.key)
        };
        self.writes.completed.iter().filter(move |one| {
            let Some(upload) = upload(one) else { return false };
            let written = self.writes.by_key.get(&one.key).into_iter().flatten();
            one.sure && written.filter(|call| **call > upload.created).count() == 1
        })
    }
}
