//! Limits that an endpoint does not keep: reported once, and no part of what is looked for then.

use std::sync::Arc;

use super::draw::{Draw, What};
use super::explorer::{Explorer, Share};
use super::moves::{Listing, Move, Number, Size};
use super::scope::Unkept;
use super::shown::Shown;

/// So often a limit has to be broken.
const TIMES: usize = 3;

/// A name, whether there is such a limit, what breaks it, and what is known then.
type Try = (&'static str, bool, Vec<Move>, fn(&mut Unkept));

impl Explorer<'_> {
    /// Looks which limits the endpoint does not keep. Each is shown as often as it was tried, and holds no longer.
    pub(super) async fn look_for_unkept(&mut self, share: Share) {
        let create = Move::Create { key: 0, sequential: false };
        let part = |number| Move::Part { upload: 0, number, size: Size::Tiny(1) };
        let (first, second) = (part(Number::Low(0)), part(Number::Low(1)));
        let complete = Move::Complete { upload: 0, list: Listing::Exact };
        let tries: [Try; 3] = [
            ("small", self.scope.smallest, vec![create.clone(), first, second, complete], |unkept| {
                unkept.small_parts = true;
            }),
            ("low", true, vec![create.clone(), part(Number::TooSmall)], |unkept| unkept.low_numbers = true),
            ("high", self.scope.largest_number, vec![create, part(Number::TooLarge)], |unkept| {
                unkept.high_numbers = true;
            }),
        ];
        for (name, has_a_limit, moves, is_unkept) in tries {
            if !has_a_limit {
                continue;
            }
            let label = format!("limit-{name}");
            let draw = Arc::new(Draw { closes: false, ..Draw::of(What::Sequences, label, moves) });
            let mut all: Vec<Shown> = Vec::new();
            for _ in 0..TIMES {
                let judged = self.run_again(&draw, share).await.and_then(|(_, judged)| judged);
                all.extend(judged.and_then(|judged| self.shown_by(&draw, judged).into_iter().next()));
            }
            let same = |shown: &Shown| shown.told.signature == all[0].told.signature;
            if all.len() == TIMES && all.iter().all(same) {
                is_unkept(&mut self.unkept);
                for shown in all {
                    self.keep(shown);
                }
            }
        }
    }
}
