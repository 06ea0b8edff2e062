//! What the plan will send, before anything is sent.

use std::collections::BTreeSet;

use mpuspec_mock::provider::Provider;

use super::draw::{Draw, What};
use super::explorer::ExploreOptions;
use super::moves::Move;
use super::plan::{cells, dangerous, going_away, pairs, reading_slowly, walks};
use super::scope::Scope;
use super::stages::{AWAY, LONG, MOST_ROUNDS};

/// What the plan will send; random draws and what is found come on top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Calls in states.
    pub cells: usize,
    /// Pairs of calls at the same time.
    pub pairs: usize,
    /// Rounds of such pairs, and of clients that go away.
    pub rounds: usize,
    /// Requests.
    pub requests: u64,
    /// Bytes of bodies.
    pub bytes: u64,
}

/// What the plan will send to an endpoint of this scheme.
pub fn estimate(provider: &Provider, scheme: &str, options: &ExploreOptions) -> Estimate {
    let scope = Scope::of(provider, scheme);
    let pairs = pairs(scope);
    let rounds: Vec<Vec<Move>> = pairs
        .iter()
        .flat_map(|pair| {
            let rounds = if dangerous(pair) { MOST_ROUNDS } else { 1 };
            (0..rounds).map(|round| pair.moves(round, scope))
        })
        .chain(going_away(scope, &options.seed, AWAY))
        .chain(reading_slowly(scope, AWAY))
        .collect();
    let walks = walks(scope, &options.seed, &BTreeSet::new(), LONG).into_iter().map(|walk| walk.moves);
    let (cells, pairs, count) = (cells(scope).len(), pairs.len(), rounds.len());
    let walks = walks.map(|moves| (What::Sequences, moves));
    let rounds = rounds.into_iter().map(|moves| (What::Histories, moves));
    let (mut requests, mut bytes) = (0, 0);
    for (what, moves) in walks.chain(rounds) {
        let draw = Draw::of(what, "estimate".to_owned(), moves);
        if let Some((_, cost)) = draw.case(scope, &options.seed, provider) {
            requests += cost.requests as usize;
            bytes += cost.bytes as usize;
        }
    }
    Estimate {
        cells: options.part_of(cells),
        pairs: options.part_of(pairs),
        rounds: options.part_of(count),
        requests: options.part_of(requests) as u64,
        bytes: (options.part_of(bytes) as u64).min(options.budget),
    }
}
