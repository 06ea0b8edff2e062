//! The file: YAML to what is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use mpuspec_mock::files::{LONGEST_BY_HAND, read_text};
use mpuspec_mock::provider::{Origin, Problem, placed_lines};
use mpuspec_mock::yaml::{self, Mistake, Path, Spot, Value};
use serde::Deserialize;
use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use thiserror::Error;

use super::{BESIDE_THE_CATALOGUE, TODO};
use crate::case::{Pattern, RowId};
use crate::report::{Judged, RowReport, Verdict};

/// What is known about a server that does not pass everything.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The file, with its text.
    pub origin: Origin,
    /// The name of the server.
    pub server: Option<String>,
    /// The version that was looked at.
    pub version: Option<String>,
    /// The provider whose promises counted.
    pub provider: Option<String>,
    /// The version of the suite that it was written with: newer cases are news of the suite.
    pub suite: Option<String>,
    /// Why a run cannot remove everything.
    pub left: Option<String>,
    /// What is known, by row, or by a pattern over rows.
    pub cases: BTreeMap<String, Known>,
    /// What is known by cause, each with its rows.
    pub causes: BTreeMap<String, KnownCause>,
}

/// What is known about a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCause {
    /// What is known about each of its rows.
    pub known: Known,
    /// Its rows, or patterns over them: one that is not among them is news.
    pub rows: Vec<String>,
}

/// What is known about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The verdicts that are known to come, the usual one first.
    pub verdicts: Vec<Verdict>,
    /// Who is wrong.
    pub judged: Option<Judged>,
    /// Why.
    pub why: String,
    /// Where that is told at length.
    pub link: Option<String>,
    /// The last day on which it may pass and fail as it likes.
    pub quarantine: Option<Date>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    server: Option<String>,
    version: Option<String>,
    provider: Option<String>,
    suite: Option<String>,
    left: Option<String>,
    cases: BTreeMap<String, Entry>,
    causes: BTreeMap<String, CauseEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    verdict: Verdicts,
    judged: Option<Judged>,
    why: String,
    link: Option<String>,
    quarantine: Option<Quarantine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CauseEntry {
    #[serde(default = "Verdicts::of_causes")]
    verdict: Verdicts,
    judged: Option<Judged>,
    why: String,
    link: Option<String>,
    rows: Vec<String>,
}

/// A row that may pass and fail for a while, because somebody works on it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quarantine {
    until: String,
    link: String,
}

/// One verdict, or a list of them.
struct Verdicts(Vec<Verdict>);

impl Verdicts {
    /// Those of the rows of a cause, where none are written.
    fn of_causes() -> Self {
        Self(vec![Verdict::Fail, Verdict::Blocked])
    }
}

impl<'de> Deserialize<'de> for Verdicts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMore)
    }
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = Verdicts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a verdict, or a list of verdicts")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Verdicts, E> {
        Verdict::deserialize(StrDeserializer::new(word)).map(|verdict| Verdicts(vec![verdict]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, words: A) -> Result<Verdicts, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(words)).map(Verdicts)
    }
}

/// Why a baseline cannot be read.
#[derive(Debug, Error)]
pub enum BaselineError {
    /// The file cannot be read.
    #[error("{path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file has mistakes.
    #[error("{}", placed_lines(.0))]
    Invalid(Vec<Problem>),
}

/// Each is held against each row.
const MOST_PATTERNS: usize = 1_000;
/// Characters of all patterns together.
const MOST_OF_PATTERNS: usize = 20_000;
/// Steps that all patterns may take with all rows of a report: some seconds.
const MOST_STEPS: usize = 4_000_000_000;
/// A row of one's own is called by its path.
const LONGEST_ID: usize = 500;

fn length_of_patterns<'i>(ids: impl Iterator<Item = &'i String>) -> usize {
    ids.filter(|id| is_pattern(id)).map(String::len).sum()
}

impl Baseline {
    /// Reads a file.
    pub fn read(path: &std::path::Path) -> Result<Self, BaselineError> {
        let name = path.display().to_string();
        match read_text(path, LONGEST_BY_HAND) {
            Ok(text) => Self::load(Origin { name, text }).map_err(BaselineError::Invalid),
            Err(error) => Err(BaselineError::Unreadable { path: name, reason: error.to_string() }),
        }
    }

    /// Reads a text; every mistake in it is told with its place.
    pub fn load(origin: Origin) -> Result<Self, Vec<Problem>> {
        let value =
            yaml::parse(&origin.text).map_err(|placed| vec![Problem { origin: origin.clone(), placed }])?;
        let (file, mut mistakes) = match value {
            Value::Mapping(mapping) => yaml::decode_collecting::<File>(mapping, &Path::root()),
            _ => {
                let message = "a baseline is a mapping with `cases:`, and below it an entry a row";
                (None, vec![Mistake::at(&Path::root(), message)])
            }
        };
        let file = file.unwrap_or_default();
        for (id, entry) in &file.cases {
            let path = Path::root().key("cases").key(id);
            check(id, entry, &path, &mut mistakes);
            if let Some(Quarantine { until, .. }) = &entry.quarantine
                && until.parse::<Date>().is_err()
            {
                let message = format!("`{until}` is no date; write it as 2027-01-31");
                mistakes.push(Mistake::at(&path.key("quarantine").key("until"), message));
            }
        }
        for (id, entry) in &file.causes {
            let path = Path::root().key("causes").key(id);
            if entry.rows.is_empty() {
                let message = "a cause lists its rows, so that one more is news";
                mistakes.push(Mistake::at(&path.key("rows"), message));
            }
            has_reason(id, &entry.why, &path, &mut mistakes);
        }
        let ids = || file.cases.keys().chain(file.causes.values().flat_map(|cause| &cause.rows));
        if ids().filter(|id| is_pattern(id)).count() > MOST_PATTERNS {
            let message = format!("it has more than {MOST_PATTERNS} patterns");
            mistakes.push(Mistake::at(&Path::root(), message));
        }
        if length_of_patterns(ids()) > MOST_OF_PATTERNS {
            let message = format!("its patterns have more than {MOST_OF_PATTERNS} characters");
            mistakes.push(Mistake::at(&Path::root(), message));
        }
        if ids().any(|id| id.len() > LONGEST_ID) {
            let message = format!("a row has up to {LONGEST_ID} characters");
            mistakes.push(Mistake::at(&Path::root(), message));
        }
        if let Some(suite) = file.suite.as_ref().filter(|suite| numbers(suite).is_none()) {
            let message =
                format!("`{suite}` is no version; write numbers with points between, such as 0.1.0");
            mistakes.push(Mistake::at(&Path::root().key("suite"), message));
        }
        if !mistakes.is_empty() {
            let place =
                |mistake: Mistake| Problem { origin: origin.clone(), placed: mistake.place(&origin.text) };
            let mut problems: Vec<Problem> = mistakes.into_iter().map(place).collect();
            problems.sort_by_key(|problem| problem.placed.span.offset);
            return Err(problems);
        }
        let known = |entry: Entry| Known {
            verdicts: entry.verdict.0,
            judged: entry.judged,
            why: entry.why.trim().to_owned(),
            link: entry.link.or(entry.quarantine.as_ref().map(|quarantine| quarantine.link.clone())),
            quarantine: entry.quarantine.and_then(|quarantine| quarantine.until.parse().ok()),
        };
        let of_cause = |entry: CauseEntry| KnownCause {
            known: Known {
                verdicts: entry.verdict.0,
                judged: entry.judged,
                why: entry.why.trim().to_owned(),
                link: entry.link,
                quarantine: None,
            },
            rows: entry.rows,
        };
        Ok(Self {
            origin,
            server: file.server,
            version: file.version,
            provider: file.provider,
            suite: file.suite,
            left: file.left,
            cases: file.cases.into_iter().map(|(id, entry)| (id, known(entry))).collect(),
            causes: file.causes.into_iter().map(|(id, entry)| (id, of_cause(entry))).collect(),
        })
    }

    /// What is known about a row: by its own entry, by that of a cause, or by a pattern.
    pub fn of(&self, row: &str) -> Option<&Known> {
        let id = RowId::parse(row);
        let names = |known: &str| match is_pattern(known) {
            true => Pattern::new(known).fits(&id),
            false => known == row || known == id.case,
        };
        let of_cause = || self.causes.values().find(|cause| cause.rows.iter().any(|row| names(row)));
        let by_pattern = || self.cases.iter().find(|(pattern, _)| is_pattern(pattern) && names(pattern));
        let own = self.cases.get(row);
        own.or_else(|| Some(&of_cause()?.known)).or_else(|| Some(by_pattern()?.1))
    }

    /// Whether it would take too long to hold all of these rows against its patterns.
    pub fn is_too_long_for(&self, rows: &[RowReport]) -> bool {
        let ids = self.cases.keys().chain(self.causes.values().flat_map(|cause| &cause.rows));
        let names: usize = rows.iter().map(|row| row.name().len()).sum();
        length_of_patterns(ids).saturating_mul(names) > MOST_STEPS
    }

    /// The same for today's ids of rows, in its text too. `renamed` has earlier ids with those of today.
    #[must_use]
    pub fn with_todays_ids(self, renamed: &BTreeMap<String, String>) -> Self {
        let is_known = |id: &String| self.cases.contains_key(id);
        let earlier: Vec<_> = renamed.iter().filter(|(was, id)| is_known(was) && !is_known(id)).collect();
        if earlier.is_empty() {
            return self;
        }
        let mut text = self.origin.text.clone();
        for (was, id) in earlier {
            let Some(span) = yaml::locate(&text, &Path::root().key("cases").key(was), Spot::Key) else {
                continue;
            };
            text.replace_range(span.offset..span.offset + span.length, &super::draft::quoted(id));
        }
        let origin = Origin { name: self.origin.name.clone(), text };
        Self::load(origin).unwrap_or(self)
    }

    /// The verdicts that are known to come, of these rows.
    pub fn verdicts(&self, rows: &BTreeSet<String>) -> impl Iterator<Item = (String, Verdict)> {
        let beside = BESIDE_THE_CATALOGUE.iter().map(|row| (*row).to_owned());
        let each = |row: String| {
            let known = self.of(&row).map(|known| known.verdicts.clone()).unwrap_or_default();
            known.into_iter().map(move |verdict| (row.clone(), verdict))
        };
        rows.iter().cloned().chain(beside).flat_map(each)
    }

    /// Entries that name no row of these, nor one that stands beside the catalogue.
    pub fn stale(&self, rows: &BTreeSet<String>) -> Vec<String> {
        let fits = |pattern: &Pattern| rows.iter().any(|row| pattern.fits(&RowId::parse(row)));
        let is_there = |id: &str| {
            rows.contains(id)
                || BESIDE_THE_CATALOGUE.contains(&id)
                || (is_pattern(id) && fits(&Pattern::new(id)))
        };
        let of_causes = self.causes.values().flat_map(|cause| &cause.rows);
        self.cases.keys().chain(of_causes).filter(|id| !is_there(id)).cloned().collect()
    }

    /// Entries whose reason has still to be written.
    pub fn unexplained(&self) -> Vec<String> {
        let of_cases = self.cases.iter().filter(|(_, known)| known.why == TODO).map(|(id, _)| id);
        let of_causes = self.causes.iter().filter(|(_, cause)| cause.known.why == TODO).map(|(id, _)| id);
        of_cases.chain(of_causes).cloned().collect()
    }

    /// Whether a case is newer than the suite that the file was written with.
    pub(super) fn is_older_than(&self, since: Option<&str>) -> bool {
        let (written, since) = (self.suite.as_deref().and_then(numbers), since.and_then(numbers));
        written.zip(since).is_some_and(|(written, since)| written < since)
    }
}

fn check(id: &str, entry: &Entry, path: &Path, mistakes: &mut Vec<Mistake>) {
    let passes =
        |verdict: &Verdict| matches!(verdict, Verdict::Pass | Verdict::Tolerated | Verdict::NotApplicable);
    if entry.verdict.0.iter().all(passes) {
        let message = "only rows that do not pass are listed; name fail, blocked, error or unsupported here, or take the entry out";
        mistakes.push(Mistake::at(&path.key("verdict"), message));
    }
    has_reason(id, &entry.why, path, mistakes);
    let is_address = |link: &String| link.starts_with("https://") || link.starts_with("http://");
    if entry.link.as_ref().is_some_and(|link| !is_address(link)) {
        let message = "a link begins with https:// or http://; words belong into `why`";
        mistakes.push(Mistake::at(&path.key("link"), message));
    }
    if entry.link.as_ref().is_some_and(|link| link.len() > LONGEST_WHY) {
        let message = format!("a link has up to {LONGEST_WHY} characters");
        mistakes.push(Mistake::at(&path.key("link"), message));
    }
}

/// Characters of a reason: each row that it is for has it.
const LONGEST_WHY: usize = 1_000;

fn has_reason(id: &str, why: &str, path: &Path, mistakes: &mut Vec<Mistake>) {
    if why.chars().count() > LONGEST_WHY {
        let message =
            format!("a reason has up to {LONGEST_WHY} characters; what is longer belongs behind a `link`");
        mistakes.push(Mistake::at(&path.key("why"), message));
    }
    if why.trim().is_empty() {
        let message = format!("`{id}` has no reason; write a sentence, or {TODO}");
        mistakes.push(Mistake::at(&path.key("why"), message));
    }
}

/// Whether an entry stands for several rows.
pub(super) fn is_pattern(id: &str) -> bool {
    !Pattern::new(id).is_literal()
}

/// A version as numbers, which are compared one by one; what follows a hyphen does not count.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let version = version.split_once('-').map_or(version, |(numbers, _)| numbers);
    version.split('.').map(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Baseline, Vec<Problem>> {
        Baseline::load(Origin { name: "b.yaml".to_owned(), text: text.to_owned() })
    }

    #[test]
    fn a_verdict_is_a_word_or_a_list() {
        let text = "suite: 0.1.0\ncases:\n  a/b: { verdict: fail, why: x }\n  \"a/c[d]\": { verdict: [pass, fail], judged: open, why: TODO }\n";
        let baseline = load(text).expect("a baseline");
        assert_eq!(baseline.cases["a/b"].verdicts, [Verdict::Fail]);
        assert_eq!(baseline.cases["a/c[d]"].verdicts, [Verdict::Pass, Verdict::Fail]);
        assert_eq!(baseline.unexplained(), ["a/c[d]"]);
        assert_eq!(baseline.stale(&["a/b".to_owned()].into()), ["a/c[d]"]);
        assert!(baseline.is_older_than(Some("0.10.0")) && !baseline.is_older_than(Some("0.1.0")));
        assert!(!baseline.is_older_than(None));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let text = "suite: newest\ncases:\n  a/b: { verdict: fial, why: x }\n  a/c: { verdict: fail }\n  a/d: { verdict: pass, why: x }\n  a/e: { verdict: fail, why: \" \" }\n  a/f: { verdict: fail, why: x, lnik: y }\n  a/g: { verdict: fail, why: x, link: there }\n";
        let problems = load(text).expect_err("it is full of mistakes");
        let told: Vec<(usize, &str)> = problems
            .iter()
            .map(|problem| (problem.placed.span.line, problem.placed.message.as_str()))
            .collect();
        let lines: Vec<usize> = told.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 4, 5, 6, 7, 8], "{told:#?}");
        for part in [
            "did you mean `fail`?",
            "did you mean `link`?",
            "missing field `why`",
            "only rows that do not pass",
        ] {
            assert!(told.iter().any(|(_, message)| message.contains(part)), "{part}: {told:#?}");
        }
        assert!(load("- a\n").is_err() && load("cases: [\n").is_err());
    }
}
