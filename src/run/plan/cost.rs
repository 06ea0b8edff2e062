//! What a row costs.

use std::collections::BTreeSet;

use mpuspec_mock::provider::Provider;

use crate::case::{Case, Claims, Expect, Step, error_code};
use crate::language::{Missing, Sizes};
use crate::operation::Cost;

/// What the only row of a case costs; none if it needs a limit that the provider does not have.
pub fn cost_of(case: &Case, provider: &Provider) -> Option<Cost> {
    cost(&case.rows.first()?.steps, &Sizes { provider }).ok()
}

/// What steps cost, those in lanes and outcomes too.
pub(super) fn cost(steps: &[Step], sizes: &Sizes<'_>) -> Result<Cost, Missing> {
    steps.iter().try_fold(Cost::default(), |sum, step| Ok(sum.and(of_step(step, sizes)?)))
}

/// The sizes of the objects of the run that steps copy from.
pub(in super::super) fn shared_sizes(steps: &[Step], provider: &Provider) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    for step in steps {
        let size =
            step.action.arguments().and_then(|arguments| arguments.shared()?.size(&Sizes { provider }).ok());
        found.extend(size);
        for inner in step.inner() {
            found.extend(shared_sizes(std::slice::from_ref(inner), provider));
        }
    }
    found
}

fn of_step(step: &Step, sizes: &Sizes<'_>) -> Result<Cost, Missing> {
    let mut sum = step.action.arguments().map_or(Ok(Cost::default()), |arguments| arguments.cost(sizes))?;
    for claims in claims_of(step) {
        for code in [&claims.error, &claims.refused].into_iter().flatten() {
            if let Some(limit) = error_code(&code.0).and_then(|code| code.limit)
                && sizes.provider.limit(limit).is_none()
            {
                return Err(Missing(limit));
            }
        }
    }
    for inner in step.inner() {
        sum = sum.and(of_step(inner, sizes)?);
    }
    Ok(sum)
}

/// The claims of a step, those of its outcomes too.
pub(super) fn claims_of(step: &Step) -> Vec<&Claims> {
    match &step.expect {
        Some(Expect::Claims(claims)) => vec![claims],
        Some(Expect::OneOf(outcomes)) => outcomes.iter().map(|outcome| &outcome.claims).collect(),
        _ => Vec::new(),
    }
}
