//! The report as JSON.

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::{Report, SCHEMA_VERSION};
use crate::visible::{visible_json, visible_start};

/// Why a text is no report.
#[derive(Debug, Error)]
pub enum NoReport {
    /// It is another file.
    #[error("it is no JSON report of mpuspec: {0}")]
    Other(String),
    /// It was written by a later version.
    #[error("it has schema_version {0}, and this mpuspec reads up to {SCHEMA_VERSION}; use a newer mpuspec")]
    Newer(u64),
}

/// The head of a report.
#[derive(Deserialize)]
struct Versioned {
    schema_version: Option<Value>,
}

/// Writes a report. What steers a terminal or cannot be seen is escaped.
pub fn to_json(report: &Report) -> String {
    visible_json(&serde_json::to_string_pretty(report).expect("a report has no keys but texts")) + "\n"
}

/// Values that a report has at most: each takes more memory than place. A run has some 150,000.
const MOST_VALUES: usize = 500_000;
/// Characters of a name, such as a seed or a region.
const LONGEST_NAME: usize = 2_000;
/// Bytes of all words that were typed for a run.
const MOST_TYPED: usize = 64 << 10;
/// Bytes of a table that is shown whole.
const LARGEST_TABLE: usize = 1 << 20;

/// Reads a report.
pub fn from_json(text: &str) -> Result<Report, NoReport> {
    // It may repeat what it has found.
    let other = |error: serde_json::Error| NoReport::Other(visible_start(&error.to_string(), 300));
    if has_more_values_than(text, MOST_VALUES) {
        return Err(NoReport::Other(format!("it has more than {MOST_VALUES} values")));
    }
    // The version alone first: what a later one has need not be understood.
    let Versioned { schema_version } = serde_json::from_str(text).map_err(other)?;
    match schema_version.as_ref().map(Value::as_u64) {
        Some(Some(version)) if version > u64::from(SCHEMA_VERSION) => Err(NoReport::Newer(version)),
        Some(Some(_)) => {
            let report: Report = serde_json::from_str(text).map_err(other)?;
            refuse_what_is_no_name(&report)?;
            Ok(Report { was_read: true, ..report })
        }
        _ => Err(NoReport::Other("it has no schema_version".to_owned())),
    }
}

/// Refuses names and tables that no run makes.
fn refuse_what_is_no_name(report: &Report) -> Result<(), NoReport> {
    let (run, target) = (&report.run, &report.target);
    let names = [&run.seed, &run.id, &run.started, &target.endpoint, &target.bucket]
        .into_iter()
        .chain([&target.name, &target.server, &target.provider, &target.dialect])
        .chain(&target.version)
        .chain(&target.others)
        .chain(report.cases.iter().flat_map(|row| [&row.id, &row.file]))
        .chain(report.cases.iter().filter_map(|row| row.row.as_ref()))
        .chain(report.findings.iter().flat_map(|finding| [&finding.id, &finding.seed]))
        .chain(report.audit.lost.iter().flat_map(|lost| [&lost.key, &lost.row]));
    if let Some(name) = { names }.find(|name| name.len() > LONGEST_NAME) {
        let start: String = name.chars().take(20).collect();
        return Err(NoReport::Other(format!("{start:?}… has more than {LONGEST_NAME} characters")));
    }
    let repeat = &run.repeat;
    let typed = [&repeat.options, &repeat.files, &repeat.exploring, &repeat.settling, &run.skipped];
    // Each takes place of its own.
    let typed: usize = typed.into_iter().flatten().chain(&run.again).map(|word| word.len() + 32).sum();
    if typed > MOST_TYPED {
        return Err(NoReport::Other(format!("what was typed has more than {MOST_TYPED} bytes")));
    }
    let table = |table: &dyn std::fmt::Debug| format!("{table:?}").len();
    let tables = [table(&report.observed), table(&report.preflight), table(&report.not_run)];
    if tables.into_iter().any(|bytes| bytes > LARGEST_TABLE) {
        return Err(NoReport::Other(format!("one of its tables has more than {LARGEST_TABLE} bytes")));
    }
    Ok(())
}

/// Whether a document has more values than the number: each follows a comma or opens something.
fn has_more_values_than(json: &str, most: usize) -> bool {
    let (mut count, mut is_inside, mut is_escaped) = (0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_inside => is_escaped = true,
            b'"' => is_inside = !is_inside,
            b',' | b'[' | b'{' if !is_inside => count += 1,
            _ => {}
        }
    }
    count > most
}

/// Leaves of what stayed in a server what kind of thing it is: a report can be anybody's, and these are texts with commands.
pub fn leave_out_commands(report: &mut Report) {
    let kinds = [("object", "an object"), ("upload", "an upload"), ("bucket", "a bucket")];
    for left in &mut report.cleanup.left {
        let kind = kinds.into_iter().find(|(kind, _)| left.starts_with(kind));
        *left = kind.map_or("something", |(_, in_words)| in_words).to_owned();
    }
    if !report.cleanup.trouble.is_empty() {
        report.cleanup.trouble = vec!["what kept it from its end is in the JSON report".to_owned()];
    }
}

/// The schema of reports.
pub fn report_schema() -> Value {
    schemars::schema_for!(Report).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_outside_of_texts() {
        let json = r#"{"a,[{\"": [1, "x,,,"], "b": {}}"#;
        assert!(has_more_values_than(json, 4));
        assert!(!has_more_values_than(json, 5));
    }
}
