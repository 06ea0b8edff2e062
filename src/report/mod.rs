//! The compliance report. Knows no HTTP; all that a writer shows is in here.

mod annotations;
mod asked;
mod badge;
mod cause;
mod curl;
mod death;
mod diff;
mod evidence;
mod exit_status;
mod explored;
mod finding;
mod format;
#[cfg(feature = "pages")]
mod html;
mod json;
mod junit;
mod markdown;
mod matrix;
mod model;
mod repeat;
mod room;
mod share;
mod shell;
mod standing;
mod symptom;
mod terminal;
mod timeline;

pub use annotations::annotations;
pub(crate) use asked::{LONGEST, MOST_BYTES, MOST_DRAWS, asked, has_to_be_typed};
pub use badge::to_badge;
pub(crate) use cause::counted;
pub use cause::{Answer, Basis, ByName, Cause};
pub use curl::curl_script;
pub use death::Death;
pub use diff::{Change, Diff, Side, diff_markdown, diff_text};
pub(crate) use exit_status::{Counted, End, binds, conclude, conclude_against, is_broken};
pub use explored::{Exploration, ExploredPair};
pub use finding::{
    AUDIT, Audit, Confirmed, Explanation, Finding, FindingKind, HISTORIES, LostObject, NOT_SAVED, SEQUENCES,
};
pub use format::Format;
#[cfg(feature = "pages")]
pub use html::to_html;
pub use json::{NoReport, from_json, leave_out_commands, report_schema, to_json};
pub use junit::to_junit;
pub use markdown::to_markdown;
#[cfg(feature = "pages")]
pub use matrix::matrix_html;
pub use matrix::{Matrix, matrix_markdown};
pub use model::*;
pub use repeat::Repeat;
pub(crate) use room::fit;
pub use share::shared;
pub(crate) use shell::{appended, can_be_pasted, quoted};
pub use standing::{HeldAgainst, Judged, News, Standing};
pub use symptom::{Amiss, Symptom};
pub use terminal::{Shown, Style, deaths, failures, findings, line, summary, verdict};
