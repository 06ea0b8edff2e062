//! What draws have shown, until it is a finding: what has a signature in common is kept together.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::draw::Draw;
use super::explorer::Explorer;
use super::signature::{Told, told};
use crate::history::{History, Saw};
use crate::report::Explanation;
use crate::run::Judged;

/// Something unlawful, as it was first seen.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) draw: Arc<Draw>,
    pub(super) history: History,
    pub(super) explanation: Explanation,
    pub(super) told: Told,
}

/// What draws have shown that have a signature in common.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Those of them with the fewest calls.
    pub(super) nearest: Vec<Shown>,
    /// The ids of the cases of all.
    pub(super) cases: BTreeSet<String>,
    /// How often it was shown.
    pub(super) count: u32,
}

/// Bytes of histories that are kept, about.
const MOST_KEPT: usize = 128 << 20;
/// As many of a group are kept.
const KEPT: usize = 12;

impl Group {
    fn add(&mut self, shown: Shown) {
        self.count += 1;
        self.cases.insert(shown.draw.id());
        let at = self.nearest.partition_point(|known| known.effort() <= shown.effort());
        self.nearest.insert(at, shown);
        self.nearest.truncate(KEPT);
    }
}

impl Shown {
    /// What comes before it: restarts, a race, and other calls.
    fn effort(&self) -> (bool, bool, Option<usize>) {
        (self.draw.restarts(), self.draw.has_race(), self.explanation.stuck.iter().max().copied())
    }
}

impl Explorer<'_> {
    /// Keeps what was shown, with all that has its signature, as long as there is room for it.
    pub(super) fn keep(&mut self, shown: Shown) {
        let weight = shown.history.weight() + shown.explanation.text.len();
        if self.kept + weight > MOST_KEPT {
            if let Some(group) = self.shown.get_mut(&shown.told.signature) {
                group.count += 1;
            }
            return;
        }
        self.kept += weight;
        self.shown.entry(shown.told.signature.clone()).or_default().add(shown);
    }

    /// What the calls of a draw have shown, in the order of the calls.
    pub(super) fn shown_by(&self, draw: &Arc<Draw>, judged: Judged) -> Vec<Shown> {
        // What was found before is no part of what is found next.
        let mut rest = judged.history.clone();
        let oracle = self.oracle_of(draw);
        let shown = |explanation: Explanation| {
            let told = told(&rest, &explanation, &oracle);
            for at in &explanation.stuck {
                if rest.calls[*at].ask.reads() {
                    rest.calls[*at].saw = Saw::Nothing;
                }
            }
            Shown { told, draw: draw.clone(), history: judged.history.clone(), explanation }
        };
        judged.explanations.into_iter().map(shown).collect()
    }
}
