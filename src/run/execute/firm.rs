//! What a round completed and has to be there afterwards.

use sha2::{Digest, Sha256};

use super::super::audit::Entry;
use super::super::judge::Lawful;
use super::round::Round;
use crate::row::{Completed, LastRead};

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
        let mut entries: Vec<Entry> = self.state.firm().filter_map(entry).collect();
        let read = self.last_reads().filter(|read| entries.iter().all(|entry| entry.key != read.key));
        let read: Vec<Entry> = read.collect();
        entries.extend(read);
        entries
    }

    /// What a generated case read in its end, which nothing can change any more.
    fn last_reads(&self) -> impl Iterator<Item = Entry> {
        let lawful = self.lawful.as_ref().filter(|_| self.planned.case.generated.is_some());
        let of = move |lawful: &Lawful| {
            let history = lawful.witness().history();
            let entry = |read: LastRead| Entry {
                size: read.bytes.len() as u64,
                sha256: hex::encode(Sha256::digest(&read.bytes)),
                key: read.key,
                upload: String::new(),
                etag: read.etag,
                row: self.state.id.clone(),
                history: Some(history.clone()),
            };
            lawful.last_reads().into_iter().map(entry).collect::<Vec<_>>()
        };
        let all = lawful.map(of).unwrap_or_default().into_iter();
        all.filter(|entry| self.context.ledger.keeps(entry.size))
    }
}
