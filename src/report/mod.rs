//! The compliance report. Knows no HTTP; all that a writer shows is in here.

mod json;
mod model;
mod terminal;

pub use json::{report_schema, to_json};
pub use model::*;
pub use terminal::{Style, failures, line, summary};
