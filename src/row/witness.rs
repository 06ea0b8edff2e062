//! Writes down what a row asks and sees, so that the model can judge it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::history::{Ask, Call, History, Piece, Saw};
use crate::wire::{Answer, Blob, unquoted};

/// An object as it was read.
#[derive(Clone, Debug)]
pub struct LastRead {
    /// Its key, as it was sent.
    pub key: String,
    /// Its ETag, without quotes; nothing if the answer bore none.
    pub etag: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What a row has asked and seen so far, in the words of a history.
#[derive(Debug)]
pub struct Witness {
    prefix: String,
    history: History,
    pub(super) blobs: Vec<Arc<Blob>>,
}

impl Witness {
    /// Nothing was asked yet.
    pub fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), history: History::default(), blobs: Vec::new() }
    }

    /// What was written down.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Writes down that something was asked, and returns its position. What was seen is added when all that were
    /// under way at the same time have been asked: one may have read what another one wrote.
    pub fn asked(&mut self, client: &str, start_us: u64, ask: Ask) -> usize {
        let client = client.to_owned();
        self.history.calls.push(Call { client, start_us, end_us: None, ask, saw: Saw::Nothing });
        self.history.calls.len() - 1
    }

    /// Writes down what was seen.
    pub fn saw(&mut self, at: usize, end_us: u64, saw: Saw) {
        let call = &mut self.history.calls[at];
        call.end_us = (saw != Saw::Nothing).then_some(end_us);
        call.saw = saw;
    }

    /// A key below the prefix of the row.
    pub fn below(&self, key: &str) -> String {
        key.strip_prefix(&self.prefix).unwrap_or(key).to_owned()
    }

    /// Whether a key, as sent or listed, is this one of a history.
    pub fn is(&self, full: &str, key: &str) -> bool {
        full.strip_prefix(&self.prefix) == Some(key)
    }

    /// Whether a call said which metadata an object shall have: else nobody compares any.
    pub fn has_metadata(&self) -> bool {
        self.history.calls.iter().any(|call| match &call.ask {
            Ask::CreateUpload { meta, .. } | Ask::PutObject { meta, .. } => !meta.is_empty(),
            _ => false,
        })
    }

    /// The keys that were asked about so far, as they were sent.
    pub fn keys(&self) -> Vec<String> {
        let full = |call: &Call| format!("{}{}", self.prefix, call.ask.key());
        let mut keys: Vec<String> = self.history.calls.iter().map(full).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// What was read of keys last of all, whole, when nothing that could write them was under way.
    pub fn last_reads(&self) -> Vec<LastRead> {
        let mut last: BTreeMap<&str, &Call> = BTreeMap::new();
        for call in &self.history.calls {
            last.insert(call.ask.key(), call);
        }
        let may_be_written = |key: &str| {
            self.history
                .calls
                .iter()
                .any(|call| call.ask.key() == key && call.end_us.is_none() && !call.ask.reads())
        };
        let read = |(key, call): (&str, &Call)| match (&call.ask, &call.saw) {
            (Ask::GetObject { range: None, .. }, Saw::Object { etag, content: Some(pieces), .. })
                if !may_be_written(key) =>
            {
                let mut bytes = Vec::new();
                for piece in pieces {
                    let blob = self.blobs.get(usize::try_from(piece.blob?).ok()?)?;
                    let first = usize::try_from(piece.start).ok()?;
                    let end = first.checked_add(usize::try_from(piece.len).ok()?)?;
                    bytes.extend_from_slice(blob.bytes.get(first..end)?);
                }
                let key = format!("{}{key}", self.prefix);
                Some(LastRead { key, etag: etag.clone().unwrap_or_default(), bytes })
            }
            _ => None,
        };
        last.into_iter().filter_map(read).collect()
    }

    /// Bytes that were sent, as pieces of blobs, with their MD5 in hex.
    pub fn content(&mut self, blob: &Arc<Blob>) -> (Vec<Piece>, String) {
        let known = self.blobs.iter().position(|known| Arc::ptr_eq(known, blob) || known.bytes == blob.bytes);
        let at = known.unwrap_or_else(|| {
            self.blobs.push(blob.clone());
            self.blobs.len() - 1
        });
        let whole = Piece { blob: Some(at as u64), start: 0, len: blob.len() };
        let pieces = if blob.is_empty() { Vec::new() } else { vec![whole] };
        (pieces, hex::encode(blob.md5()))
    }
}

/// The ETag of an answer, as histories name it.
pub fn etag_of(answer: &Answer) -> Option<String> {
    answer.etag.as_deref().map(|etag| unquoted(etag).to_owned())
}
