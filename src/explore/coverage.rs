//! What of the plan was met, and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::draw::{Draw, Meets, What};
use super::plan::{Cell, Pair, cells};
use super::scope::Scope;
use super::script::steps_of;
use super::timing::Timing;
use crate::history::{Ask, History, Oracle, Order, Saw, order_of};
use crate::report::{Exploration, ExploredPair, StepResult};
use crate::run::{Came, Judged};

/// What of the plan was met.
#[derive(Debug)]
pub(super) struct Coverage {
    scope: Scope,
    oracle: Oracle,
    met: BTreeSet<Cell>,
    /// Where answers were unlawful: the rest of a walk goes around them.
    guilty: BTreeSet<Cell>,
    pairs: BTreeMap<Pair, ExploredPair>,
    timings: BTreeMap<Pair, Timing>,
    /// Rounds of a pair that could not be judged, as a call was not answered.
    troubles: BTreeMap<Pair, u32>,
    /// Completions that were answered with success, and those of them whose list has several parts.
    completions: u64,
    completions_of_several: u64,
}

/// After this many such rounds a pair is left out: each may have taken as long as a call can.
const MOST_TROUBLES: u32 = 2;

impl Coverage {
    /// Nothing was met yet.
    pub(super) fn new(scope: Scope, oracle: Oracle) -> Self {
        let (met, guilty) = (BTreeSet::new(), BTreeSet::new());
        Self {
            scope,
            oracle,
            met,
            guilty,
            pairs: BTreeMap::new(),
            timings: BTreeMap::new(),
            troubles: BTreeMap::new(),
            completions: 0,
            completions_of_several: 0,
        }
    }

    /// Pairs that are planned, of which no round was run.
    pub(super) fn plan(&mut self, pairs: &[Pair]) {
        for pair in pairs {
            self.pairs.entry(*pair).or_insert_with(|| ExploredPair::of(&pair.to_string()));
        }
    }

    /// The same draw, with its calls at the moments that are worth trying now.
    pub(super) fn timed(&self, draw: Arc<Draw>) -> Arc<Draw> {
        match &draw.meets {
            Meets::Pair(pair, _) => match self.timings.get(pair) {
                Some(timing) => Arc::new(Draw {
                    moves: timing.timed(&draw.moves),
                    meets: Meets::Pair(*pair, timing.offset()),
                    ..(*draw).clone()
                }),
                None => draw,
            },
            _ => draw,
        }
    }

    /// Notes that a draw could not be judged.
    pub(super) fn trouble(&mut self, draw: &Draw) {
        if let Meets::Pair(pair, _) = draw.meets {
            *self.troubles.entry(pair).or_default() += 1;
        }
    }

    /// Whether a draw is about a pair that is left out.
    pub(super) fn is_left_out(&self, draw: &Draw) -> bool {
        let troubles = match &draw.meets {
            Meets::Pair(pair, _) => self.troubles.get(pair),
            _ => None,
        };
        troubles.is_some_and(|troubles| *troubles >= MOST_TROUBLES)
    }

    /// Takes what came of a draw.
    pub(super) fn add(&mut self, draw: &Draw, came: &Came) {
        for call in came.judged.iter().flat_map(|judged| &judged.history.calls) {
            if let (Ask::CompleteUpload { list, .. }, Saw::Completed { .. }) = (&call.ask, &call.saw) {
                self.completions += 1;
                self.completions_of_several += u64::from(list.as_ref().is_none_or(|list| list.len() > 1));
            }
        }
        match (&draw.meets, &came.judged) {
            (Meets::Cells(cells), _) => self.add_cells(draw, cells, came),
            (Meets::Pair(pair, offset), Some(judged)) => {
                let entry = self.pairs.entry(*pair).or_insert_with(|| ExploredPair::of(&pair.to_string()));
                let order = add_round(entry, judged, &self.oracle);
                if let Some((_, took)) = lanes(&judged.history) {
                    self.timings.entry(*pair).or_default().add(*offset, order, took);
                }
            }
            _ => {}
        }
    }

    fn add_cells(&mut self, draw: &Draw, cells: &[(usize, Cell)], came: &Came) {
        let steps = steps_of(&draw.moves, self.scope);
        for (at, cell) in cells {
            let result = steps.get(*at).copied().flatten().and_then(|step| came.report.steps.get(step));
            match result.map(|step| step.result) {
                Some(StepResult::Met) => _ = self.met.insert(*cell),
                Some(StepResult::Unmet) => _ = self.guilty.insert(*cell),
                _ => {}
            }
        }
    }

    /// The cells to which no more walks have to go.
    pub(super) fn settled(&self) -> BTreeSet<Cell> {
        self.met.union(&self.guilty).copied().collect()
    }

    /// How many cells were judged.
    fn cells(&self) -> usize {
        self.met.union(&self.guilty).count()
    }

    /// What was exercised, for the report.
    pub(super) fn told(&self, (bytes_sent, bytes_received): (u64, u64)) -> Exploration {
        let (planned, settled) = (cells(self.scope), self.settled());
        let open = planned.iter().filter(|cell| !settled.contains(cell));
        Exploration {
            cells: planned.len() as u64,
            cells_not_judged: open.map(ToString::to_string).collect(),
            pairs: self.pairs.values().cloned().collect(),
            bytes_sent,
            bytes_received,
            completions: self.completions,
            completions_of_several: self.completions_of_several,
        }
    }

    /// What was exercised, in a line.
    pub(super) fn in_words(&self, what: What) -> Vec<String> {
        match what {
            What::Sequences => {
                vec![format!("{} of {} calls in states judged", self.cells(), cells(self.scope).len())]
            }
            What::Histories => {
                let pairs = || self.pairs.values();
                let exercised = pairs().filter(|pair| pair.not_exercised().is_none()).count();
                let both = pairs().filter(|pair| pair.was_seen_in_both_orders()).count();
                let rounds: u32 = pairs().map(|pair| pair.rounds).sum();
                let mut words = vec![format!(
                    "{exercised} of {} pairs of calls exercised in {rounds} rounds, {both} of them seen in both orders",
                    self.pairs.len()
                )];
                let left_out = self.troubles.iter().filter(|(_, count)| **count >= MOST_TROUBLES);
                let left_out: Vec<String> = left_out.map(|(pair, _)| pair.to_string()).collect();
                if !left_out.is_empty() {
                    let which = left_out.join("; ");
                    words.push(format!(
                        "left out after {MOST_TROUBLES} rounds that could not be judged: {which}"
                    ));
                }
                words
            }
        }
    }

    /// Rounds of a pair so far.
    pub(super) fn rounds(&self, pair: &Pair) -> u32 {
        self.pairs.get(pair).map_or(0, |pair| pair.rounds)
    }

    /// The pairs that show nothing so far, as their calls were never under way at the same time.
    pub(super) fn not_exercised(&self) -> Vec<Pair> {
        let open = self.pairs.iter().filter(|(_, seen)| seen.not_exercised().is_some());
        open.map(|(pair, _)| *pair).collect()
    }
}

/// Counts a round. Returns which of the two calls took effect first, where the answers show it.
fn add_round(entry: &mut ExploredPair, judged: &Judged, oracle: &Oracle) -> Option<Order> {
    entry.rounds += 1;
    entry.undecided += u32::from(judged.undecided);
    entry.found += u32::from(!judged.explanations.is_empty());
    if judged.undecided || !judged.explanations.is_empty() {
        entry.overlapping += u32::from(judged.overlapped);
        return None;
    }
    let order = lanes(&judged.history).and_then(|(lanes, _)| order_of(&judged.history, lanes, oracle));
    if judged.overlapped {
        entry.overlapping += 1;
        entry.lawful += 1;
        entry.first_first += u32::from(order == Some(Order::First));
        entry.second_first += u32::from(order == Some(Order::Second));
    }
    order
}

/// The two calls that a round is about, and how long the longer one took.
fn lanes(history: &History) -> Option<((usize, usize), u64)> {
    let of = |lane: &str| history.calls.iter().position(|call| call.client == lane);
    let (one, two) = (of("one")?, of("two")?);
    let took = |at: usize| {
        let call = &history.calls[at];
        call.end_us.map_or(0, |end| end.saturating_sub(call.start_us))
    };
    Some(((one, two), took(one).max(took(two))))
}
