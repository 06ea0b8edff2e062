//! What a file of somebody else's would do in a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::time::Duration;

use mpuspec_mock::provider::{self, Provider};

use super::conduct::Conduct;
use super::expect::Expect;
use super::load::Case;
use super::step::{Step, User};
use crate::language::{Delay, HangUp, Sizes};
use crate::operation::{Action, Cost};

/// The provider whose limits are those of S3 itself.
pub(super) fn usual() -> Option<&'static Provider> {
    static USUAL: OnceLock<Option<Provider>> = OnceLock::new();
    USUAL.get_or_init(|| provider::load("aws-s3").ok()).as_ref()
}

/// The steps of all rows, those in lanes and outcomes too, however deep.
fn steps(case: &Case) -> impl Iterator<Item = &Step> {
    case.rows.iter().flat_map(|row| &row.steps).flat_map(Step::whole)
}

/// What a run of a case would do, in lines.
pub fn deeds(case: &Case) -> Vec<String> {
    let mut lines = vec![cost(case)];
    let mut operations: BTreeMap<&str, u64> = BTreeMap::new();
    let rounds = u64::from(case.repeat);
    for step in steps(case) {
        let name = step.action.arguments().map_or(step.word, |asked| asked.name());
        *operations.entry(name).or_default() += rounds;
    }
    let operations: Vec<String> =
        operations.iter().map(|(name, count)| format!("{name} ({count})")).collect();
    lines.push(format!("steps: {}", operations.join(", ")));
    let users: BTreeSet<&str> = steps(case).filter_map(|step| step.as_user).filter_map(whose).collect();
    if !users.is_empty() {
        lines.push(format!("signs with {} too", users.into_iter().collect::<Vec<_>>().join(" and ")));
    }
    if steps(case).any(|step| matches!(step.action, Action::Restart)) {
        lines.push("starts the server anew, by the command that --restart-command names".to_owned());
    }
    if steps(case).any(|step| step.profile().called_back) {
        lines.push("has the server call back, at the address that --callback-url names".to_owned());
    }
    let waits = waits(case);
    if !waits.is_zero() {
        lines.push(format!(
            "waits, and asks again until what it claims is so, for up to {} s",
            waits.as_secs().max(1)
        ));
    }
    let by_hand = steps(case).filter(|step| step.profile().by_hand).count();
    if by_hand > 0 {
        lines.push(format!("sends {by_hand} requests in words of HTTP: `mpuspec show` has them"));
    }
    lines
}

/// How long a case waits in all of its rows and rounds, and asks again, beside what its calls take.
pub(super) fn waits(case: &Case) -> Duration {
    let of_step = |step: &Step| {
        let within = match &step.expect {
            Some(Expect::Claims(claims)) => claims.within.map(|within| within.0.unsigned_abs()),
            _ => None,
        };
        let Conduct { after, hangs_up, pauses } = step.conduct;
        let gone = hangs_up.map(|hangs_up| match hangs_up {
            HangUp::After(Delay(after)) => after,
            HangUp::InBody => Duration::ZERO,
        });
        let delays = [after, pauses].into_iter().flatten().map(|Delay(delay)| delay);
        delays
            .chain(gone)
            .chain(within.map(Duration::from_secs))
            .fold(Duration::ZERO, Duration::saturating_add)
    };
    let once = steps(case).map(of_step).fold(Duration::ZERO, Duration::saturating_add);
    once.saturating_mul(case.repeat)
}

/// The size of the object of the run that a step copies from.
pub(super) fn shared_size(step: &Step) -> Option<u64> {
    let provider = usual()?;
    step.action.arguments()?.shared()?.size(&Sizes { provider }).ok()
}

fn cost(case: &Case) -> String {
    let once = usual().and_then(|provider| {
        steps(case).try_fold(Cost::default(), |sum, step| {
            let arguments = step.action.arguments();
            let cost = arguments.map_or(Ok(Cost::default()), |asked| asked.cost(&Sizes { provider }));
            Some(sum.and(cost.ok()?))
        })
    });
    let rounds = u64::from(case.repeat);
    let shared: u64 = steps(case).filter_map(shared_size).collect::<BTreeSet<_>>().into_iter().sum();
    match once {
        Some(cost) => format!(
            "{} rows, at least {} requests and {} bytes where the limits are those of AWS",
            case.rows.len(),
            cost.requests.saturating_mul(rounds),
            cost.bytes.saturating_mul(rounds).saturating_add(shared)
        ),
        None => format!("{} rows; what they send depends on limits that AWS does not have", case.rows.len()),
    }
}

/// Credentials beside those of the run.
fn whose(user: User) -> Option<&'static str> {
    match user {
        User::Second => Some("the second credentials"),
        User::Temporary => Some("the credentials with a security token"),
        User::Main | User::Anonymous | User::UnknownKey => None,
    }
}
