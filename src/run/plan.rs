//! Which rows run against a provider, and what they cost.

use std::sync::Arc;

use mpuspec_mock::provider::{Dialect, Lowered, Provider, Support};

use super::capability::capability;
use super::dispute::disputed;
use crate::case::{
    Bucket, Case, Catalogue, Claims, Expect, Level, Operation, Row, RowId, Selection, Step, User, binds,
    error_code,
};
use crate::language::{Expr, KeyName, Missing, Numbers, PartNumber, Sizes};

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
}

/// Whether a row runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applicable {
    /// It does, at this cost.
    Yes(Cost),
    /// It has no meaning here.
    No(String),
}

/// What is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests, clean-up included.
    pub requests: u64,
    /// Bytes of bodies.
    pub bytes: u64,
}

impl PlannedRow {
    /// The only row of a case that is in no catalogue.
    pub fn generated(case: Arc<Case>, level: Level) -> Self {
        let id = RowId::new(&case.id, None);
        let applicable = Applicable::Yes(Cost::default());
        Self { id, case, index: 0, level, disputed: None, applicable, audited: true }
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
        self.row().steps.iter().flat_map(|step| std::iter::once(step).chain(step.inner()))
    }

    /// Whether a step of it is of another principal.
    pub fn asks_as(&self, user: User) -> bool {
        self.steps().any(|step| step.as_user == Some(user))
    }

    /// Whether a step of it asks to be called back by the server.
    pub fn is_called_back(&self) -> bool {
        self.steps().any(|step| match &step.operation {
            Operation::CompleteUpload(args) => {
                args.callback.as_ref().is_some_and(|callback| callback.raw.is_none())
            }
            _ => false,
        })
    }

    /// Whether a step of it addresses the bucket in the path although the endpoint has it in the host.
    pub fn names_the_bucket_in_the_path(&self) -> bool {
        self.steps().any(|step| matches!(&step.operation, Operation::Raw(args) if args.addressing.is_some()))
    }

    /// Whether a step of it starts the server anew, which is no time for other rows.
    pub fn restarts(&self) -> bool {
        self.steps().any(|step| matches!(step.operation, Operation::Restart(_)))
    }

    /// Whether no other row may run at the same time.
    pub fn runs_alone(&self) -> bool {
        self.restarts() || self.case.bucket == Bucket::Alone
    }

    /// Whether a step of it stops in the middle of a body.
    pub fn stops_in_a_body(&self) -> bool {
        self.row().steps.iter().any(|step| match &step.operation {
            Operation::UploadPart(args) => args.hold.is_some() || args.cut.is_some(),
            _ => false,
        })
    }
}

impl Plan {
    /// What the rows that run cost together.
    pub fn cost(&self) -> Cost {
        self.rows.iter().fold(Cost::default(), |sum, row| match &row.applicable {
            Applicable::Yes(cost) => {
                Cost { requests: sum.requests + cost.requests, bytes: sum.bytes + cost.bytes }
            }
            Applicable::No(_) => sum,
        })
    }

    /// How many rows run.
    pub fn running(&self) -> usize {
        self.rows.iter().filter(|row| matches!(row.applicable, Applicable::Yes(_))).count()
    }
}

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
            let copied = copied(&row.steps, &Sizes { provider }).filter(|bytes| *bytes > MOST_BYTES);
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
    let steps = row.steps.iter().flat_map(|step| std::iter::once(step).chain(step.inner()));
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
            Applicable::Yes(Cost { requests: once.requests * rounds, bytes })
        }
        Err(Missing(limit)) => Applicable::No(format!("{} has no limit {limit}", provider.title)),
    }
}

/// How many part numbers there are.
fn count_of(numbers: &Numbers, sizes: &Sizes<'_>) -> Result<u64, Missing> {
    match numbers {
        Numbers::List(numbers) => {
            for number in numbers {
                number.value(sizes)?;
            }
            Ok(numbers.len() as u64)
        }
        Numbers::Range(first, last) => {
            Ok(u64::try_from(last.value(sizes)? - first.value(sizes)? + 1).unwrap_or(0))
        }
    }
}

/// How many bytes the server would write by copies of whole parts; none if that cannot be said.
fn copied(steps: &[Step], sizes: &Sizes<'_>) -> Option<u64> {
    let of_step = |step: &Step| match &step.operation {
        Operation::UploadParts(args) if args.source.is_some() => {
            Some(count_of(&args.numbers, sizes).ok()?.saturating_mul(Expr::full().size(sizes).ok()?))
        }
        _ => Some(0),
    };
    steps.iter().map(of_step).sum()
}

/// What the only row of a case costs; none if it needs a limit that the provider does not have.
pub fn cost_of(case: &Case, provider: &Provider) -> Option<Cost> {
    cost(&case.rows.first()?.steps, &Sizes { provider }).ok()
}

fn cost(steps: &[Step], sizes: &Sizes<'_>) -> Result<Cost, Missing> {
    let mut sum = Cost::default();
    let size_of = |size: &Option<Expr>| size.clone().unwrap_or_else(Expr::full).size(sizes);
    for step in steps {
        let (requests, bytes) = match &step.operation {
            Operation::CreateUpload(args) => {
                if let Some(KeyName::Long { bytes, .. }) = &args.key {
                    bytes.size(sizes)?;
                }
                (2, 0)
            }
            Operation::CreateUploads(args) => (2 * args.count.size(sizes)?, 0),
            Operation::UploadPart(args) => {
                if let PartNumber::Expr(number) = &args.number {
                    number.value(sizes)?;
                }
                (1, size_of(&args.size)?)
            }
            Operation::UploadParts(args) => {
                let count = count_of(&args.numbers, sizes)?;
                let each = size_of(&args.size)?;
                let last = if args.size.is_some() { each } else { Expr::tail().size(sizes)? };
                let bytes = each.saturating_mul(count.saturating_sub(1)).saturating_add(last);
                (count, if args.source.is_some() { 0 } else { bytes })
            }
            Operation::PutObject(args) => (2, size_of(&args.size)?),
            Operation::ListParts(args) if args.walk => (5, 0),
            Operation::ListUploads(args) if args.walk => (5, 0),
            Operation::CompleteUpload(_) | Operation::CopyObject(_) => (2, 0),
            Operation::Raw(args) => (2, args.size.as_ref().map_or(Ok(0), |size| size.size(sizes))?),
            Operation::Together(_) | Operation::Release(_) | Operation::Restart(_) => (0, 0),
            _ => (1, 0),
        };
        sum.requests += requests;
        sum.bytes = sum.bytes.saturating_add(bytes);
        for claims in claims_of(step) {
            for code in [&claims.error, &claims.refused].into_iter().flatten() {
                if let Some(limit) = error_code(&code.0).and_then(|code| code.limit)
                    && sizes.provider.limit(limit).is_none()
                {
                    return Err(Missing(limit));
                }
            }
        }
        let inner: Vec<Step> = step.inner().cloned().collect();
        let inner = cost(&inner, sizes)?;
        sum.requests += inner.requests;
        sum.bytes = sum.bytes.saturating_add(inner.bytes);
    }
    Ok(sum)
}

pub(super) fn claims_of(step: &Step) -> Vec<&Claims> {
    match &step.expect {
        Some(Expect::Claims(claims)) => vec![claims],
        Some(Expect::OneOf(outcomes)) => outcomes.iter().map(|outcome| &outcome.claims).collect(),
        _ => Vec::new(),
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
