//! The buckets and what is in them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::{KeyState, Time};
use crate::policy::Policy;
use crate::settings::Settings;

/// A bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) owner: String,
    pub(crate) created: Time,
    pub(crate) keys: BTreeMap<String, KeyState>,
    pub(crate) policy: Option<Policy>,
    /// What is configured and can be read again; nothing that the mock does depends on it.
    pub(crate) settings: Settings,
}

impl Bucket {
    pub(crate) fn new(owner: &str, created: Time) -> Self {
        Self {
            owner: owner.to_owned(),
            created,
            keys: BTreeMap::new(),
            policy: None,
            settings: Settings::default(),
        }
    }
}

/// Everything that the mock stores.
#[derive(Debug, Default)]
pub(crate) struct Store {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) buckets: BTreeMap<String, Bucket>,
    last: Time,
}

impl Store {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        // A panic under the lock leaves at worst one request half done.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The present time; no two calls give the same.
    pub(crate) fn now(&mut self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        self.last = Time(micros.max(self.last.0 + 1));
        self.last
    }
}
