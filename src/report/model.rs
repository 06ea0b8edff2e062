//! The types of a report, which are its JSON.

use std::collections::BTreeMap;

use mpuspec_mock::provider::Harm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cause::{Answer, Cause};
use super::death::Death;
use super::explored::Exploration;
use super::finding::{Audit, Explanation, Finding};
use super::repeat::Repeat;
use super::standing::{HeldAgainst, News, Standing};
use super::symptom::{Amiss, Symptom};
use crate::case::{Level, RowId};
use crate::history::History;
use crate::wire::Exchange;

/// The observed behaviour that is as its case claims it.
pub const AS_CLAIMED: &str = "as claimed";

/// The version of the JSON. A reader refuses a higher one.
pub const SCHEMA_VERSION: u32 = 2;

/// A whole run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The version of this format.
    pub schema_version: u32,
    /// Whether the run came to its end.
    pub complete: bool,
    /// Whether no promise was broken; null where the provider made none of its own.
    pub conformant: Option<bool>,
    /// The exit code of the run.
    pub exit: u8,
    /// The result in one line.
    pub conclusion: String,
    /// What ran.
    pub suite: Suite,
    /// Against what.
    pub target: TargetInfo,
    /// How.
    pub run: RunInfo,
    /// Counts.
    pub summary: Summary,
    /// The seven operations, called once before the cases.
    pub preflight: BTreeMap<String, String>,
    /// Observed behaviour: which outcome was seen, by the name that a case gives the question.
    #[serde(rename = "dialect")]
    pub observed: BTreeMap<String, String>,
    /// What people ask of a store, with the answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// What is behind the rows that fail, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// One entry a row, by id.
    pub cases: Vec<RowReport>,
    /// The ids of rows that were selected, and to which the run did not come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_run: Vec<String>,
    /// When the server died.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deaths: Vec<Death>,
    /// Findings of the explorer.
    pub findings: Vec<Finding>,
    /// What of the explorer's plan was exercised.
    #[serde(default, skip_serializing_if = "Exploration::is_empty")]
    pub exploration: Exploration,
    /// What an audit found.
    pub audit: Audit,
    /// What the run left behind.
    pub cleanup: CleanUp,
    /// What became of the run when it was held against a baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<HeldAgainst>,
    /// Whether it was read from a file, which can be anybody's.
    #[serde(skip)]
    pub was_read: bool,
}

impl Report {
    /// Returns the MUST rows that failed. What a baseline knows is among them.
    pub fn broken_promises(&self) -> impl Iterator<Item = &RowReport> {
        self.cases.iter().filter(|row| row.level == Level::Must && row.verdict == Verdict::Fail)
    }

    /// Returns whether every MUST row that was judged holds. Never so for `generic`, which promises nothing.
    pub fn is_conformant(&self) -> bool {
        self.conformant == Some(true)
    }

    /// Returns whether a MUST row holds: without one nothing can be called good.
    pub fn holds_a_must(&self) -> bool {
        let must = self.summary.by_level.get(Level::Must.name());
        must.is_some_and(|counts| counts.held() > 0)
    }
}

/// The suite.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// Its version.
    pub version: String,
    /// Its commit.
    pub commit: String,
}

/// The endpoint.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct TargetInfo {
    /// A name for people.
    pub name: String,
    /// The provider whose promises count.
    pub provider: String,
    /// The language it speaks, `s3` or `oss`.
    #[serde(default)]
    pub dialect: String,
    /// Its address.
    pub endpoint: String,
    /// Further nodes that were asked in turn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// The bucket.
    pub bucket: String,
    /// What it says of itself.
    pub server: String,
    /// The version, where somebody told it.
    pub version: Option<String>,
    /// The limits that were used; null for one that does not exist.
    pub limits: BTreeMap<String, Option<u64>>,
}

/// The run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// When it began.
    pub started: String,
    /// How long it took.
    pub millis: u64,
    /// What contents were made from.
    pub seed: String,
    /// Its id, which its keys bear.
    pub id: String,
    /// Rows side by side.
    pub jobs: usize,
    /// Requests sent.
    pub requests: u64,
    /// Bytes of bodies sent.
    pub bytes_sent: u64,
    /// Bytes of bodies received.
    #[serde(default)]
    pub bytes_received: u64,
    /// Answers that broke off, or never began, because the server closed the connection.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cuts: u64,
    /// Patterns over rows that were left out, because whoever ran it asked for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// The command that repeats it, up to seed and cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
    /// What it was told.
    #[serde(default, skip_serializing_if = "Repeat::is_empty")]
    pub repeat: Repeat,
}

pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Counts by verdict.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Rows.
    pub total: usize,
    /// See [`Verdict`].
    #[serde(flatten)]
    pub verdicts: Counts,
    /// The same for each level.
    pub by_level: BTreeMap<String, Counts>,
}

/// How many rows have each verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// See [`Verdict::Pass`].
    pub pass: usize,
    /// See [`Verdict::Tolerated`].
    pub tolerated: usize,
    /// See [`Verdict::Fail`].
    pub fail: usize,
    /// See [`Verdict::Blocked`].
    pub blocked: usize,
    /// See [`Verdict::Error`].
    pub error: usize,
    /// See [`Verdict::Unsupported`].
    pub unsupported: usize,
    /// See [`Verdict::NotApplicable`].
    #[serde(rename = "n/a")]
    pub not_applicable: usize,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Tolerated => &mut self.tolerated,
            Verdict::Fail => &mut self.fail,
            Verdict::Blocked => &mut self.blocked,
            Verdict::Error => &mut self.error,
            Verdict::Unsupported => &mut self.unsupported,
            Verdict::NotApplicable => &mut self.not_applicable,
        } += 1;
    }

    /// How many rows hold. A report can be anybody's, and so can its counts.
    pub fn held(&self) -> usize {
        self.pass.saturating_add(self.tolerated)
    }

    /// How many count against the server.
    pub fn broken(&self) -> usize {
        self.fail.saturating_add(self.blocked)
    }

    /// How many were judged, or would have been but for an error.
    pub fn judged(&self) -> usize {
        self.held().saturating_add(self.broken()).saturating_add(self.error)
    }

    /// How many have this one.
    pub fn of(&self, verdict: Verdict) -> usize {
        match verdict {
            Verdict::Pass => self.pass,
            Verdict::Tolerated => self.tolerated,
            Verdict::Fail => self.fail,
            Verdict::Blocked => self.blocked,
            Verdict::Error => self.error,
            Verdict::Unsupported => self.unsupported,
            Verdict::NotApplicable => self.not_applicable,
        }
    }
}

/// The verdict on a row, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It has no meaning here; nothing was sent.
    #[serde(rename = "n/a")]
    NotApplicable,
    /// Every claim was met.
    Pass,
    /// An outcome that is allowed, not preferred.
    Tolerated,
    /// A capability that nobody promised was refused.
    Unsupported,
    /// The claim was never reached.
    Blocked,
    /// No judgement was possible.
    Error,
    /// A claim was not met.
    Fail,
}

impl Verdict {
    /// Every verdict, in the order of charts and legends.
    pub const ALL: [Self; 7] = [
        Self::Pass,
        Self::Tolerated,
        Self::Fail,
        Self::Blocked,
        Self::Error,
        Self::Unsupported,
        Self::NotApplicable,
    ];

    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Tolerated => "tolerated",
            Self::Fail => "fail",
            Self::Blocked => "blocked",
            Self::Error => "error",
            Self::Unsupported => "unsupported",
            Self::NotApplicable => "n/a",
        }
    }

    /// Whether it counts against a MUST.
    pub fn counts_against(self) -> bool {
        matches!(self, Self::Fail | Self::Blocked | Self::Error)
    }
}

/// A row with its verdict.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct RowReport {
    /// The case.
    pub id: String,
    /// The row, if the case has several.
    pub row: Option<String>,
    /// The folder of the case.
    pub area: String,
    /// The whole ids that it had in earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
    /// The fact that it claims.
    pub title: String,
    /// How firmly that is promised by this provider.
    pub level: Level,
    /// Who is hurt if it does not hold: `data`, `security`, `client` or `form`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm: Option<Harm>,
    /// The verdict.
    pub verdict: Verdict,
    /// How long it took.
    pub millis: u64,
    /// Why the verdict is not a pass.
    pub reason: Option<String>,
    /// The operation that the preflight found missing, if that is the cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The row whose broken promise keeps this one from a judgement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<String>,
    /// Outcomes that were seen: observed behaviour, and outcomes by number of rounds.
    pub observed: BTreeMap<String, String>,
    /// The documents that promise it.
    pub sources: Vec<SourceInfo>,
    /// The file of the case.
    pub file: String,
    /// Its steps.
    pub steps: Vec<StepReport>,
    /// The position of the step that decided the verdict, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<usize>,
    /// What went over the wire; of rows that passed, nothing.
    pub exchanges: Vec<Exchange>,
    /// What was unusual but allowed.
    pub notes: Vec<String>,
    /// Columns of the row.
    pub columns: BTreeMap<String, String>,
    /// The lines of the file around the step that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// What was asked and seen, where the model judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    /// Why no order of that explains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
    /// Why it matters, in the words of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The version of the suite that brought the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// A hash of what the row expects: another one means that the row was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What a baseline makes of the verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}

impl RowReport {
    /// A row of which nothing is known yet.
    pub fn untried(id: &str, row: Option<&str>, title: &str, level: Level) -> Self {
        Self {
            id: id.to_owned(),
            row: row.map(str::to_owned),
            area: id.split('/').next().unwrap_or_default().to_owned(),
            was: Vec::new(),
            title: title.to_owned(),
            level,
            harm: None,
            verdict: Verdict::NotApplicable,
            millis: 0,
            reason: None,
            cause: None,
            blocked_by: None,
            observed: BTreeMap::new(),
            sources: Vec::new(),
            file: String::new(),
            steps: Vec::new(),
            decided_by: None,
            exchanges: Vec::new(),
            notes: Vec::new(),
            columns: BTreeMap::new(),
            excerpt: None,
            history: None,
            explanation: None,
            about: None,
            since: None,
            digest: None,
            standing: None,
        }
    }

    /// The whole id: `complete/part-too-small[one-byte-short]`.
    pub fn name(&self) -> String {
        RowId::new(&self.id, self.row.as_deref()).to_string()
    }

    /// What the step that decided has shown amiss.
    pub fn symptom(&self) -> Option<Symptom> {
        let step = self.steps.get(self.decided_by?)?;
        Some(Symptom { step: step.operation.clone(), about: step.about.clone()?, seen: step.seen? })
    }

    /// Whether a baseline lists the row as it is.
    pub fn is_known(&self) -> bool {
        self.standing
            .as_ref()
            .is_some_and(|standing| matches!(standing.news, News::Known | News::Quarantined))
    }
}

/// A piece of a case file with a mark.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Excerpt {
    /// The number of the first line.
    pub first_line: usize,
    /// The lines.
    pub lines: Vec<String>,
    /// The marked line.
    pub line: usize,
    /// The first marked column, from 1.
    pub column: usize,
    /// How many characters are marked.
    pub length: usize,
}

/// A document that promises something.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SourceInfo {
    /// As cited.
    pub key: String,
    /// Its address.
    pub url: Option<String>,
    /// The promise, in our words.
    pub says: Option<String>,
    /// Whose service was recorded to answer so, where others have recorded it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_of: Option<String>,
}

/// A step with what came of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct StepReport {
    /// The operation, as in the file.
    pub operation: String,
    /// The line in the file.
    pub line: usize,
    /// Whether it claims something.
    pub claim: bool,
    /// What came of it.
    pub result: StepResult,
    /// What was expected, if that did not come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What came.
    pub got: String,
    /// What of the answer is not as claimed: `refusal`, `success`, `content`, the name of a header or an element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// In which way it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Amiss>,
    /// The exchanges of the step, by number: the first and the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<(u32, u32)>,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StepResult {
    /// As expected.
    Met,
    /// Allowed, not preferred.
    Tolerated,
    /// Not as expected.
    Unmet,
    /// No answer that could be judged.
    Trouble,
    /// Not tried: what it needs was not produced.
    Skipped,
}

/// What a run left behind.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct CleanUp {
    /// What could not be removed, with a command that removes it.
    pub left: Vec<String>,
    /// Where the clean-up met trouble.
    pub trouble: Vec<String>,
}
