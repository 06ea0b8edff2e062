//! What a round completed and has to be there afterwards.

use sha2::{Digest, Sha256};

use super::super::audit::Entry;
use super::round::Round;
use crate::row::Completed;

impl Round<'_> {
    /// Objects that have to be there until somebody removes them.
    pub(super) fn firm_entries(&self) -> Vec<Entry> {
        let entry = |completed: &Completed| {
            let bytes = || completed.parts.iter().map(|at| self.state.sent[*at].bytes());
            let size = bytes().map(|bytes| bytes.len() as u64).sum();
            if !self.context.ledger.keeps(size) {
                return None;
            }
            let mut digest = Sha256::new();
            bytes().for_each(|bytes| digest.update(&bytes));
            Some(Entry {
                key: completed.key.clone(),
                upload: completed.upload.clone(),
                etag: completed.etag.clone(),
                size,
                sha256: hex::encode(digest.finalize()),
                row: self.state.id.clone(),
                history: self.lawful.as_ref().map(|lawful| lawful.witness().history().clone()),
            })
        };
        self.state.firm().filter_map(entry).collect()
    }
}
