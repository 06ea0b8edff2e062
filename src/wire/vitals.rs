//! Whether the server answers at all, as far as the calls of a run show it.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::{Trouble, TroubleKind};

/// What the newest calls have shown.
#[derive(Debug, Default)]
pub(super) struct Vitals {
    unanswered: AtomicU32,
    hangs: AtomicBool,
    cuts: AtomicU64,
    waited: AtomicU64,
}

/// After as many calls in a row without an answer in time a server may hang.
const SUSPECT: u32 = 3;
/// An answer that takes longer is waited for.
const SLOW: Duration = Duration::from_secs(2);
/// After so long a wait for slow answers, all of them together, a server hangs: eight rows side by side waited five minutes.
const LONGEST_WAIT: Duration = Duration::from_secs(40 * 60);
/// Of one that may hang an answer is waited for no longer.
const PATIENCE: Duration = Duration::from_secs(10);

impl Vitals {
    /// Notes what came of a call.
    pub(super) fn note(&self, trouble: Option<&Trouble>) {
        if trouble.is_some_and(|trouble| trouble.kind == TroubleKind::Cut) {
            self.cuts.fetch_add(1, Ordering::Relaxed);
        }
        match trouble.map(|trouble| trouble.kind) {
            Some(TroubleKind::Timeout) => _ = self.unanswered.fetch_add(1, Ordering::Relaxed),
            // Nobody was asked.
            Some(TroubleKind::Unreachable | TroubleKind::Hung) => {}
            _ => self.unanswered.store(0, Ordering::Relaxed),
        }
    }

    /// Notes how long an answer was waited for.
    pub(super) fn waited(&self, time: Duration) {
        if time < SLOW {
            return;
        }
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let before = self.waited.fetch_add(millis, Ordering::Relaxed);
        if Duration::from_millis(before.saturating_add(millis)) > LONGEST_WAIT {
            self.give_up();
        }
    }

    /// Whether the newest call had no answer in time.
    pub(super) fn is_silent(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) > 0
    }

    /// Whether it may hang.
    fn is_suspect(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= SUSPECT
    }

    /// How long an answer is waited for.
    pub(super) fn patience(&self, usual: Duration) -> Duration {
        if self.is_suspect() { usual.min(PATIENCE) } else { usual }
    }

    /// Asks it nothing more.
    pub(super) fn give_up(&self) {
        self.hangs.store(true, Ordering::Relaxed);
    }

    /// Whether it is asked nothing more.
    pub(super) fn is_given_up(&self) -> bool {
        self.hangs.load(Ordering::Relaxed)
    }

    /// How many answers broke off, or never began, because the server closed the connection.
    pub(super) fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }

    /// It was started anew.
    pub(super) fn begin_anew(&self) {
        self.unanswered.store(0, Ordering::Relaxed);
        self.waited.store(0, Ordering::Relaxed);
        self.hangs.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_always_slow_is_given_up_and_one_that_is_quick_never() {
        let vitals = Vitals::default();
        for _ in 0..100_000 {
            vitals.waited(Duration::from_millis(1_900));
        }
        assert!(!vitals.is_given_up());
        for _ in 0..700 {
            vitals.waited(Duration::from_secs(4));
        }
        assert!(vitals.is_given_up());
    }
}
