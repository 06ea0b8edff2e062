//! A server that died in the run, or hung.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a server died or hung, and what it was asked before.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Death {
    /// The row that met it first.
    pub row: String,
    /// Whether it was there, and answered nothing any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hung: bool,
    /// Whether no other row was under way.
    pub alone: bool,
    /// Milliseconds from the start of the run.
    pub at_millis: u64,
    /// The newest requests that had reached it, of all rows, each with its answer.
    pub requests: Vec<String>,
    /// Whether it was started anew, and the run went on.
    pub went_on: bool,
    /// Why it could not be started anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Death {
    /// What happened, in a word of its own.
    pub(super) fn verb(&self) -> &'static str {
        if self.hung { "hung" } else { "died" }
    }

    /// In a sentence.
    pub fn in_words(&self) -> String {
        let beside = if self.alone { "" } else { ", with other rows under way" };
        let then = match (&self.trouble, self.went_on) {
            (_, true) => "it was started anew, and the run went on".to_owned(),
            (Some(trouble), false) => format!("it was not started anew: {trouble}"),
            (None, false) => "nothing says how it is started anew (--restart-command)".to_owned(),
        };
        format!(
            "the server {} {}.{:03} s into the run, met first by {}{beside}; {then}",
            self.verb(),
            self.at_millis / 1_000,
            self.at_millis % 1_000,
            self.row
        )
    }
}
