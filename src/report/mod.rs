//! The compliance report. Knows no HTTP; all that a writer shows is in here.

mod finding;
mod format;
mod json;
mod junit;
mod markdown;
mod model;
mod terminal;
mod visible;

pub use finding::{Audit, Explanation, Finding, FindingKind, LostObject};
pub use format::Format;
pub use json::{NoReport, from_json, report_schema, to_json};
pub use junit::to_junit;
pub use markdown::to_markdown;
pub use model::*;
pub use terminal::{Style, failures, findings, line, summary};
