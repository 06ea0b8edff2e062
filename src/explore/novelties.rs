//! Draws in which calls were answered as never before.

use std::collections::BTreeSet;

use super::draw::Draw;
use super::signature::{ALONE, in_words};
use crate::history::History;

/// Draws that have brought something new, and all that was seen so far.
#[derive(Debug, Default)]
pub(super) struct Novelties {
    seen: BTreeSet<String>,
    pub(super) kept: Vec<Draw>,
}

/// As many draws are kept; newer ones take the places of older ones.
const KEPT: usize = 200;

impl Novelties {
    /// Keeps a draw in which calls were answered as never before, in the states and beside the calls that they met.
    pub(super) fn look_at(&mut self, draw: &Draw, history: &History) {
        let lanes: Vec<String> = history
            .calls
            .iter()
            .filter(|call| call.client != ALONE)
            .map(|call| in_words(history, call))
            .collect();
        let beside = lanes.join(", ");
        let alone =
            history.calls.iter().filter(|call| call.client == ALONE).map(|call| in_words(history, call));
        let outcomes: Vec<String> = alone.map(|words| format!("{beside}: {words}")).collect();
        let known = self.seen.len();
        self.seen.extend(outcomes);
        if self.seen.len() == known {
            return;
        }
        if self.kept.len() == KEPT {
            self.kept.remove(0);
        }
        self.kept.push(draw.clone());
    }
}
