//! Goes on when the plan is done: with more random draws, and with variations of those that brought something new.

use std::time::{Duration, Instant};

use rand_chacha::rand_core::Rng;

use super::draw::{Draw, What};
use super::explorer::{Explorer, Share};
use super::plan::chance;
use super::stages::Stage;
use super::varied::varied;
use super::went::Went;

/// Before the end this much is left for what was found.
const FOR_FINDINGS: Duration = Duration::from_secs(600);

impl Explorer<'_> {
    /// Goes on until little of the time is left. Each pass may send what the plan may.
    pub(super) async fn soak(&mut self, went: &mut [(What, Went)]) {
        let Some(time) = self.options.time else { return };
        let until = Instant::now() + self.left_of(time).saturating_sub(FOR_FINDINGS.min(time / 4));
        for pass in 1.. {
            for (what, went) in &mut *went {
                let share = Share { until: Some(until), bytes: self.allow_a_pass() };
                let mut draws = self.draws(*what, Stage::More(pass));
                draws.extend(self.variations(*what, pass));
                self.run_draws(draws, (share, false), went).await;
            }
            if Instant::now() >= until || self.is_over || self.runner.is_interrupted() {
                return;
            }
        }
    }

    /// Variations of the draws that have brought something new.
    fn variations(&self, what: What, pass: u32) -> Vec<Draw> {
        let kept: Vec<&Draw> = self.novelties.kept.iter().filter(|draw| draw.what == what).collect();
        let mut chance = chance(&format!("{}/{}/{pass}", self.options.seed, what.id()));
        let mut below = |most: usize| usize::try_from(chance.next_u64() % most.max(1) as u64).unwrap_or(0);
        let variation = |at: u32| {
            let (one, other) = (kept.get(below(kept.len()))?, kept.get(below(kept.len()))?);
            let moves = varied(&one.moves, &other.moves, &mut below);
            Some(Draw { label: format!("varied-{pass}-{at}"), closes: true, ..one.with(moves, None) })
        };
        (0..self.options.count).filter_map(variation).collect()
    }
}
