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

/// Reads a report.
pub fn from_json(text: &str) -> Result<Report, NoReport> {
    let other = |error: serde_json::Error| NoReport::Other(error.to_string());
    // The version alone first: what a later one has need not be understood.
    let Versioned { schema_version } = serde_json::from_str(text).map_err(other)?;
    match schema_version.as_ref().map(Value::as_u64) {
        Some(Some(version)) if version > u64::from(SCHEMA_VERSION) => Err(NoReport::Newer(version)),
        Some(Some(_)) => {
            let report: Report = serde_json::from_str(text).map_err(other)?;
            Ok(Report { was_read: true, ..report })
        }
        _ => Err(NoReport::Other("it has no schema_version".to_owned())),
    }
}

/// The schema of reports.
pub fn report_schema() -> Value {
    schemars::schema_for!(Report).to_value()
}
