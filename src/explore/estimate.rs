//! What the plan will send, before anything is sent.

use std::collections::BTreeSet;

use mpuspec_mock::provider::Provider;

use super::draw::{Draw, What};
use super::explorer::{ExploreOptions, WHOLE};
use super::moves::Move;
use super::plan::{cells, dangerous, going_away, pairs, reading_slowly, walks};
use super::scope::Scope;
use super::stages::{AWAY, LONG, MOST_ROUNDS};

/// What the plan will send; random draws and what is found come on top.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    let part = |all: usize| all * (options.count.min(WHOLE) as usize) / WHOLE as usize;
    let mut estimate = Estimate {
        cells: part(cells(scope).len()),
        pairs: part(pairs.len()),
        rounds: part(rounds.len()),
        ..Estimate::default()
    };
    let (mut requests, mut bytes) = (0, 0);
    for (what, moves) in walks
        .map(|moves| (What::Sequences, moves))
        .chain(rounds.into_iter().map(|moves| (What::Histories, moves)))
    {
        let draw = Draw::of(what, "estimate".to_owned(), moves);
        if let Some((_, cost)) = draw.case(scope, &options.seed, provider) {
            requests += cost.requests;
            bytes += cost.bytes;
        }
    }
    let part = |all: u64| all * u64::from(options.count.min(WHOLE)) / u64::from(WHOLE);
    estimate.requests = part(requests);
    estimate.bytes = part(bytes).min(options.budget);
    estimate
}
