//! What all rows of a run share.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use mpuspec_mock::provider::Provider;

use super::audit::Ledger;
use super::life::Watch;
use super::preflight::Preflight;
use crate::case::{Homes, Registry};
use crate::row::{CallbackServer, Contents, Journal, Setting, SharedObjects};
use crate::wire::Client;

/// What all rows of a run share.
#[derive(Debug)]
pub struct RowContext {
    /// Sends requests.
    pub client: Client,
    /// Whose promises count.
    pub provider: Provider,
    /// Makes bytes.
    pub contents: Contents,
    /// Names what is made.
    pub journal: Arc<Journal>,
    /// What all keys of the run begin with.
    pub prefix: String,
    /// The documents.
    pub registry: Registry,
    /// Which row is about which aspect of an answer.
    pub homes: Homes,
    /// What the preflight found.
    pub preflight: Preflight,
    /// Waits to be called back, where it can be reached.
    pub callbacks: Option<Arc<CallbackServer>>,
    /// Keeps the exchanges of rows that passed too.
    pub all_evidence: bool,
    /// What was completed.
    pub ledger: Ledger,
    /// The objects that rows copy from, by their sizes.
    pub(super) shared: tokio::sync::Mutex<SharedObjects>,
    /// Whether the server lives.
    pub(super) watch: Watch,
    /// How many generated cases were run: one may be run again, and gets keys of its own each time.
    pub generated: AtomicU64,
}

impl RowContext {
    /// What the state of a row needs of it.
    pub(super) fn setting(&self) -> Setting<'_> {
        Setting {
            target: &self.client.target,
            provider: &self.provider,
            contents: &self.contents,
            redactor: &self.client.redactor,
            journal: &self.journal,
            callbacks: self.callbacks.as_deref(),
        }
    }
}
