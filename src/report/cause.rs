//! What is behind failing rows, as a report has it.

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::provider::Harm;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evidence::decisive;
use super::{Confirmed, Finding, News, Report, RowReport, Verdict};
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
    /// What the promise rests on.
    #[serde(default)]
    pub basis: Basis,
    /// How often it showed when it was tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Confirmed>,
    /// Reports of the same in public trackers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// The row that shows it best.
    pub shown_by: String,
    /// All rows that it fails, that one among them.
    pub rows: Vec<String>,
    /// Rows that cannot be judged because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<String>,
    /// What exploring and the audit found of it, as positions among the findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<usize>,
}

/// What somebody asks of a store, answered from the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// A stable name.
    pub id: String,
    /// The question.
    pub question: String,
    /// Whether the answer is the one that everybody hopes for; null where too little was judged.
    pub good: Option<bool>,
    /// The answer, in words.
    pub answer: String,
}

/// What a promise rests on.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Somebody recorded what the provider answers to just that.
    Recorded,
    /// A document of the provider says it.
    Documented,
    /// It follows from what documents say.
    #[default]
    Inferred,
}

impl Basis {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Documented => "documented",
            Self::Inferred => "inferred",
        }
    }
}

impl Cause {
    /// How many rows it reddens.
    pub fn count(&self) -> usize {
        self.rows.len() + self.blocked.len()
    }

    /// The harm that it does, and what it is.
    pub fn headline(&self) -> String {
        format!("{}: {}", self.harm.name().to_uppercase(), self.title)
    }

    /// Its rows, those first that fail.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.rows.iter().chain(&self.blocked)
    }

    /// Whether bytes or secrets are at stake.
    pub fn is_grave(&self) -> bool {
        matches!(self.harm, Harm::Data | Harm::Security)
    }

    /// How many rows it has, and how often it showed.
    pub fn extent(&self) -> String {
        let rows = counted(self.count(), "row");
        let level = if self.level == Level::Must { "" } else { self.level.name() };
        let seen = self.seen.map(|seen| format!("seen in {} of {} tries", seen.shown, seen.tries));
        let parts = [seen, Some(rows), Some(level.to_owned()).filter(|level| !level.is_empty())];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// The call whose answer decided, where it was one.
fn asked(row: &RowReport) -> String {
    let step = decisive(row).filter(|step| !["together", "at_once"].contains(&step.operation.as_str()));
    step.map_or_else(String::new, |step| format!("{}: ", step.operation))
}

/// The rows of a report by their whole ids.
#[derive(Clone, Debug)]
pub struct ByName<'r>(BTreeMap<String, &'r RowReport>);

impl<'r> ByName<'r> {
    /// Returns a row.
    pub fn get(&self, name: &str) -> Option<&'r RowReport> {
        self.0.get(name).copied()
    }
}

impl Report {
    /// Returns the rows by their whole ids.
    pub fn by_name(&self) -> ByName<'_> {
        ByName(self.cases.iter().map(|row| (row.name(), row)).collect())
    }

    /// Returns what exploring or the audit found of a cause, the first of it.
    pub fn finding_of(&self, cause: &Cause) -> Option<&Finding> {
        self.findings.get(*cause.findings.first()?)
    }

    /// Returns the finding that shows a cause best, where it is one and no row.
    pub fn shown_by_finding(&self, cause: &Cause) -> Option<&Finding> {
        self.finding_of(cause).filter(|finding| finding.id == cause.shown_by)
    }

    /// Returns what was done and came back, in one line.
    pub fn shown_in_words(&self, cause: &Cause, rows: &ByName<'_>) -> Option<String> {
        match (self.shown_by_finding(cause), rows.get(&cause.shown_by)) {
            (Some(finding), _) => Some(format!("{}: {}", finding.id, finding.title)),
            (None, Some(row)) => Some(format!("{}: {}{}", row.name(), asked(row), row.reason.as_ref()?)),
            (None, None) => None,
        }
    }

    /// Returns the command that repeats what shows a cause best.
    pub fn again_of_cause(&self, cause: &Cause, rows: &ByName<'_>) -> Option<String> {
        match self.shown_by_finding(cause) {
            Some(finding) => self.again_of_finding(finding),
            None => rows.get(&cause.shown_by).and_then(|row| self.again(row)),
        }
    }

    /// Returns each cause with those of its rows that a baseline does not have; all of them where there is none.
    pub fn news(&self) -> Vec<(&Cause, Vec<&String>)> {
        let standings: BTreeMap<String, News> =
            self.cases.iter().filter_map(|row| Some((row.name(), row.standing.as_ref()?.news))).collect();
        let new: Option<BTreeSet<&String>> = self.baseline.as_ref().map(|held| held.new.iter().collect());
        let is_news = |name: &&String| match (&new, standings.get(*name)) {
            (None, _) => true,
            (Some(_), Some(news)) => *news == News::New,
            (Some(new), None) => new.contains(*name),
        };
        self.causes.iter().map(|cause| (cause, cause.names().filter(is_news).collect())).collect()
    }

    /// Returns how many rows have a cause. What exploring found has one row, and perhaps several causes.
    pub fn rows_with_causes(&self) -> usize {
        self.causes_by_row().len()
    }

    /// Returns how many causes there are of each harm, the worst first, in words.
    pub fn harms(&self) -> String {
        let of = |harm: Harm| {
            let count = self.causes.iter().filter(|cause| cause.harm == harm).count();
            (count > 0).then(|| format!("{count} {}", harm.name().to_uppercase()))
        };
        Harm::ALL.into_iter().filter_map(of).collect::<Vec<_>>().join(", ")
    }

    /// Returns the cause of each row that has one, by the name of the row.
    pub fn causes_by_row(&self) -> BTreeMap<&str, &Cause> {
        let mut by_row = BTreeMap::new();
        for cause in &self.causes {
            for name in cause.names() {
                by_row.entry(name.as_str()).or_insert(cause);
            }
        }
        by_row
    }

    /// Returns what kept a row from a judgement.
    pub fn kept_from_judgement(&self, row: &RowReport) -> String {
        match &row.cause {
            None => row.reason.clone().unwrap_or_default(),
            Some(cause) => {
                let answered = self.preflight.get(cause).map_or("", String::as_str);
                format!("needs {cause}, which was answered {answered} in the preflight")
            }
        }
    }

    /// Returns what kept rows from a judgement, with the rows, the most first. What a cause explains is left out.
    pub fn not_judged(&self) -> Vec<(Verdict, String, Vec<String>)> {
        let explained = self.causes_by_row();
        let mut folded: BTreeMap<(Verdict, String), Vec<String>> = BTreeMap::new();
        for verdict in [Verdict::Blocked, Verdict::Error, Verdict::Unsupported] {
            for row in self.cases.iter().filter(|row| row.verdict == verdict) {
                let name = row.name();
                if explained.contains_key(name.as_str()) {
                    continue;
                }
                // What differs from row to row is no reason of its own.
                let reason = self.kept_from_judgement(row);
                let reason = reason.split(", ETag").next().unwrap_or_default().to_owned();
                folded.entry((verdict, reason)).or_default().push(name);
            }
        }
        let mut folded: Vec<_> =
            folded.into_iter().map(|((verdict, reason), names)| (verdict, reason, names)).collect();
        folded.sort_by_key(|(_, _, names)| std::cmp::Reverse(names.len()));
        folded
    }
}

/// A number with what is counted.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
