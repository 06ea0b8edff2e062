//! Limits about which a provider's documents contradict each other: what lies where the claims differ
//! cannot be demanded.

use mpuspec_mock::provider::{LimitName, Provider};

use super::cost::claims_of;
use crate::case::{Row, Step, error_code};
use crate::language::{Expr, Sizes};
use crate::operation::{Arguments, Bounded};

/// Why a row can only record what it sees, if it sends something that one claim allows and another forbids.
pub(super) fn disputed(row: &Row, provider: &Provider) -> Option<String> {
    let sizes = Sizes { provider };
    row.steps.iter().find_map(|step| of_step(step, &row.steps, &sizes)).map(|(limit, value)| {
        let claims = provider.limits.get(&limit).into_iter().flatten();
        let told: Vec<String> = claims
            .map(|claim| {
                let value = claim.value.map_or_else(|| "none".to_owned(), |value| value.to_string());
                format!("{value} ({})", claim.source)
            })
            .collect();
        format!("{value} lies where the claims about {limit} differ: {}", told.join(", "))
    })
}

fn of_step(step: &Step, all: &[Step], sizes: &Sizes<'_>) -> Option<(LimitName, i64)> {
    let between =
        |limit: LimitName, value: i64| contested(sizes.provider, limit, value).then_some((limit, value));
    let symbolic = |expr: &Expr| {
        let value = expr.value(sizes).ok()?;
        expr.limits().into_iter().find_map(|limit| between(limit, value))
    };
    let number = |expr: &Expr| {
        let value = expr.value(sizes).ok()?;
        Bounded::NUMBERS.into_iter().find_map(|limit| between(limit, value))
    };
    let size = |expr: &Expr| {
        // Plain sizes matter where the row is about them: a last part may have any.
        let about: Vec<LimitName> = all
            .iter()
            .flat_map(claims_of)
            .flat_map(|claims| [&claims.error, &claims.refused])
            .flatten()
            .filter_map(|code| error_code(&code.0)?.limit)
            .collect();
        let value = expr.value(sizes).ok()?;
        symbolic(expr).or_else(|| about.into_iter().find_map(|limit| between(limit, value)))
    };
    let bounded = step.action.arguments().map(Arguments::bounded).unwrap_or_default();
    let here = bounded.into_iter().find_map(|bounded| match bounded {
        Bounded::Number(expr) => number(expr),
        Bounded::Size(expr) => size(expr),
        Bounded::Symbolic(expr) => symbolic(expr),
    });
    here.or_else(|| step.inner().find_map(|step| of_step(step, all, sizes)))
}

/// Whether some claims about a limit allow a value and others do not.
fn contested(provider: &Provider, limit: LimitName, value: i64) -> bool {
    let Some(claims) = provider.limits.get(&limit) else { return false };
    let allowed = |claim: Option<u64>| match claim {
        None => true,
        Some(claim) if limit.is_minimum() => i128::from(value) >= i128::from(claim),
        Some(claim) => i128::from(value) <= i128::from(claim),
    };
    let (yes, no): (Vec<_>, Vec<_>) = claims.iter().partition(|claim| allowed(claim.value));
    !yes.is_empty() && !no.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_contested_where_claims_differ() {
        let yandex = mpuspec_mock::provider::load("yandex").expect("it is bundled");
        let contested = |value| contested(&yandex, LimitName::MinPartSize, value);
        assert!(!contested(4_999_999));
        assert!(contested(5_000_000));
        assert!(contested(5_242_879));
        assert!(!contested(5_242_880));
    }
}
