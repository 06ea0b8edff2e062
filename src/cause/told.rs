//! The causes of a report, the worst first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mpuspec_mock::provider::Harm;

use super::cover::{Failing, cover};
use super::register::{Known, register};
use crate::case::{Level, RowId};
use crate::report::{
    AUDIT, Amiss, Basis, Cause, Finding, FindingKind, HISTORIES, Report, RowReport, SEQUENCES, Verdict,
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
    add_findings(&mut found, report);
    // What may never happen comes before all that is known, and what nobody has named yet behind it.
    let place = |cause: &Cause| match cause.findings.first().map(|at| report.findings[*at].kind) {
        Some(
            FindingKind::Torn
            | FindingKind::Lost
            | FindingKind::OtherBytes
            | FindingKind::Undeleted
            | FindingKind::ForeignBytes,
        ) if place_of(cause).is_none() => 0,
        _ => place_of(cause).map_or(usize::MAX, |place| place + 1),
    };
    // What nobody saw a second time comes behind what was.
    let was_once = |cause: &Cause| cause.seen.is_some_and(|seen| seen.shown == 0);
    found.sort_by_cached_key(|cause| {
        (cause.harm, cause.level, was_once(cause), place(cause), Reverse(cause.count()))
    });
    found
}

/// The place of a cause in the register, which names none that is a row's or a finding's own.
fn place_of(cause: &Cause) -> Option<usize> {
    register().iter().position(|known| known.id == cause.id)
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
        // What shows it best comes first: bytes say more than answers.
        let reads = |row: &RowReport| row.symptom().is_some_and(|symptom| symptom.step == "get_object");
        of_it.sort_by_key(|row| (!known.is_at_home_in(&id(row)), known.harm == Harm::Data && !reads(row)));
        of_known(known, &of_it)
    };
    let mut found: Vec<Cause> = explained.into_iter().map(known).collect();
    let mut own: BTreeMap<&str, Vec<&RowReport>> = BTreeMap::new();
    for at in rest {
        own.entry(&rows[at].id).or_default().push(rows[at]);
    }
    found.extend(own.into_iter().map(|(case, rows)| {
        let harm = rows.iter().map(|row| harm_of(row)).min().unwrap_or_default();
        let broken = format!("Not kept: \"{}\"", rows[0].title);
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

/// A cause as the register has it.
fn of_known(known: &Known, rows: &[&RowReport]) -> Cause {
    Cause {
        why: Some(known.why.clone()),
        known: known.known.clone(),
        ..cause(known.id.clone(), known.title.clone(), known.harm, rows)
    }
}

fn cause(id: String, title: String, harm: Harm, rows: &[&RowReport]) -> Cause {
    Cause {
        id,
        title,
        harm,
        level: rows.iter().map(|row| row.level).min().unwrap_or(Level::Must),
        why: None,
        basis: rows.iter().map(|row| basis(row)).min().unwrap_or_default(),
        seen: None,
        known: Vec::new(),
        shown_by: rows.first().map(|row| row.name()).unwrap_or_default(),
        rows: rows.iter().map(|row| row.name()).collect(),
        blocked: Vec::new(),
        findings: Vec::new(),
    }
}

/// What the promise of a row rests on.
fn basis(row: &RowReport) -> Basis {
    match () {
        () if row.sources.iter().any(|source| source.recorded_of.is_some()) => Basis::Recorded,
        () if !row.sources.is_empty() => Basis::Documented,
        () => Basis::Inferred,
    }
}

/// Adds rows to the causes of those that block them.
fn attach(found: &mut [Cause], blocked: Vec<&RowReport>) {
    let mut behind: BTreeMap<&str, Vec<&RowReport>> = BTreeMap::new();
    for row in blocked {
        if let Some(by) = &row.blocked_by {
            behind.entry(by).or_default().push(row);
        }
    }
    // A row can block others that a cause has come to in this way.
    for cause in found {
        let mut next: VecDeque<String> = cause.names().cloned().collect();
        while let Some(name) = next.pop_front() {
            for row in behind.remove(name.as_str()).into_iter().flatten() {
                cause.blocked.push(row.name());
                next.push_back(row.name());
            }
        }
    }
}

/// A run has a few; of a report of others no more are looked at.
const MOST_FINDINGS: usize = 1_000;

/// Adds what exploring and the audit have found to the causes that explain it, or as causes of its own.
fn add_findings(found: &mut Vec<Cause>, report: &Report) {
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for (place, cause) in found.iter().enumerate() {
        cause.names().for_each(|row| _ = rows.entry(row.clone()).or_insert(place));
    }
    let mut known: Vec<Option<usize>> = found.iter().map(place_of).collect();
    let findings = report.findings.iter().enumerate().filter(|(_, found)| found.level == Level::Must);
    for (at, finding) in findings.take(MOST_FINDINGS) {
        let of_row = finding.rows().filter_map(|row| rows.get(row)).min().copied();
        let told = |(place, known): (usize, &Option<usize>)| {
            Some((register()[(*known)?].explains_finding(finding)?, Reverse(place)))
        };
        let of_cause = known.iter().enumerate().filter_map(told).max().map(|(_, Reverse(place))| place);
        let is_absent = |cause: &Cause| finding.signs.iter().any(|sign| is_of_absent(sign, cause));
        let place = of_row.or_else(|| found.iter().position(is_absent)).or(of_cause);
        let place = place.unwrap_or_else(|| {
            let shown = register().iter().enumerate();
            let shown =
                shown.filter_map(|(at, known)| Some((known.is_shown_by(finding)?, Reverse(at), known)));
            found.push(match shown.max_by_key(|(fit, at, _)| (*fit, *at)).map(|(_, _, known)| known) {
                Some(known) => of_known(known, &[]),
                None => of_finding(finding),
            });
            known.extend(found.last().map(place_of));
            found.len() - 1
        });
        let cause = &mut found[place];
        if cause.rows.is_empty() {
            cause.shown_by.clone_from(&finding.id);
        }
        if !cause.names().any(|row| *row == finding.id) {
            cause.rows.push(finding.id.clone());
        }
        cause.seen = cause.seen.or(finding.confirmed);
        cause.findings.push(at);
    }
}

/// The calls of histories, by their operations.
const CALLS: [(&str, &str); 5] = [
    ("missing/AbortMultipartUpload", "abort_upload of "),
    ("missing/ListMultipartUploads", "list_uploads of "),
    ("missing/ListParts", "list_parts of "),
    ("missing/UploadPart", "upload_part of "),
    ("missing/UploadPartCopy", "upload_part_copy of "),
];

/// Whether a call was answered as an operation is that is not there.
fn is_of_absent(sign: &str, cause: &Cause) -> bool {
    let is_answered = sign.contains(": 405 ") || sign.contains(": 501 ");
    is_answered && CALLS.iter().any(|(id, call)| cause.id == *id && sign.starts_with(call))
}

/// What exploring or the audit has found, and no cause that is known explains.
fn of_finding(finding: &Finding) -> Cause {
    let kind = finding.kind;
    let own = cause(format!("explore/{}", kind.id()), title_of(finding), kind.harm(), &[]);
    Cause { why: Some(kind.why().to_owned()), level: finding.level, basis: Basis::Documented, ..own }
}

/// What a finding comes to, without the names and sizes of its calls.
fn title_of(finding: &Finding) -> String {
    let words = finding.kind.in_words();
    let mut letters = words.chars();
    let first: String = letters.next().iter().flat_map(|letter| letter.to_uppercase()).collect();
    let kind = first + letters.as_str();
    let is_of_calls = |sign: &&String| !sign.starts_with("shows ");
    let signs: Vec<&str> = finding.signs.iter().filter(is_of_calls).map(String::as_str).collect();
    match finding.kind {
        FindingKind::UnlawfulAnswer | FindingKind::NoLawfulOrder if !signs.is_empty() => {
            format!("{kind}: {}", signs.join(", "))
        }
        _ => kind,
    }
}
