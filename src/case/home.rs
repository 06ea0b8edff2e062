//! The home row of each aspect of an answer: the one that fails when the aspect deviates.

use std::collections::BTreeMap;

use super::aspect::{OF_ERRORS, s3_name};
use super::{Catalogue, Claims, Expect, Operation, RowId, Step};

/// The home rows of a catalogue, by operation and aspect. They are the rows whose claims say `tells`.
#[derive(Clone, Debug, Default)]
pub struct Homes {
    rows: BTreeMap<(&'static str, String), Vec<RowId>>,
}

impl Homes {
    /// Finds the home rows of all cases.
    pub fn of(catalogue: &Catalogue) -> Self {
        let mut homes = Self::default();
        for case in &catalogue.cases {
            for row in &case.rows {
                let id = RowId::new(&case.id, row.name.as_deref());
                for (operation, aspect) in row.steps.iter().flat_map(told_by) {
                    homes.rows.entry((operation, aspect)).or_default().push(id.clone());
                }
            }
        }
        homes
    }

    /// Returns the home row of an aspect, if a case claims it.
    pub fn find(&self, operation: &str, aspect: &str) -> Option<&RowId> {
        let found = self.rows.iter().find(|((of, known), _)| *of == operation && known == aspect);
        found.and_then(|(_, rows)| rows.first())
    }

    /// Returns whether a row is a home of an aspect.
    pub fn is_home(&self, row: &RowId, operation: &str, aspect: &str) -> bool {
        let mut found = self.rows.iter().filter(|((of, known), _)| *of == operation && known == aspect);
        found.any(|(_, rows)| rows.contains(row))
    }
}

/// The operation and the aspects that a step claims to be told.
fn told_by(step: &Step) -> Vec<(&'static str, String)> {
    let Some(Expect::Claims(claims)) = &step.expect else { return Vec::new() };
    let Some(operation) = operation_of(&step.operation, claims) else { return Vec::new() };
    claims.tells.iter().flatten().map(|aspect| (operation, aspect.clone())).collect()
}

/// Returns the name under which the aspects of an answer are known: a refusal has those of errors.
pub(super) fn operation_of(operation: &Operation, claims: &Claims) -> Option<&'static str> {
    match claims.error.is_some() || claims.refused.is_some() {
        true => Some(OF_ERRORS),
        false => s3_name(operation),
    }
}
