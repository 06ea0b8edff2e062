//! The parts of the plan, in their order.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest, Sha256};

use super::draw::{Draw, Meets, What};
use super::draws::{races, sequence};
use super::explorer::Explorer;
use super::moves::Move;
use super::plan::{
    Pair, Walk, across_restarts, chance, dangerous, going_away, pairs, parts_of_unlike_sizes, reading_slowly,
    shuffle, walks,
};

/// A part of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Each cell once.
    Walks,
    /// The cells that the walks before did not come to, since something unlawful was in their way.
    MoreWalks(u32),
    /// What was acknowledged before a restart.
    Restarts,
    /// Each pair once.
    Pairs,
    /// Those pairs again whose calls were not under way at the same time.
    PairsAgain,
    /// The dangerous pairs, up to a number of rounds.
    Dangerous(u32),
    /// Clients that go away, send again what may still run, or read slowly.
    Away(u32),
    /// What chance gives.
    Random,
    /// More of what chance gives, and of the dangerous pairs.
    More(u32),
}

/// The moves of a walk, and of one where something unlawful is about: what is behind it is not judged.
pub(super) const LONG: usize = 40;
const SHORT: usize = 8;
/// The rounds of a dangerous pair in the end, and of each client that goes away.
pub(super) const MOST_ROUNDS: u32 = 48;
pub(super) const AWAY: u32 = 3;
/// Further rounds of a dangerous pair in each pass behind the plan.
const MORE_ROUNDS: u32 = 8;
/// One in this many random draws starts the server anew, which takes time.
const RESTARTS_ONE_IN: u32 = 8;
/// How often a pair is tried again whose calls were not under way at the same time.
const TRIES: u32 = 8;
/// One in this many random draws has parts of the usual size, where these cost much.
const COSTLY_ONE_IN: u32 = 8;

impl Stage {
    /// The parts of the plan.
    pub(super) fn of(what: What) -> &'static [Self] {
        match what {
            What::Sequences => &[
                Self::Walks,
                Self::MoreWalks(1),
                Self::MoreWalks(2),
                Self::MoreWalks(3),
                Self::MoreWalks(4),
                Self::Restarts,
                Self::Random,
            ],
            What::Histories => &[
                Self::Pairs,
                Self::PairsAgain,
                Self::Away(1),
                Self::Dangerous(16),
                Self::Away(AWAY - 1),
                Self::Dangerous(MOST_ROUNDS),
                Self::Random,
            ],
        }
    }

    /// Whether the row has not passed without it.
    pub(super) fn is_due(self) -> bool {
        matches!(self, Self::Walks | Self::Restarts | Self::Pairs)
    }
}

impl Explorer<'_> {
    /// The draws of a part of the plan.
    pub(super) fn draws(&mut self, what: What, stage: Stage) -> Vec<Draw> {
        let seed = format!("{}/{stage:?}", self.options.seed);
        let mut draws: Vec<Draw> = match stage {
            Stage::Walks | Stage::MoreWalks(_) => {
                let (label, without, longest) = match stage {
                    Stage::MoreWalks(time) => (format!("more-{time}"), self.coverage.settled(), SHORT),
                    _ => ("walk".to_owned(), BTreeSet::new(), LONG),
                };
                let walks = walks(self.scope, &seed, &without, longest);
                let draw = |(at, walk): (usize, Walk)| Draw {
                    meets: Meets::Cells(walk.cells),
                    ..self.draw(what, format!("{label}-{at}"), walk.moves)
                };
                let mut draws: Vec<Draw> = walks.into_iter().enumerate().map(draw).collect();
                if stage == Stage::Walks {
                    let draw = |(at, moves)| self.draw(what, format!("ranges-{at}"), moves);
                    draws.extend(parts_of_unlike_sizes(self.scope).into_iter().enumerate().map(draw));
                }
                draws
            }
            Stage::Restarts if self.scope.restarts => {
                let draw = |(at, moves)| self.draw(what, format!("restart-{at}"), moves);
                return across_restarts().into_iter().enumerate().map(draw).collect();
            }
            Stage::Restarts => return Vec::new(),
            Stage::Pairs => {
                let pairs = pairs(self.scope);
                self.coverage.plan(&pairs);
                self.rounds("pair", &seed, pairs.into_iter().map(|pair| (pair, 0)).collect())
            }
            Stage::PairsAgain => {
                let open = self.coverage.not_exercised().into_iter();
                self.rounds(
                    "again",
                    &seed,
                    open.flat_map(|pair| (1..=TRIES).map(move |at| (pair, at))).collect(),
                )
            }
            Stage::Dangerous(rounds) => {
                let dangerous = pairs(self.scope).into_iter().filter(dangerous);
                let from = |pair: &Pair| self.coverage.rounds(pair);
                let rounds_of = |pair| (from(&pair)..rounds).map(move |at| (pair, at));
                self.rounds(&format!("danger-{rounds}"), &seed, dangerous.flat_map(rounds_of).collect())
            }
            Stage::Away(times) => {
                let moves =
                    going_away(self.scope, &seed, times).into_iter().chain(reading_slowly(self.scope, times));
                let draw = |(at, moves)| self.draw(what, format!("away-{times}-{at}"), moves);
                moves.enumerate().map(draw).collect()
            }
            Stage::Random => (0..self.options.count).map(|at| self.random(what, at)).collect(),
            Stage::More(pass) => {
                let first = self.options.count.saturating_mul(pass);
                let more = (first..first + self.options.count).map(|at| self.random(what, at));
                let mut draws: Vec<Draw> = more.collect();
                if what == What::Histories {
                    let from = MOST_ROUNDS + (pass - 1) * MORE_ROUNDS;
                    let dangerous = pairs(self.scope).into_iter().filter(dangerous);
                    let rounds_of = |pair| (from..from + MORE_ROUNDS).map(move |at| (pair, at));
                    draws.extend(self.rounds(
                        &format!("more-{pass}"),
                        &seed,
                        dangerous.flat_map(rounds_of).collect(),
                    ));
                }
                draws
            }
        };
        if !matches!(stage, Stage::Random | Stage::More(_) | Stage::PairsAgain) {
            draws.truncate(self.options.part_of(draws.len()));
        }
        draws
    }

    fn draw(&self, what: What, label: String, moves: Vec<Move>) -> Draw {
        Draw { unkept: self.unkept, ..Draw::of(what, label, moves) }
    }

    /// Rounds of pairs, in an order that the seed gives.
    fn rounds(&self, label: &str, seed: &str, mut rounds: Vec<(Pair, u32)>) -> Vec<Draw> {
        shuffle(&mut rounds, &mut chance(seed));
        let draw = |(at, (pair, round)): (usize, (Pair, u32))| Draw {
            meets: Meets::Pair(pair, 0),
            ..self.draw(What::Histories, format!("{label}-{at}"), pair.moves(round, self.scope))
        };
        rounds.into_iter().enumerate().map(draw).collect()
    }

    /// The same seed and number give the same moves.
    fn random(&self, what: What, at: u32) -> Draw {
        let name = format!("{}/{}/{at}", self.options.seed, what.id());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &Sha256::digest(name.as_bytes()));
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        let full = !self.scope.costly || self.scope.shared || at % COSTLY_ONE_IN == COSTLY_ONE_IN - 1;
        let restarts = self.scope.restarts && at % RESTARTS_ONE_IN == RESTARTS_ONE_IN / 2;
        let scope = self.scope.with_restarts(restarts);
        let strategy = match what {
            What::Sequences => sequence(scope, full),
            What::Histories => races(scope, full),
        };
        let tree = strategy.new_tree(&mut runner).expect("moves can always be drawn");
        self.draw(what, format!("random-{at}"), tree.current())
    }
}
