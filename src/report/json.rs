//! The report as JSON.

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::{Report, SCHEMA_VERSION};
use crate::visible::visible_json;

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
const MOST_VALUES: usize = 1_000_000;

/// Reads a report.
pub fn from_json(text: &str) -> Result<Report, NoReport> {
    let other = |error: serde_json::Error| NoReport::Other(error.to_string());
    if has_more_values_than(text, MOST_VALUES) {
        return Err(NoReport::Other(format!("it has more than {MOST_VALUES} values")));
    }
    // The version alone first: what a later one has need not be understood.
    let Versioned { schema_version } = serde_json::from_str(text).map_err(other)?;
    match schema_version.as_ref().map(Value::as_u64) {
        Some(Some(version)) if version > u64::from(SCHEMA_VERSION) => Err(NoReport::Newer(version)),
        Some(Some(_)) => {
            let report: Report = serde_json::from_str(text).map_err(other)?;
            Ok(Report { was_read: true, ..without_commands(report) })
        }
        _ => Err(NoReport::Other("it has no schema_version".to_owned())),
    }
}

/// Whether a document has more values than so many: each follows a comma or opens something.
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

/// A report without the commands that remove what is left: it can be anybody's, and they are texts.
fn without_commands(mut report: Report) -> Report {
    for left in &mut report.cleanup.left {
        for command in [": ", ", for `"] {
            if let Some((what, _)) = left.split_once(command) {
                *left = what.to_owned();
            }
        }
    }
    report
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
