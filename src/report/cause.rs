//! What is behind failing rows, as a report has it.

use mpuspec_mock::provider::Harm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;

/// One flaw of the server, with all that shows it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Cause {
    /// A stable name: that of the register, or the case or the finding that shows it.
    pub id: String,
    /// What the server does, in plain words.
    pub title: String,
    /// Who is hurt.
    pub harm: Harm,
    /// The firmest level among its rows.
    pub level: Level,
    /// Who loses what by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The row that shows it best.
    pub shown_by: String,
    /// All rows that it fails, that one among them.
    pub rows: Vec<String>,
    /// Rows that cannot be judged because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<String>,
}

impl Cause {
    /// How many rows it reddens.
    pub fn count(&self) -> usize {
        self.rows.len() + self.blocked.len()
    }
}
