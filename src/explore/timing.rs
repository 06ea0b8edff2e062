//! When the calls of a pair are released: so that both orders are seen, and reads run through all of a completion.

use super::moves::{Conduct, Move};
use crate::history::Order;

/// What is known of the moments at which the calls of a pair take effect.
#[derive(Clone, Debug, Default)]
pub(super) struct Timing {
    /// By how much the first call was released later than the second, and took effect first all the same; the latest.
    first: Option<i64>,
    /// By how much it was released later, and took effect behind the second; the earliest.
    second: Option<i64>,
    /// By how much it is released later next.
    next: i64,
    /// How far that was moved last.
    step: i64,
    /// How long the longer of the two calls took, in microseconds.
    took: u64,
}

/// In microseconds.
const FIRST_STEP: i64 = 100;
/// Whatever takes longer than this to take effect is not waited for.
const FARTHEST: i64 = 50_000;

impl Timing {
    /// Takes what a round has shown. `took` is how long the longer of the two calls took.
    pub(super) fn add(&mut self, offset: i64, order: Option<Order>, took: u64) {
        self.took = if self.took == 0 { took } else { (3 * self.took + took) / 4 };
        match order {
            Some(Order::First) => self.first = Some(self.first.map_or(offset, |known| known.max(offset))),
            Some(Order::Second) => self.second = Some(self.second.map_or(offset, |known| known.min(offset))),
            Some(Order::Either) | None => return,
        }
        self.next = match (self.first, self.second) {
            // The moments at which they change places are not sharp.
            (Some(first), Some(second)) => i64::midpoint(first, second),
            (Some(first), None) => first.saturating_add(self.wider()),
            (None, Some(second)) => second.saturating_sub(self.wider()),
            (None, None) => 0,
        };
        // Beyond that the calls would not be under way together: it begins anew.
        let farthest = i64::try_from(self.took).unwrap_or(i64::MAX).clamp(FIRST_STEP, FARTHEST);
        if self.next.abs() > farthest {
            (self.next, self.step) = (0, 0);
        }
    }

    fn wider(&mut self) -> i64 {
        self.step = (self.step * 2).max(FIRST_STEP);
        self.step
    }

    /// By how much the first call is released later than the second.
    pub(super) fn offset(&self) -> i64 {
        self.next
    }

    /// The same moves, with the calls of their race at their moments.
    pub(super) fn timed(&self, moves: &[Move]) -> Vec<Move> {
        let mut moves = moves.to_vec();
        for next in &mut moves {
            let Move::Race(lanes) = next else { continue };
            let readers = lanes.len().saturating_sub(2) as u64;
            for (at, lane) in lanes.iter_mut().enumerate() {
                let by = match at {
                    0 => self.next.max(0).unsigned_abs(),
                    1 => self.next.min(0).unsigned_abs(),
                    // Spread over the time that the calls take.
                    reader => self.took * (reader as u64 - 2) / readers,
                };
                if by > 0 {
                    let by = u32::try_from(by).unwrap_or(u32::MAX);
                    let conduct = Conduct::Late(by);
                    *lane = Move::Lane { conduct, call: Box::new(lane.clone()) };
                }
            }
        }
        moves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server on which the first call takes effect so much sooner.
    fn order(sooner: i64, offset: i64) -> Order {
        if offset < sooner { Order::First } else { Order::Second }
    }

    #[test]
    fn both_orders_are_seen_after_a_few_rounds() {
        for sooner in [-3_000, -150, 0, 70, 900, 20_000] {
            let mut timing = Timing::default();
            let mut seen = Vec::new();
            for _ in 0..12 {
                let offset = timing.offset();
                seen.push(order(sooner, offset));
                timing.add(offset, seen.last().copied(), 30_000);
            }
            assert!(seen.contains(&Order::First) && seen.contains(&Order::Second), "{sooner}: {seen:?}");
            assert!(timing.offset().abs_diff(sooner) <= 1_000, "{sooner}: {timing:?}");
        }
    }
}
