//! The report as JUnit XML: a suite an area, a test a row.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::terminal::failure;
use super::{Cause, News, Report, RowReport, Style, Verdict};
use crate::case::Level;
use crate::visible::{visible, visible_start};

/// Characters of what is said of the run in each suite, and of a cause in each of its tests.
const LONGEST: usize = 200;
/// Suites, of which each says what was run; the tests of further areas are in the one without a name.
const MOST_SUITES: usize = 1_000;

/// The suite of an area.
fn suite_of<'s, 'r>(
    suites: &'s mut BTreeMap<&'r str, TestSuite>,
    report: &Report,
    area: &'r str,
) -> &'s mut TestSuite {
    let area = if suites.len() < MOST_SUITES || suites.contains_key(area) { area } else { "" };
    suites.entry(area).or_insert_with(|| suite(report, area))
}

/// Writes a report.
pub fn to_junit(report: &Report) -> String {
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    let causes = report.causes_by_row();
    for row in &report.cases {
        let suite = suite_of(&mut suites, report, &row.area);
        suite.add_test_case(test(report, row, causes.get(row.name().as_str()).copied()));
        let time = suite.time.unwrap_or_default().saturating_add(Duration::from_millis(row.millis));
        suite.set_time(time);
    }
    for id in &report.not_run {
        let area = id.split_once('/').map_or("", |(area, _)| area);
        let mut status = TestCaseStatus::skipped();
        status.set_message("not run: the run ended before");
        let suite = suite_of(&mut suites, report, area);
        suite.add_test_case(named(area, id, status));
    }
    for id in report.baseline.iter().flat_map(|held| &held.stale) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type("baseline").set_message("the baseline lists it, and it names no row of any case");
        let suite = suite_of(&mut suites, report, "baseline");
        suite.add_test_case(named("baseline", id, status));
    }
    let mut whole = quick_junit::Report::new("mpuspec");
    whole.set_time(Duration::from_millis(report.run.millis));
    whole.add_test_suites(suites.into_values());
    whole.to_string().expect("writing to memory does not fail")
}

fn suite(report: &Report, area: &str) -> TestSuite {
    // Case files of users lie in no area.
    let mut suite = TestSuite::new(if area.is_empty() { "mpuspec".to_owned() } else { visible(area) });
    suite.extra.insert("timestamp".into(), visible_start(&report.run.started, LONGEST).into());
    for (name, value) in [
        ("run", &report.run.id),
        ("seed", &report.run.seed),
        ("provider", &report.target.provider),
        ("target", &report.target.name),
        ("endpoint", &report.target.endpoint),
        ("server", &report.target.server),
        ("suite", &report.suite.version),
        ("conclusion", &report.conclusion),
        ("exit", &report.exit.to_string()),
        ("complete", &report.complete.to_string()),
    ] {
        suite.add_property(Property::new(name, visible_start(value, LONGEST)));
    }
    suite
}

fn named(area: &str, id: &str, status: TestCaseStatus) -> TestCase {
    let (class, name) = match id.strip_prefix(area).and_then(|rest| rest.strip_prefix('/')) {
        Some(name) if !area.is_empty() => (format!("mpuspec.{area}"), name),
        _ => ("mpuspec".to_owned(), id),
    };
    let mut test = TestCase::new(visible(name), status);
    test.set_classname(visible(&class));
    test
}

fn test(report: &Report, row: &RowReport, cause: Option<&Cause>) -> TestCase {
    let mut test = named(&row.area, &row.name(), status(report, row, cause));
    test.set_time(Duration::from_millis(row.millis));
    test.extra.insert("file".into(), visible(&row.file).into());
    if let Some(excerpt) = &row.excerpt {
        test.extra.insert("line".into(), excerpt.line.to_string().into());
    }
    test.add_property(Property::new("level", row.level.name()));
    test.add_property(Property::new("verdict", row.verdict.name()));
    if let Some(cause) = cause {
        test.add_property(Property::new("cause", visible(&cause.id)));
        test.add_property(Property::new("harm", cause.harm.name()));
    }
    for source in &row.sources {
        test.add_property(Property::new("source", visible(&source.key)));
    }
    let mut said: Vec<String> =
        row.observed.iter().map(|(name, outcome)| format!("{name}: {outcome}")).collect();
    if matches!(row.verdict, Verdict::Pass | Verdict::Tolerated) {
        said.extend(row.reason.iter().map(|reason| format!("{}: {reason}", row.verdict.name())));
    }
    said.extend(row.notes.iter().map(|note| format!("note: {note}")));
    if !said.is_empty() {
        let lines: Vec<String> = said.iter().map(|line| visible(line)).collect();
        test.set_system_out(lines.join("\n"));
    }
    test
}

/// A row that could not reach its claim counts against the server as one that failed. What nobody
/// promised never makes a build red. Whoever reads one line reads the cause.
fn status(report: &Report, row: &RowReport, cause: Option<&Cause>) -> TestCaseStatus {
    let reason = visible(row.reason.as_deref().unwrap_or_default());
    match row.standing.as_ref().map(|standing| (standing.news, standing)) {
        Some((News::Quarantined, _)) => {
            let mut status = TestCaseStatus::success();
            if row.verdict.counts_against() {
                // What may fail for a while is flaky, in the words of JUnit.
                let mut failed = TestRerun::new(NonSuccessKind::Failure);
                failed.set_type("quarantine").set_message(&reason);
                status.add_rerun(failed);
            }
            return status;
        }
        Some((News::Known | News::NewInSuite, standing)) if row.verdict.counts_against() => {
            let why = visible(standing.why.as_deref().unwrap_or(&reason));
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{}: {}: {why}", standing.news.words(), row.verdict.name()));
            return status;
        }
        Some((News::PassesThoughListed, standing)) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type("baseline").set_message(standing.news.words());
            return status;
        }
        _ => {}
    }
    let kind = match row.verdict {
        Verdict::Pass | Verdict::Tolerated => return TestCaseStatus::success(),
        Verdict::Fail | Verdict::Blocked if row.level != Level::Info => NonSuccessKind::Failure,
        Verdict::Error if row.level != Level::Info => NonSuccessKind::Error,
        verdict => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{}: {reason}", verdict.name()));
            return status;
        }
    };
    let mut status = TestCaseStatus::non_success(kind);
    let told = cause.map(|cause| visible_start(&cause.headline(), LONGEST));
    let message = told.map_or_else(|| reason.clone(), |told| format!("{told}: {reason}"));
    status.set_type(row.level.name()).set_message(message);
    status.set_description(failure(report, row, Style::default()).trim_end());
    status
}
