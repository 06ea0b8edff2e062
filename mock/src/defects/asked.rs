//! Which defects decisions have asked about: without one that nobody asked about, nothing would have gone otherwise.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::Defect;

/// Notes the defects that are asked about, where that is wanted.
#[derive(Clone, Debug, Default)]
pub struct Asked(Option<Arc<Mutex<BTreeSet<Defect>>>>);

impl Asked {
    /// Returns one that notes; its clones share what is noted.
    pub(crate) fn noting() -> Self {
        Self(Some(Arc::default()))
    }

    /// Whether it notes anything.
    pub(super) fn is_noting(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn note(&self, defect: Defect) {
        if let Some(asked) = &self.0 {
            asked.lock().unwrap_or_else(PoisonError::into_inner).insert(defect);
        }
    }

    /// Takes what was noted since the last call.
    pub(crate) fn take(&self) -> BTreeSet<Defect> {
        let take = |asked: &Arc<Mutex<_>>| {
            std::mem::take(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner))
        };
        self.0.as_ref().map(take).unwrap_or_default()
    }
}
