//! The report as JSON.

use super::Report;

/// Writes a report.
pub fn to_json(report: &Report) -> String {
    serde_json::to_string_pretty(report).expect("a report has no keys but texts") + "\n"
}

/// The schema of reports.
pub fn report_schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}
