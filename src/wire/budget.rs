//! How much a run may send, and how fast.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{Trouble, TroubleKind};

/// What a run may spend.
#[derive(Debug)]
pub struct Budget {
    most_requests: u64,
    most_bytes: u64,
    requests: AtomicU64,
    bytes: AtomicU64,
    received: AtomicU64,
    /// The time between two requests, and when the next may go.
    pace: Option<(Duration, Mutex<Instant>)>,
    interrupted: AtomicBool,
}

/// What a run has spent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Requests sent.
    pub requests: u64,
    /// Bytes of bodies sent.
    pub bytes: u64,
    /// Bytes of bodies received.
    pub received: u64,
}

impl Budget {
    /// A budget; `rate` is in requests a second.
    pub fn new(most_requests: u64, most_bytes: u64, rate: Option<u32>) -> Self {
        let pace = rate.map(|rate| (Duration::from_secs(1) / rate.max(1), Mutex::new(Instant::now())));
        Self {
            most_requests,
            most_bytes,
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            received: AtomicU64::new(0),
            pace,
            interrupted: AtomicBool::new(false),
        }
    }

    /// Takes a request out of the budget, and waits for its turn.
    pub(super) async fn take(&self, bytes: u64) -> Result<(), Trouble> {
        if self.is_interrupted() {
            return Err(Trouble::new(TroubleKind::Interrupted, ""));
        }
        let spent = self.spent();
        if spent.requests + 1 > self.most_requests {
            let detail = format!("{} requests; --max-requests raises it", self.most_requests);
            return Err(Trouble::new(TroubleKind::Budget, detail));
        }
        if spent.bytes + bytes > self.most_bytes {
            let detail = format!("{} bytes; --max-bytes raises it", self.most_bytes);
            return Err(Trouble::new(TroubleKind::Budget, detail));
        }
        self.take_anyway(bytes).await;
        Ok(())
    }

    /// As [`take`](Self::take), for clean-up, which is never refused.
    pub(super) async fn take_anyway(&self, bytes: u64) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        if let Some((gap, next)) = &self.pace {
            let turn = {
                let mut next = next.lock().await;
                let turn = (*next).max(Instant::now());
                *next = turn + *gap;
                turn
            };
            tokio::time::sleep_until(turn).await;
        }
    }

    /// Counts what an answer brought.
    pub(super) fn receive(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// The least time between two requests.
    pub fn gap(&self) -> Duration {
        self.pace.as_ref().map_or(Duration::ZERO, |(gap, _)| *gap)
    }

    /// Sends nothing more but clean-up.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
    }

    /// Whether it was interrupted.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst)
    }

    /// What has been spent.
    pub fn spent(&self) -> Spent {
        let [requests, bytes, received] =
            [&self.requests, &self.bytes, &self.received].map(|count| count.load(Ordering::Relaxed));
        Spent { requests, bytes, received }
    }
}
