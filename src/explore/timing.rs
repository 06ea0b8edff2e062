//! When the calls of a pair are released: so that both orders are seen, and reads run through all of a completion.

use super::moves::{Conduct, Move};
use crate::history::Order;

/// What is known of the moments at which the calls of a pair take effect.
///
/// The offset goes up and down as on a staircase, so that each order is seen about as often: a single call that was late
/// by chance leaves no trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Timing {
    /// By how much the first call is released later than the second next.
    next: i64,
    /// How far that was moved last.
    step: i64,
    /// Which order was seen last.
    last: Option<Order>,
    /// How often it was seen in a row.
    times: u32,
    /// Both orders were seen.
    turned: bool,
    /// How long the longer of the two calls took, in microseconds.
    took: u64,
}

/// In microseconds.
const FIRST_STEP: i64 = 100;
/// Whatever takes longer than this to take effect is not waited for.
const FARTHEST: i64 = 50_000;
/// No step is finer than this part of the time that the calls take.
const FINEST: i64 = 64;

impl Timing {
    /// Takes what a round has shown. `took` is how long the longer of the two calls took.
    pub(super) fn add(&mut self, offset: i64, order: Option<Order>, took: u64) {
        self.took = if self.took == 0 { took } else { (3 * self.took + took) / 4 };
        let Some(seen @ (Order::First | Order::Second)) = order else { return };
        // Of rounds at the same time the first to end has said it.
        if offset != self.next {
            return;
        }
        let farthest = i64::try_from(self.took).unwrap_or(i64::MAX).clamp(FIRST_STEP, FARTHEST);
        let finest = (farthest / FINEST).max(10);
        if self.last == Some(seen) {
            self.times += 1;
        } else {
            self.turned |= self.last.is_some();
            self.times = 1;
        }
        self.step = match (self.times, self.turned) {
            (_, false) => (self.step * 2).max(FIRST_STEP),
            (1, true) => (self.step / 2).max(finest),
            (2, true) => self.step,
            (_, true) => self.step * 2,
        };
        self.last = Some(seen);
        self.next = match seen {
            Order::First => self.next.saturating_add(self.step),
            _ => self.next.saturating_sub(self.step),
        };
        // Beyond that the calls would not be under way together: it begins anew.
        if self.next.abs() > farthest {
            *self = Self { took: self.took, ..Self::default() };
        }
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
    use rand_chacha::rand_core::Rng as _;

    use super::super::plan::chance;
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

    #[test]
    fn calls_that_are_late_by_chance_do_not_hide_an_order() {
        let mut chance = chance("timing");
        for sooner in [-1_500, -150, 0, 300, 2_000] {
            let mut timing = Timing::default();
            let mut firsts = 0;
            for _ in 0..48 {
                let late = if chance.next_u64().is_multiple_of(8) { 8_000 } else { 0 };
                let by = i64::try_from(chance.next_u64() % 400).expect("it is small") - 200;
                let late = if chance.next_u64().is_multiple_of(2) { late } else { -late };
                let offset = timing.offset();
                let seen = order(sooner + by + late, offset);
                firsts += u32::from(seen == Order::First);
                timing.add(offset, Some(seen), 4_000);
            }
            assert!((12..=36).contains(&firsts), "{sooner}: {firsts} of 48, {timing:?}");
        }
    }
}
