//! What changed from one report to the next.

mod markdown;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::provider::Harm;
use serde::Serialize;

use super::{Cause, Report, RowReport, Verdict};
use crate::case::Level;

pub use markdown::diff_markdown;
pub use text::diff_text;

/// What changed.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// The version of this format.
    pub schema_version: u32,
    /// The earlier report.
    pub old: Side,
    /// The later one.
    pub new: Side,
    /// What makes the two hard to compare.
    pub notes: Vec<String>,
    /// Causes that the earlier one had, and the later one has no more.
    pub causes_gone: Vec<ChangedCause>,
    /// Causes that only the later one has.
    pub causes_new: Vec<ChangedCause>,
    /// Causes with rows that the earlier one did not have under them.
    pub causes_grown: Vec<ChangedCause>,
    /// Rows that did not hold, and do now.
    pub fixed: Vec<Change>,
    /// Rows that held or were not judged, and do not hold now.
    pub broken: Vec<Change>,
    /// Rows with another verdict of the same worth, or another outcome.
    pub changed: Vec<Change>,
    /// Rows that only the later one has.
    pub new_rows: Vec<Change>,
    /// Rows that only the earlier one has.
    pub gone: Vec<Change>,
    /// How many are as they were.
    pub same: usize,
}

/// A report.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// The name of the target.
    pub target: String,
    /// Its version.
    pub version: Option<String>,
    /// The provider.
    pub provider: String,
    /// The version of the suite.
    pub suite: String,
    /// When the run began.
    pub started: String,
    /// Whether it came to its end.
    pub complete: bool,
}

/// A cause that came, went or grew.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedCause {
    /// Its stable name.
    pub id: String,
    /// What the server does.
    pub title: String,
    /// Who is hurt.
    pub harm: Harm,
    /// Its rows, or those that came to it.
    pub rows: Vec<String>,
}

/// A row that changed.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// The whole id.
    pub name: String,
    /// How firmly it is promised, by the later report.
    pub level: Level,
    /// The earlier verdict.
    pub old: Option<Verdict>,
    /// The later verdict.
    pub new: Option<Verdict>,
    /// Why, or which outcomes.
    pub told: Option<String>,
    /// Whether the text of the case is another one, so that the server may not be what changed.
    pub case_changed: bool,
}

impl Diff {
    /// Compares two reports.
    pub fn of(old: &Report, new: &Report) -> Self {
        let by_name = |report: &'_ Report| -> BTreeMap<String, RowReport> {
            report.cases.iter().map(|row| (row.name(), row.clone())).collect()
        };
        let (before, after) = (by_name(old), by_name(new));
        // A row that has another id now is the same row.
        let renamed: BTreeMap<&String, &String> =
            after.iter().rev().flat_map(|(name, row)| row.was.iter().map(move |was| (was, name))).collect();
        let today = |name: String| match renamed.get(&name) {
            Some(today) if !after.contains_key(&name) => (*today).clone(),
            _ => name,
        };
        let before: BTreeMap<String, RowReport> =
            before.into_iter().map(|(name, row)| (today(name), row)).collect();
        let mut diff = Self {
            schema_version: 2,
            old: side(old),
            new: side(new),
            notes: notes(old, new),
            causes_gone: without(&old.causes, &new.causes),
            causes_new: without(&new.causes, &old.causes),
            causes_grown: grown(&old.causes, &new.causes),
            fixed: Vec::new(),
            broken: Vec::new(),
            changed: Vec::new(),
            new_rows: Vec::new(),
            gone: Vec::new(),
            same: 0,
        };
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            diff.add(before.get(name), after.get(name));
        }
        diff
    }

    /// Whether something broke; what nobody promised does not count.
    pub fn is_worse(&self) -> bool {
        !self.broken.is_empty()
    }

    fn add(&mut self, old: Option<&RowReport>, new: Option<&RowReport>) {
        let (old, new) = match (old, new) {
            (Some(old), Some(new)) => (old, new),
            (None, Some(row)) => return self.new_rows.push(change(None, Some(row), row)),
            (Some(row), None) => return self.gone.push(change(Some(row), None, row)),
            (None, None) => return,
        };
        let mut change = change(Some(old), Some(new), new);
        let recorded = new.level == Level::Info;
        let list = match (worth(old.verdict), worth(new.verdict)) {
            (Worth::Bad | Worth::Lacking, Worth::Good) if !recorded => &mut self.fixed,
            (Worth::Good | Worth::Unknown | Worth::Lacking, Worth::Bad) if !recorded => &mut self.broken,
            (Worth::Good, Worth::Lacking) if !recorded => &mut self.broken,
            _ if old.verdict != new.verdict => &mut self.changed,
            _ => {
                let outcomes = other_outcomes(old, new);
                if outcomes.is_empty() {
                    self.same += 1;
                    return;
                }
                change.told = Some(outcomes.join("; "));
                &mut self.changed
            }
        };
        list.push(change);
    }
}

/// The causes of one report that another one does not have.
fn without(some: &[Cause], others: &[Cause]) -> Vec<ChangedCause> {
    let ids: BTreeSet<&str> = others.iter().map(|cause| cause.id.as_str()).collect();
    let alone = some.iter().filter(|cause| !ids.contains(cause.id.as_str()));
    alone.map(|cause| changed(cause, cause.names().cloned().collect())).collect()
}

/// The causes that both have, and the later one with further rows.
fn grown(old: &[Cause], new: &[Cause]) -> Vec<ChangedCause> {
    let rows = |cause: &'_ Cause| cause.names().cloned().collect::<BTreeSet<String>>();
    let mut before: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for cause in old {
        before.entry(&cause.id).or_default().extend(rows(cause));
    }
    let gained = |cause: &Cause| {
        let known = before.get(cause.id.as_str())?;
        let gained: Vec<String> = rows(cause).difference(known).cloned().collect();
        (!gained.is_empty()).then(|| changed(cause, gained))
    };
    new.iter().filter_map(gained).collect()
}

fn changed(cause: &Cause, rows: Vec<String>) -> ChangedCause {
    ChangedCause { id: cause.id.clone(), title: cause.title.clone(), harm: cause.harm, rows }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Worth {
    Good,
    Bad,
    /// A capability is not there.
    Lacking,
    Unknown,
}

fn worth(verdict: Verdict) -> Worth {
    match verdict {
        Verdict::Pass | Verdict::Tolerated => Worth::Good,
        Verdict::Fail | Verdict::Blocked | Verdict::Error => Worth::Bad,
        Verdict::Unsupported => Worth::Lacking,
        Verdict::NotApplicable => Worth::Unknown,
    }
}

fn change(old: Option<&RowReport>, new: Option<&RowReport>, shown: &RowReport) -> Change {
    let digests = (old.and_then(|row| row.digest.as_ref()), new.and_then(|row| row.digest.as_ref()));
    Change {
        name: shown.name(),
        level: shown.level,
        old: old.map(|row| row.verdict),
        new: new.map(|row| row.verdict),
        told: new.and_then(|row| row.reason.clone()),
        case_changed: matches!(digests, (Some(old), Some(new)) if old != new),
    }
}

/// Outcomes that differ by more than how often each was seen.
fn other_outcomes(old: &RowReport, new: &RowReport) -> Vec<String> {
    let kinds = |seen: &str| -> BTreeSet<String> {
        let bare =
            |part: &str| part.trim().trim_start_matches(|c: char| c.is_ascii_digit()).trim().to_owned();
        seen.split(',').map(bare).collect()
    };
    let other = |(name, seen): (&String, &String)| {
        let before = old.observed.get(name)?;
        (kinds(before) != kinds(seen)).then(|| format!("{name}: {before} -> {seen}"))
    };
    new.observed.iter().filter_map(other).collect()
}

fn side(report: &Report) -> Side {
    Side {
        target: report.target.name.clone(),
        version: report.target.version.clone(),
        provider: report.target.provider.clone(),
        suite: report.suite.version.clone(),
        started: report.run.started.clone(),
        complete: report.complete,
    }
}

fn notes(old: &Report, new: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if old.target.provider != new.target.provider {
        notes.push(format!(
            "the first was judged by the promises of {}, the second by those of {}",
            old.target.provider, new.target.provider
        ));
    }
    for (name, value) in &new.target.limits {
        let before = old.target.limits.get(name).copied().flatten();
        let shown = |value: Option<u64>| value.map_or("none".to_owned(), |value| value.to_string());
        if before != *value {
            notes.push(format!("limit {name}: {} -> {}", shown(before), shown(*value)));
        }
    }
    for (which, report) in [("first", old), ("second", new)] {
        if !report.complete {
            notes.push(format!("the {which} report is partial: its run did not come to its end"));
        }
    }
    notes
}
