//! How long a clean-up may take, and how often it may ask: whatever a server answers, it ends.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::wire::{Answer, Call, Client, Log, Trouble, TroubleKind};

/// What a clean-up has, beyond what it takes to remove what it knows of.
const LEAST_TIME: Duration = Duration::from_secs(60);
const LEAST_REQUESTS: u64 = 2_000;
/// Requests for each thing: its removal, and looking whether it is gone.
const REQUESTS: u64 = 4;
/// The time for each thing, where the server is slow.
const TIME: Duration = Duration::from_millis(500);
/// After as many calls in a row without an answer the server is left alone.
const MOST_UNANSWERED: u32 = 3;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Allowance {
    began: Instant,
    until: Instant,
    most: u64,
    requests: AtomicU64,
    unanswered: AtomicU32,
}

impl Allowance {
    /// For the removal of a number of things.
    pub(super) fn of(things: usize, client: &Client) -> Self {
        let things = u64::try_from(things).unwrap_or(u64::MAX);
        let most = things.saturating_mul(REQUESTS).saturating_add(LEAST_REQUESTS);
        let each = TIME.saturating_add(client.budget.gap().saturating_mul(4));
        let all = each.saturating_mul(u32::try_from(things).unwrap_or(u32::MAX));
        let began = Instant::now();
        let until = began.checked_add(LEAST_TIME.saturating_add(all)).unwrap_or(began + LEAST_TIME);
        Self { began, until, most, requests: AtomicU64::new(0), unanswered: AtomicU32::new(0) }
    }

    /// Carries out a call, if there is something left for it.
    pub(super) async fn call(&self, client: &Client, call: &dyn Call, log: &Log) -> Result<Answer, Trouble> {
        if let Some(why) = self.is_used_up() {
            return Err(Trouble::new(TroubleKind::Budget, why));
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let outcome = timeout_at(self.until, client.call(call, log))
            .await
            .unwrap_or_else(|_| Err(Trouble::new(TroubleKind::Timeout, "the time of the clean-up was over")));
        match &outcome {
            Err(trouble) if trouble.kind == TroubleKind::Timeout => {
                self.unanswered.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.unanswered.store(0, Ordering::Relaxed),
        }
        outcome
    }

    /// Why nothing more is asked.
    pub(super) fn is_used_up(&self) -> Option<String> {
        let requests = self.requests.load(Ordering::Relaxed);
        if self.unanswered.load(Ordering::Relaxed) >= MOST_UNANSWERED {
            return Some(format!("the clean-up ended: {MOST_UNANSWERED} calls in a row had no answer"));
        }
        if requests >= self.most || Instant::now() >= self.until {
            let seconds = self.began.elapsed().as_secs();
            return Some(format!("the clean-up ended after {requests} requests and {seconds} s"));
        }
        None
    }
}
