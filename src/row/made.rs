//! What a row makes: named in the journal before it is there, and known until it is gone.

use std::collections::BTreeSet;

use super::journal::Made;
use super::state::{RowState, Upload};
use crate::language::{Algorithm, ChecksumType};
pub use crate::wire::is_own;

/// The keys and uploads that have to be removed when the row ends.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Keys under which an object may be.
    objects: BTreeSet<String>,
    /// Uploads that an answer names although it was not to make any, or not under this key.
    strays: BTreeSet<(String, String)>,
}

impl RowState<'_> {
    /// Names an object before it can come into being.
    pub fn may_make(&mut self, key: &str) {
        // A key that a server listed need not be one of ours.
        if is_own(key, &self.prefix) && self.keys.objects.insert(key.to_owned()) {
            self.setting.journal.note(&Made::Object(key.to_owned()));
        }
    }

    /// Names the key of an upload before it is created.
    pub fn may_create(&self, key: &str) {
        self.setting.journal.note(&Made::Creating(key.to_owned()));
    }

    /// Records that an upload may have been created, by an answer that does not name it, or by none.
    pub fn may_have_created(&self, key: &str) {
        self.setting.journal.note(&Made::Unnamed(key.to_owned()));
    }

    /// Records an upload that was created.
    pub fn created(
        &mut self,
        name: Option<String>,
        key: &str,
        id: &str,
        checksum: Option<(Algorithm, ChecksumType)>,
    ) {
        self.setting.journal.note(&Made::Upload(key.to_owned(), id.to_owned()));
        let (key, id, created) = (key.to_owned(), id.to_owned(), self.writes.now());
        self.uploads.push(Upload { name, key, id, checksum, created, open: true });
    }

    /// Records an upload that no step was to create.
    pub fn strayed(&mut self, key: &str, id: &str) {
        if is_own(key, &self.prefix) {
            self.setting.journal.note(&Made::Upload(key.to_owned(), id.to_owned()));
            self.keys.strays.insert((key.to_owned(), id.to_owned()));
        }
    }

    /// An answer said that an upload has ended.
    pub fn ended(&mut self, key: &str, id: &str) {
        for upload in self.uploads.iter_mut().filter(|upload| upload.key == key && upload.id == id) {
            upload.open = false;
        }
        self.keys.strays.remove(&(key.to_owned(), id.to_owned()));
    }

    /// The keys under which an object may be, and the uploads that may be in progress.
    pub fn left(&self) -> (BTreeSet<String>, BTreeSet<(String, String)>) {
        let open = self.uploads.iter().filter(|upload| upload.open);
        let open = open.map(|upload| (upload.key.clone(), upload.id.clone()));
        (self.keys.objects.clone(), open.chain(self.keys.strays.iter().cloned()).collect())
    }
}
