//! What the calls of a row leave: their exchanges, and whose turn it is where there are several nodes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Exchange;

/// The exchanges of a row.
#[derive(Clone, Debug, Default)]
pub struct Log {
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    turns: Arc<AtomicUsize>,
    lane: Option<String>,
    clean_up: bool,
    probe: bool,
    insists: bool,
    /// How long its calls may take, where that is less than what is usual.
    patience: Option<Duration>,
}

impl Log {
    /// The same log, for a lane of a race.
    #[must_use]
    pub fn lane(&self, name: &str) -> Self {
        Self { lane: Some(name.to_owned()), ..self.clone() }
    }

    /// The same log, whose calls may take so long at most.
    #[must_use]
    pub fn with_patience(self, patience: Option<Duration>) -> Self {
        Self { patience, ..self }
    }

    /// The same log, for calls that claim nothing: one whose connection was closed before a byte of the answer came is sent
    /// once more, on a fresh connection. By all that is seen, that one was open from an earlier call, and the server was
    /// closing it.
    #[must_use]
    pub fn insisting(&self) -> Self {
        Self { insists: true, ..self.clone() }
    }

    /// Whether such a call is sent once more.
    pub(super) fn insists(&self) -> bool {
        self.insists
    }

    /// How long a call may take.
    pub(super) fn patience(&self, usual: Duration) -> Duration {
        self.patience.unwrap_or(usual).min(usual)
    }

    /// A log for clean-up, whose requests are never refused by the budget.
    pub fn for_clean_up() -> Self {
        Self { clean_up: true, insists: true, ..Self::default() }
    }

    /// A log for the question whether a node lives, which is no request of the run.
    pub fn for_probe(node: usize) -> Self {
        Self { probe: true, turns: Arc::new(AtomicUsize::new(node)), ..Self::for_clean_up() }
    }

    /// Whether it is for such a question.
    pub(super) fn is_for_probe(&self) -> bool {
        self.probe
    }

    /// A turn for each call.
    pub(super) fn turn(&self) -> usize {
        self.turns.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether it is for clean-up.
    pub(super) fn is_for_clean_up(&self) -> bool {
        self.clean_up
    }

    /// How many exchanges there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// The exchanges so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().clone()
    }

    /// Those that came behind the first `from`.
    pub fn since(&self, from: usize) -> Vec<Exchange> {
        self.lock()[from..].to_vec()
    }

    /// The newest exchange.
    pub fn last(&self) -> Option<Exchange> {
        self.lock().last().cloned()
    }

    pub(super) fn change_newest(&self, change: impl FnOnce(&mut Exchange) -> Option<()>) {
        self.lock().last_mut().and_then(change);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records an exchange and returns its position.
    pub(super) fn record(&self, mut exchange: Exchange) -> usize {
        let mut exchanges = self.lock();
        exchange.n = exchanges.len() as u32 + 1;
        exchange.lane.clone_from(&self.lane);
        exchanges.push(exchange);
        exchanges.len() - 1
    }

    /// Adds what was noticed when the answer of a recorded exchange was read.
    pub(super) fn note_deviations(&self, at: usize, deviations: Vec<String>) {
        if let Some(exchange) = self.lock().get_mut(at) {
            exchange.deviations = deviations;
        }
    }
}
