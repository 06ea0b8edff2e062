//! Which rows run against a provider, and what they cost.

mod capability;
mod cost;
mod dispute;

use std::collections::BTreeSet;
use std::sync::Arc;

use mpuspec_mock::provider::{Dialect, Lowered, Provider, Support};

pub(super) use capability::{ANY_PREFIX, ID_MARKER, capability, is_of_signing};
use cost::cost;
pub use cost::cost_of;
pub(super) use cost::shared_sizes;
use dispute::disputed;

use crate::case::{Bucket, Case, Catalogue, Level, Row, RowId, Selection, Step, User, binds};
use crate::history::Oracle;
use crate::language::{Missing, Sizes};
use crate::operation::{Action, Cost, MOST_CALLS};

/// The rows of a run, with what all of them cost.
#[derive(Debug, Default)]
pub struct Plan {
    /// Every selected row, by id.
    pub rows: Vec<PlannedRow>,
}

/// A selected row.
#[derive(Debug)]
pub struct PlannedRow {
    /// Its id.
    pub id: RowId,
    /// Its case.
    pub case: Arc<Case>,
    /// Its position in the case.
    index: usize,
    /// How firmly this provider promises it.
    pub level: Level,
    /// Why it only records, where documents of the provider contradict each other.
    pub disputed: Option<String>,
    /// Whether it runs.
    pub applicable: Applicable,
    /// Whether what it completes is kept for the audit.
    pub audited: bool,
    /// The sizes of the objects of the run that it copies from.
    shared: BTreeSet<u64>,
    /// What judges its answers, where that is not the provider's file alone.
    oracle: Option<Oracle>,
}

/// Whether a row runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applicable {
    /// It does, at this cost.
    Yes(Cost),
    /// It has no meaning here.
    No(String),
}

impl PlannedRow {
    /// The only row of a case that is in no catalogue.
    pub fn generated(case: Arc<Case>, level: Level) -> Self {
        let id = RowId::new(&case.id, None);
        let applicable = Applicable::Yes(Cost::default());
        let shared = BTreeSet::new();
        Self { id, case, index: 0, level, disputed: None, applicable, audited: true, shared, oracle: None }
    }

    /// The same, judged by something else than the provider's file alone.
    #[must_use]
    pub fn judged_by(self, oracle: Oracle) -> Self {
        Self { oracle: Some(oracle), ..self }
    }

    /// What judges its answers.
    pub(super) fn oracle(&self, provider: &Provider) -> Oracle {
        self.oracle.clone().unwrap_or_else(|| Oracle::of(provider))
    }

    /// The same once more: what it completes would tell an audit nothing new.
    #[must_use]
    pub fn again(self) -> Self {
        Self { audited: false, ..self }
    }

    /// The row itself.
    pub fn row(&self) -> &Row {
        &self.case.rows[self.index]
    }

    /// Every step of it, those in outcomes and lanes too.
    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.row().steps.iter().flat_map(Step::whole)
    }

    /// Whether a step of it is of another principal.
    pub fn asks_as(&self, user: User) -> bool {
        self.steps().any(|step| step.as_user == Some(user))
    }

    /// Whether a step of it asks to be called back by the server.
    pub fn is_called_back(&self) -> bool {
        self.steps().any(|step| step.profile().called_back)
    }

    /// Whether a step of it addresses the bucket in the path although the endpoint has it in the host.
    pub fn names_the_bucket_in_the_path(&self) -> bool {
        self.steps().any(|step| step.profile().in_path)
    }

    /// Whether a step of it starts the server anew, which is no time for other rows.
    pub fn restarts(&self) -> bool {
        self.steps().any(|step| matches!(step.action, Action::Restart))
    }

    /// Whether no other row may run at the same time.
    pub fn runs_alone(&self) -> bool {
        self.restarts() || self.case.bucket == Bucket::Alone || self.is_large()
    }

    /// Whether its bodies would fill the memory beside those of others.
    fn is_large(&self) -> bool {
        matches!(&self.applicable, Applicable::Yes(cost) if cost.bytes > MOST_BESIDE_OTHERS)
    }

    /// Whether a step of it stops in the middle of a body.
    pub fn stops_in_a_body(&self) -> bool {
        self.row().steps.iter().any(|step| step.profile().stop.is_some())
    }
}

impl Plan {
    /// What the rows that run cost together.
    pub fn cost(&self) -> Cost {
        let running = self.rows.iter().filter_map(|row| match &row.applicable {
            Applicable::Yes(cost) => Some((row, *cost)),
            Applicable::No(_) => None,
        });
        let mut shared = BTreeSet::new();
        let sum = running.fold(Cost::default(), |sum, (row, cost)| {
            shared.extend(row.shared.iter().copied());
            sum.and(cost)
        });
        Cost { bytes: sum.bytes.saturating_add(shared.iter().sum()), ..sum }
    }

    /// How many rows run.
    pub fn running(&self) -> usize {
        self.rows.iter().filter(|row| matches!(row.applicable, Applicable::Yes(_))).count()
    }
}

/// A row that sends more runs alone.
const MOST_BESIDE_OTHERS: u64 = 128 << 20;

/// What a row may send. Rows about the largest sizes stay below it where the limits are small.
const MOST_BYTES: u64 = 1 << 30;

/// Selects rows and finds out which of them have a meaning.
pub fn plan(
    catalogue: &Catalogue,
    provider: &Provider,
    selection: &Selection,
    loopback: bool,
    wanted: impl Fn(&RowId, Level) -> bool,
) -> Plan {
    let mut rows = Vec::new();
    for case in &catalogue.cases {
        for (index, row) in case.rows.iter().enumerate() {
            let level = level_for(case, row, provider);
            let id = RowId::new(&case.id, row.name.as_deref());
            if !selection.takes(&id) || !wanted(&id, level) {
                continue;
            }
            let opted_in = case.cost.opted_in().filter(|_| !loopback && !selection.names(&id));
            let copied = cost(&row.steps, &Sizes { provider }).ok().map(|cost| cost.copied);
            let copied = copied.filter(|bytes| *bytes > MOST_BYTES);
            let applicable = if let Some(why) = opted_in {
                Applicable::No(format!("{why}: on a live endpoint it runs only when it is named"))
            } else if let Some(bytes) = copied.filter(|_| !selection.names(&id)) {
                Applicable::No(format!(
                    "the server would copy {} GiB: it runs when it is named, or where the limit is small",
                    bytes >> 30
                ))
            } else {
                applicable(case, row, provider)
            };
            let disputed = disputed(row, provider);
            let level = if disputed.is_some() { Level::Info } else { level };
            rows.push(PlannedRow {
                id,
                case: case.clone(),
                index,
                level,
                disputed,
                applicable,
                audited: true,
                shared: shared_sizes(&row.steps, provider),
                oracle: None,
            });
        }
    }
    Plan { rows }
}

/// Returns how firmly a provider promises a row. A case binds a provider if one of its sources does;
/// otherwise it only records. Where it binds, the provider's file can lower a MUST by who is hurt.
fn level_for(case: &Case, row: &Row, provider: &Provider) -> Level {
    // What the field shows about a provider is no promise, but it goes with one.
    let bound = case.source.iter().any(|source| binds(source, &provider.sources));
    if case.level != Level::Must || case.generated.is_some() {
        return case.level;
    }
    if !bound {
        return Level::Info;
    }
    match provider.levels.get(&row.harm) {
        None => Level::Must,
        Some(Lowered::Should) => Level::Should,
        Some(Lowered::May) => Level::May,
        Some(Lowered::Info) => Level::Info,
    }
}

fn applicable(case: &Case, row: &Row, provider: &Provider) -> Applicable {
    if let Some(dialect) = case.dialect.filter(|dialect| *dialect != provider.dialect) {
        let word = if dialect == Dialect::Oss { "the API of OSS" } else { "the API of S3" };
        return Applicable::No(format!("it speaks {word}, which is not that of {}", provider.title));
    }
    let lacks = |name: &&str| provider.support(name) == Support::No;
    let steps = row.steps.iter().flat_map(Step::whole);
    // What a case does not say it needs, a row may ask for all the same.
    let asked = steps.filter_map(capability).find(lacks);
    if let Some(name) = case.needs.iter().map(String::as_str).find(lacks).or(asked) {
        return Applicable::No(format!("needs {name}, which {} does not have", provider.title));
    }
    if case.bucket == Bucket::Own {
        return Applicable::No("needs a bucket of its own, which this version does not make".to_owned());
    }
    let sizes = Sizes { provider };
    match cost(&row.steps, &sizes) {
        Ok(once) => {
            let rounds = u64::from(case.repeat);
            let bytes = once.bytes.saturating_mul(rounds);
            if bytes > MOST_BYTES {
                return Applicable::No(format!(
                    "it would send {} GiB: it runs where the limit is small, as set with --limit",
                    bytes >> 30
                ));
            }
            let requests = once.requests.saturating_mul(rounds);
            if requests > MOST_CALLS {
                return Applicable::No(format!(
                    "it would send {requests} requests: a row sends up to {MOST_CALLS}"
                ));
            }
            Applicable::Yes(Cost { requests, bytes, ..once })
        }
        Err(Missing(limit)) => Applicable::No(format!("{} has no limit {limit}", provider.title)),
    }
}

#[cfg(test)]
mod tests {
    use mpuspec_mock::provider::{Origin, load};

    use super::*;
    use crate::case::load_case;

    #[test]
    fn a_provider_lowers_the_rows_that_harm_nobody() {
        let text = "title: A fact\nlevel: MUST\nsource: [\"aws/b#c\"]\neach:\n  - { name: one, max: 1, harm: form }\n  - { name: two, max: 2 }\nsteps:\n  - create_upload:\n  - list_parts: { max_parts: $max }\n    expect: ok\n";
        let levels = |text: &str, provider: &str| {
            let origin = Origin { name: "y.yaml".to_owned(), text: text.to_owned() };
            let case = load_case("x/y", origin).expect("it is a case");
            let provider = load(provider).expect("it is bundled");
            case.rows.iter().map(|row| level_for(&case, row, &provider)).collect::<Vec<_>>()
        };
        assert_eq!(levels(text, "generic"), [Level::Should, Level::Must]);
        assert_eq!(levels(text, "aws-s3"), [Level::Must, Level::Must]);
        // What does not bind is not made firmer.
        assert_eq!(levels(&text.replace("aws/", "oss/"), "generic"), [Level::Info, Level::Info]);
        assert_eq!(levels(&text.replace("MUST", "MAY"), "generic"), [Level::May, Level::May]);
    }
}
