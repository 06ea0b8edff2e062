//! Which mistakes a server makes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Asked, Defect};
use crate::model::{Part, UploadId};

/// The mistakes that are switched on, with what they remember.
#[derive(Clone, Debug, Default)]
pub struct Defects {
    on: BTreeSet<Defect>,
    asked: Asked,
    memory: Arc<Mutex<Memory>>,
}

/// What mistakes remember beside the state: the parts that were replaced.
pub(super) type Memory = BTreeMap<UploadId, BTreeMap<u32, Part>>;

impl Defects {
    /// A server that makes these.
    pub fn of(on: impl IntoIterator<Item = Defect>) -> Self {
        Self { on: on.into_iter().collect(), ..Self::default() }
    }

    /// The same, which notes about which mistakes it was asked.
    #[must_use]
    pub fn noting(self) -> Self {
        Self { asked: Asked::noting(), ..self }
    }

    /// Switches one on.
    pub fn add(&mut self, defect: Defect) {
        self.on.insert(defect);
    }

    /// Whether a mistake is made.
    pub fn has(&self, defect: Defect) -> bool {
        self.asked.note(defect);
        self.on.contains(&defect)
    }

    /// The same, unnoted.
    pub(super) fn is_on(&self, defect: Defect) -> bool {
        self.on.contains(&defect)
    }

    /// Whether none is made.
    pub(super) fn is_sound(&self) -> bool {
        self.on.is_empty()
    }

    /// What was asked about.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    pub(super) fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
