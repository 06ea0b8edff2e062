//! What is explored before chance decides: each state with each call once, and each pair of calls at the same time.

mod away;
mod cell;
mod pair;
mod ranges;
mod restart;
mod walk;

pub(super) use away::{going_away, reading_slowly};
pub(super) use cell::{Cell, cells};
pub(super) use pair::{Pair, dangerous, pairs};
pub(super) use ranges::parts_of_unlike_sizes;
pub(super) use restart::across_restarts;
pub(super) use walk::{Walk, walks};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// Chance, from a text alone.
pub(super) fn chance(seed: &str) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(Sha256::digest(seed.as_bytes()).into())
}

/// Some order of what is given.
pub(super) fn shuffle<T>(all: &mut [T], chance: &mut ChaCha8Rng) {
    for at in (1..all.len()).rev() {
        let with = usize::try_from(chance.next_u64() % (at as u64 + 1)).unwrap_or(0);
        all.swap(at, with);
    }
}
