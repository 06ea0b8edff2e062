//! What of the explorer's plan was exercised.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What exploring has exercised.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Exploration {
    /// Calls in states of an upload and its key that were planned.
    pub cells: u64,
    /// Those that were not judged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cells_not_judged: Vec<String>,
    /// Pairs of calls at the same time.
    pub pairs: Vec<ExploredPair>,
    /// Bytes that were sent.
    pub bytes_sent: u64,
    /// Bytes that were received.
    pub bytes_received: u64,
    /// Completions that were answered with success.
    pub completions: u64,
    /// Those of them whose list has several parts.
    pub completions_of_several: u64,
}

impl Exploration {
    /// Returns whether nothing was explored.
    pub fn is_empty(&self) -> bool {
        self.cells == 0 && self.pairs.is_empty()
    }
}

impl Exploration {
    /// In one line.
    pub fn in_words(&self) -> String {
        let rounds: u64 = self.pairs.iter().fold(0, |sum: u64, pair| sum.saturating_add(pair.rounds.into()));
        let exercised = self.pairs.iter().filter(|pair| pair.not_exercised().is_none()).count();
        let both = self.pairs.iter().filter(|pair| pair.was_seen_in_both_orders()).count();
        format!(
            "{} of {} calls in the states of an upload, and {exercised} of {} pairs of calls at the same time in {rounds} rounds, of which {both} pairs were seen in both orders",
            self.cells.saturating_sub(self.cells_not_judged.len() as u64),
            self.cells,
            self.pairs.len()
        )
    }
}

/// Two calls at the same time, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExploredPair {
    /// The calls, and whether an object was under the key before.
    pub calls: String,
    /// Rounds that were run.
    pub rounds: u32,
    /// Rounds in which both were under way at the same time.
    pub overlapping: u32,
    /// Rounds whose answers show that the first of the two took effect first.
    pub first_first: u32,
    /// Rounds whose answers show that the second one did.
    pub second_first: u32,
    /// Overlapping rounds that some order explains.
    pub lawful: u32,
    /// Overlapping rounds that none explains.
    pub found: u32,
    /// Overlapping rounds with more orders than can be tried.
    pub undecided: u32,
}

impl ExploredPair {
    /// A pair of which no round was run.
    pub fn of(calls: &str) -> Self {
        Self { calls: calls.to_owned(), ..Self::default() }
    }

    /// Whether answers have shown each of the two to be the first.
    pub fn was_seen_in_both_orders(&self) -> bool {
        self.first_first > 0 && self.second_first > 0
    }

    /// Why it shows nothing, if it does not.
    pub fn not_exercised(&self) -> Option<&'static str> {
        match self {
            Self { rounds: 0, .. } => Some("no round was run"),
            Self { overlapping: 0, .. } => Some("the calls were never under way at the same time"),
            _ if self.lawful == 0 && self.found == 0 => Some("more orders than can be tried"),
            _ => None,
        }
    }

    /// The share of rounds in which a fault may show, and that yet was missed once in twenty runs: by the rule of three.
    pub fn missed_at(&self) -> Option<f64> {
        let seen = self.lawful.saturating_add(self.found);
        (seen > 0).then(|| (3.0 / f64::from(seen)).min(1.0))
    }
}
