//! Several reports side by side, in the order in which they were given: never by score.

#[cfg(feature = "pages")]
mod html;
mod markdown;

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::provider::Harm;
use serde::Serialize;

use super::{Counts, Judged, Report, RowReport, Verdict};
use crate::case::Level;

#[cfg(feature = "pages")]
pub use html::matrix_html;
pub use markdown::matrix_markdown;

/// Targets as columns, rows as rows.
#[derive(Clone, Debug, Serialize)]
pub struct Matrix {
    /// The targets, as given.
    pub columns: Vec<Column>,
    /// What is behind the rows that fail anywhere, the worst first, and of equals what the most targets have.
    pub causes: Vec<SharedCause>,
    /// Areas with the rows that some targets hold and others break.
    pub differing: Vec<Area>,
    /// Areas with the other rows.
    pub agreeing: Vec<Area>,
    /// Observed behaviour: questions with several answers first.
    pub observed: Vec<Question>,
}

/// A target.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Whose promises it was held to.
    pub provider: String,
    /// The day of the run.
    pub day: String,
    /// The version of the suite.
    pub suite: String,
    /// Whether the run came to its end.
    pub complete: bool,
    /// Patterns over rows that were left out.
    pub skipped: Vec<String>,
    /// MUST rows by verdict.
    pub must: Counts,
}

/// A cause of one target or of several.
#[derive(Clone, Debug, Serialize)]
pub struct SharedCause {
    /// Its stable name.
    pub id: String,
    /// What the servers do.
    pub title: String,
    /// Who is hurt.
    pub harm: Harm,
    /// Who loses what by it.
    pub why: Option<String>,
    /// How many rows each target has of it.
    pub cells: Vec<usize>,
}

/// The rows of an area.
#[derive(Clone, Debug, Serialize)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of all targets.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The whole id.
    pub name: String,
    /// The fact that it claims.
    pub title: String,
    /// How firmly it is promised, at most.
    pub level: Level,
    /// What each target has; null where the row was not run.
    pub cells: Vec<Option<Cell>>,
    /// Every verdict in it, for filters.
    pub verdicts: String,
}

/// A row of a target.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is no pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why, in the words of a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Who is wrong, by the baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
}

/// A question about behaviour with every answer to it.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// The answers, and which targets gave them, by position.
    pub answers: Vec<(String, Vec<usize>)>,
}

impl Matrix {
    /// Puts reports side by side.
    pub fn of(reports: &[Report]) -> Self {
        let columns = reports.iter().map(column).collect();
        let by_name: Vec<BTreeMap<String, &RowReport>> =
            reports.iter().map(|report| report.cases.iter().map(|row| (row.name(), row)).collect()).collect();
        let names: BTreeSet<&String> = by_name.iter().flat_map(BTreeMap::keys).collect();
        let (mut differing, mut agreeing): (Vec<Area>, Vec<Area>) = (Vec::new(), Vec::new());
        for name in names {
            let found: Vec<Option<&RowReport>> = by_name.iter().map(|rows| rows.get(name).copied()).collect();
            let Some(first) = found.iter().flatten().next() else { continue };
            let seen: BTreeSet<Option<Verdict>> =
                found.iter().map(|row| row.map(|row| row.verdict)).collect();
            let row = Row {
                name: name.clone(),
                title: first.title.clone(),
                level: found.iter().flatten().map(|row| row.level).min().unwrap_or(first.level),
                cells: found.iter().map(|row| row.map(cell)).collect(),
                verdicts: seen.iter().flatten().map(|verdict| verdict.name()).collect::<Vec<_>>().join(" "),
            };
            let areas = if differ(&seen) { &mut differing } else { &mut agreeing };
            match areas.last_mut().filter(|area| area.name == first.area) {
                Some(area) => area.rows.push(row),
                None => areas.push(Area { name: first.area.clone(), rows: vec![row] }),
            }
        }
        Self { columns, causes: causes(reports), differing, agreeing, observed: observed(reports) }
    }
}

/// Causes with the number of their rows in each report. Reports of the first version do not say what their rows have
/// shown, and cannot be compared so.
fn causes(reports: &[Report]) -> Vec<SharedCause> {
    if reports.iter().any(|report| report.schema_version < 2) {
        return Vec::new();
    }
    let mut found: BTreeMap<&str, SharedCause> = BTreeMap::new();
    for (at, report) in reports.iter().enumerate() {
        for cause in &report.causes {
            let shared = found.entry(&cause.id).or_insert_with(|| SharedCause {
                id: cause.id.clone(),
                title: cause.title.clone(),
                harm: cause.harm,
                why: cause.why.clone(),
                cells: vec![0; reports.len()],
            });
            shared.cells[at] += cause.count();
        }
    }
    let mut causes: Vec<SharedCause> = found.into_values().collect();
    let targets = |cause: &SharedCause| cause.cells.iter().filter(|rows| **rows > 0).count();
    causes.sort_by_key(|cause| (cause.harm, std::cmp::Reverse(targets(cause))));
    causes
}

/// Whether the promise is held by one and broken by another; what was not judged is no difference.
fn differ(seen: &BTreeSet<Option<Verdict>>) -> bool {
    let some = |verdicts: [Verdict; 2]| verdicts.iter().any(|verdict| seen.contains(&Some(*verdict)));
    some([Verdict::Pass, Verdict::Tolerated]) && some([Verdict::Fail, Verdict::Blocked])
}

fn column(report: &Report) -> Column {
    let must = report.summary.by_level.get(Level::Must.name()).copied();
    Column {
        name: report.target.name.clone(),
        version: report.target.version.clone(),
        provider: report.target.provider.clone(),
        day: report.run.started.chars().take(10).collect(),
        suite: report.suite.version.clone(),
        complete: report.complete,
        skipped: report.run.skipped.clone(),
        must: must.unwrap_or_default(),
    }
}

fn cell(row: &RowReport) -> Cell {
    let standing = row.standing.as_ref();
    Cell {
        verdict: row.verdict,
        reason: row.reason.clone().filter(|_| row.verdict != Verdict::Pass),
        why: standing.and_then(|standing| standing.why.clone()),
        judged: standing.and_then(|standing| standing.judged),
    }
}

fn observed(reports: &[Report]) -> Vec<Question> {
    let names: BTreeSet<&String> = reports.iter().flat_map(|report| report.observed.keys()).collect();
    let mut questions: Vec<Question> = names
        .into_iter()
        .map(|name| {
            let mut answers: Vec<(String, Vec<usize>)> = Vec::new();
            for (at, report) in reports.iter().enumerate() {
                let Some(seen) = report.observed.get(name) else { continue };
                match answers.iter_mut().find(|(known, _)| known == seen) {
                    Some((_, targets)) => targets.push(at),
                    None => answers.push((seen.clone(), vec![at])),
                }
            }
            Question { name: name.clone(), answers }
        })
        .collect();
    questions.sort_by_key(|question| question.answers.len() < 2);
    questions
}
