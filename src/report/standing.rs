//! What a baseline makes of a report: which failures were known, and what is news.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Verdict;

/// What a baseline makes of the verdict on a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// Whether it is news.
    pub news: News,
    /// The verdicts that the baseline lists for the row; none if it does not list it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listed: Vec<Verdict>,
    /// Why, in the words of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Where that is told at length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Who is wrong, as somebody judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
}

/// Whether a verdict is news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    /// The baseline lists it so.
    Known,
    /// The baseline does not have it, or has it otherwise.
    New,
    /// The case is newer than the baseline.
    NewInSuite,
    /// The baseline lists a failure, and the row passes.
    PassesThoughListed,
    /// It may pass and fail as it likes until a day that has not come.
    Quarantined,
}

impl News {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::New => "new",
            Self::NewInSuite => "new in suite",
            Self::PassesThoughListed => "passes though listed",
            Self::Quarantined => "in quarantine",
        }
    }
}

/// Who is wrong where a row does not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Judged {
    /// The server breaks what the documents promise.
    Server,
    /// The case is wrong.
    Case,
    /// Nobody knows yet.
    Open,
}

impl Judged {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Case => "case",
            Self::Open => "open",
        }
    }
}

/// A run held against a baseline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct HeldAgainst {
    /// The file.
    pub file: String,
    /// The version of the suite that it was written with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    /// Rows that are as it lists them.
    pub known: Vec<String>,
    /// Rows that failed, were blocked or met an error, and are not listed so.
    pub new: Vec<String>,
    /// The same, of cases that are newer than the baseline.
    pub new_in_suite: Vec<String>,
    /// Rows that are listed and pass.
    pub passing: Vec<String>,
    /// Entries that name no row of any case.
    pub stale: Vec<String>,
    /// Entries whose reason has still to be written.
    pub unexplained: Vec<String>,
}
