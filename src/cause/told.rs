//! The causes of a report, the worst first.

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::provider::Harm;

use super::cover::{Failing, cover};
use super::register::{Known, register};
use crate::case::{Level, RowId};
use crate::report::{
    AUDIT, Amiss, Cause, Finding, FindingKind, HISTORIES, Report, RowReport, SEQUENCES, Verdict,
};

/// What is behind the failing rows of a report, and behind its findings.
pub fn causes(report: &Report) -> Vec<Cause> {
    let failing = |row: &&RowReport| {
        matches!(row.verdict, Verdict::Fail | Verdict::Blocked)
            && ![SEQUENCES, HISTORIES, AUDIT].contains(&row.id.as_str())
    };
    let rows: Vec<&RowReport> = report.cases.iter().filter(failing).collect();
    let names: BTreeSet<String> = rows.iter().map(|row| row.name()).collect();
    // Those that are blocked by another failing row belong to its cause.
    let is_blocked = |row: &&RowReport| row.blocked_by.as_ref().is_some_and(|by| names.contains(by));
    let (blocked, rows): (Vec<&RowReport>, Vec<&RowReport>) = rows.into_iter().partition(is_blocked);
    let (absent, rows): (Vec<&RowReport>, Vec<&RowReport>) =
        rows.into_iter().partition(|row| row.cause.is_some());
    let mut found = of_absent(&absent);
    found.extend(of_rows(report, &rows));
    attach(&mut found, blocked);
    found.extend(report.findings.iter().filter(|finding| finding.level == Level::Must).map(of_finding));
    let place =
        |cause: &Cause| register().iter().position(|known| known.id == cause.id).unwrap_or(usize::MAX);
    found.sort_by_cached_key(|cause| {
        (cause.harm, cause.level, place(cause), std::cmp::Reverse(cause.count()))
    });
    found
}

/// Operations that are not there.
fn of_absent(rows: &[&RowReport]) -> Vec<Cause> {
    let mut found: BTreeMap<&str, Vec<&RowReport>> = BTreeMap::new();
    for row in rows {
        found.entry(row.cause.as_deref().unwrap_or_default()).or_default().push(row);
    }
    let cause = |(operation, rows): (&str, Vec<&RowReport>)| {
        let why = "What needs it cannot be done here, and was not judged.".to_owned();
        Cause {
            why: Some(why),
            ..cause(format!("missing/{operation}"), format!("{operation} is not there"), Harm::Client, &rows)
        }
    };
    found.into_iter().map(cause).collect()
}

fn of_rows(report: &Report, rows: &[&RowReport]) -> Vec<Cause> {
    if rows.is_empty() {
        return Vec::new();
    }
    let id = |row: &RowReport| RowId::new(&row.id, row.row.as_deref());
    let failing: Vec<Failing> =
        rows.iter().map(|row| Failing { row: id(row), symptom: row.symptom() }).collect();
    let all: Vec<RowId> = report.cases.iter().map(id).collect();
    let (explained, rest) = cover(register(), &failing, &all);
    let known = |(known, at): (&Known, Vec<usize>)| {
        let mut of_it: Vec<&RowReport> = at.into_iter().map(|at| rows[at]).collect();
        // What shows it best comes first.
        of_it.sort_by_key(|row| !known.is_at_home_in(&id(row)));
        Cause {
            why: Some(known.why.clone()),
            ..cause(known.id.clone(), known.title.clone(), known.harm, &of_it)
        }
    };
    let mut found: Vec<Cause> = explained.into_iter().map(known).collect();
    let mut own: BTreeMap<&str, Vec<&RowReport>> = BTreeMap::new();
    for at in rest {
        own.entry(&rows[at].id).or_default().push(rows[at]);
    }
    found.extend(own.into_iter().map(|(case, rows)| {
        let harm = rows.iter().map(|row| harm_of(row)).min().unwrap_or_default();
        let broken = format!("Not so: {}", rows[0].title);
        Cause { why: rows[0].about.clone(), ..cause(case.to_owned(), broken, harm, &rows) }
    }));
    found
}

/// Who is hurt by what a row has seen: a refusal that only looks otherwise loses nobody's bytes.
fn harm_of(row: &RowReport) -> Harm {
    let harm = row.harm.unwrap_or_default();
    match row.symptom().map(|symptom| symptom.seen) {
        Some(Amiss::OtherRefusal) => harm.max(Harm::Form),
        Some(Amiss::ServerError | Amiss::Cut | Amiss::Hung | Amiss::Unreadable) => harm.max(Harm::Client),
        _ => harm,
    }
}

fn cause(id: String, title: String, harm: Harm, rows: &[&RowReport]) -> Cause {
    Cause {
        id,
        title,
        harm,
        level: rows.iter().map(|row| row.level).min().unwrap_or(Level::Must),
        why: None,
        shown_by: rows.first().map(|row| row.name()).unwrap_or_default(),
        rows: rows.iter().map(|row| row.name()).collect(),
        blocked: Vec::new(),
    }
}

/// Adds rows to the causes of those that block them.
fn attach(found: &mut [Cause], mut blocked: Vec<&RowReport>) {
    loop {
        let before = blocked.len();
        blocked.retain(|row| {
            let by = row.blocked_by.as_ref();
            let is_of = |cause: &&mut Cause| {
                by.is_some_and(|by| cause.rows.contains(by) || cause.blocked.contains(by))
            };
            match found.iter_mut().find(is_of) {
                Some(cause) => {
                    cause.blocked.push(row.name());
                    false
                }
                None => true,
            }
        });
        if blocked.len() == before {
            return;
        }
    }
}

/// What exploring or the audit has found.
fn of_finding(finding: &Finding) -> Cause {
    let harm = match finding.kind {
        FindingKind::Torn
        | FindingKind::ForeignBytes
        | FindingKind::Lost
        | FindingKind::CompletedAfterAbort
        | FindingKind::ReplayedForAnyList
        | FindingKind::PartAfterAbort => Harm::Data,
        FindingKind::Revived
        | FindingKind::OtherETag
        | FindingKind::UnlawfulAnswer
        | FindingKind::NoLawfulOrder
        | FindingKind::Died => Harm::Client,
    };
    Cause {
        id: format!("explore/{}", finding.kind.id()),
        title: finding.title.clone(),
        harm,
        level: finding.level,
        why: None,
        shown_by: finding.id.clone(),
        rows: vec![finding.id.clone()],
        blocked: Vec::new(),
    }
}
