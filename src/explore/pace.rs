//! How much runs side by side: more, as long as the server gets no slower.

use std::time::{Duration, Instant};

/// How many draws run at a time.
#[derive(Debug)]
pub(super) struct Pace {
    at_once: usize,
    most: usize,
    /// Draws that ended since the number was changed, and when that was.
    ended: usize,
    since: Instant,
    /// Draws a second, with fewer at a time.
    before: f64,
}

/// So much more has to come of twice as many.
const GAIN: f64 = 1.15;
/// Nothing is measured in less time.
const LEAST: Duration = Duration::from_millis(250);
/// As many connections are enough to keep any server busy.
const MOST: usize = 16;

impl Pace {
    /// One at a time, always.
    pub(super) fn alone() -> Self {
        Self { most: 1, ..Self::new() }
    }

    /// One at a time, to begin with.
    pub(super) fn new() -> Self {
        Self { at_once: 1, most: MOST, ended: 0, since: Instant::now(), before: 0.0 }
    }

    pub(super) fn at_once(&self) -> usize {
        self.at_once
    }

    /// A draw has ended.
    pub(super) fn ended(&mut self) {
        self.ended += 1;
        let elapsed = self.since.elapsed();
        if self.at_once >= self.most || elapsed < LEAST || self.ended < 2 * self.at_once {
            return;
        }
        let now = self.ended as f64 / elapsed.as_secs_f64();
        if now < self.before * GAIN {
            // Twice as many brought nothing: half of them do as well.
            self.at_once = (self.at_once / 2).max(1);
            self.most = self.at_once;
        } else {
            self.before = now;
            self.at_once = (self.at_once * 2).min(self.most);
        }
        (self.ended, self.since) = (0, Instant::now());
    }
}
