//! Which causes explain failing rows: those that explain the most, one after the other.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::register::Known;
use crate::case::RowId;
use crate::report::Symptom;

/// A row that fails, with what it has shown.
pub(super) struct Failing {
    pub(super) row: RowId,
    pub(super) symptom: Option<Symptom>,
}

/// A cause, with the rows that it explains, as positions.
pub(super) type Explained<'k> = (&'k Known, Vec<usize>);

/// The causes of failing rows, and the rows that none explains. `all` are the rows of the run.
pub(super) fn cover<'k>(
    register: &'k [Known],
    failing: &[Failing],
    all: &[RowId],
) -> (Vec<Explained<'k>>, BTreeSet<usize>) {
    let mut rest: BTreeSet<usize> = (0..failing.len()).collect();
    let explained = |known: &'k Known| {
        let fits = |at: &usize| known.explains(&failing[*at].row, failing[*at].symptom.as_ref());
        let rows: BTreeSet<usize> = rest.iter().copied().filter(fits).collect();
        let is_there = rows.iter().any(|at| known.is_at_home_in(&failing[*at].row));
        // Of two that explain the same, the one that could explain less says more.
        let breadth = || all.iter().filter(|row| known.could_explain(row)).count();
        is_there.then(|| (known, rows, breadth()))
    };
    let mut open: Vec<(&Known, BTreeSet<usize>, usize)> = register.iter().filter_map(explained).collect();
    let mut found = Vec::new();
    loop {
        let is_open = |(known, rows, _): &(&Known, BTreeSet<usize>, usize)| {
            rows.iter().any(|at| known.is_at_home_in(&failing[*at].row))
        };
        open.retain(is_open);
        let best = (0..open.len()).max_by_key(|at| (open[*at].1.len(), Reverse(open[*at].2), Reverse(*at)));
        let Some(best) = best else { return (found, rest) };
        let (known, rows, _) = open.remove(best);
        rest.retain(|at| !rows.contains(at));
        for (_, others, _) in &mut open {
            others.retain(|at| !rows.contains(at));
        }
        found.push((known, rows.into_iter().collect()));
    }
}
