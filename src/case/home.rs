//! The home row of each aspect of an answer: the one that fails when the aspect deviates.

use std::collections::BTreeMap;

use super::{Catalogue, Claims, Expect, RowId, Step};
use crate::operation::{Action, Arguments, OF_ERRORS};

/// The home rows of a catalogue, by operation and aspect. They are the rows whose claims say `tells`.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    rows: BTreeMap<&'static str, BTreeMap<String, Vec<RowId>>>,
}

impl Homes {
    /// Finds the home rows of all cases.
    pub fn of(catalogue: &Catalogue) -> Self {
        let mut homes = Self::default();
        for case in &catalogue.cases {
            for row in &case.rows {
                let id = RowId::new(&case.id, row.name.as_deref());
                for (operation, aspect) in row.steps.iter().flat_map(told_by) {
                    homes.rows.entry(operation).or_default().entry(aspect).or_default().push(id.clone());
                }
            }
        }
        homes
    }

    /// Returns the home row of an aspect, if a case claims it.
    pub fn find(&self, operation: &str, aspect: &str) -> Option<&RowId> {
        self.all(operation, aspect).first()
    }

    /// Returns whether an aspect has a home, and a row is none.
    pub fn is_elsewhere(&self, row: &RowId, operation: &str, aspect: &str) -> bool {
        let homes = self.all(operation, aspect);
        !homes.is_empty() && !homes.contains(row)
    }

    fn all(&self, operation: &str, aspect: &str) -> &[RowId] {
        self.rows.get(operation).and_then(|aspects| aspects.get(aspect)).map_or(&[], Vec::as_slice)
    }
}

/// The operation and the aspects that a step claims to be told.
fn told_by(step: &Step) -> Vec<(&'static str, String)> {
    let Some(Expect::Claims(claims)) = &step.expect else { return Vec::new() };
    let Some(operation) = operation_of(&step.action, claims) else { return Vec::new() };
    claims.tells.iter().flatten().map(|aspect| (operation, aspect.clone())).collect()
}

/// Returns the name under which the aspects of an answer are known: a refusal has those of errors.
pub(super) fn operation_of(action: &Action, claims: &Claims) -> Option<&'static str> {
    match claims.error.is_some() || claims.refused.is_some() {
        true => Some(OF_ERRORS),
        false => action.arguments().map(Arguments::name),
    }
}
