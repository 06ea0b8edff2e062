//! The file: YAML to what is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use mpuspec_mock::files::{LONGEST_BY_HAND, read_text};
use mpuspec_mock::provider::{Origin, Problem, placed_lines};
use mpuspec_mock::yaml::{self, Mistake, Path, Spot, Value};
use serde::Deserialize;
use serde::de::value::{SeqAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use thiserror::Error;

use super::{BESIDE_THE_CATALOGUE, TODO};
use crate::report::{Judged, Verdict};

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
    /// What is known, by row.
    pub cases: BTreeMap<String, Known>,
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
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    verdict: Verdicts,
    judged: Option<Judged>,
    why: String,
    link: Option<String>,
}

/// One verdict, or a list of them.
struct Verdicts(Vec<Verdict>);

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
            check(id, entry, &Path::root().key("cases").key(id), &mut mistakes);
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
            link: entry.link,
        };
        Ok(Self {
            origin,
            server: file.server,
            version: file.version,
            provider: file.provider,
            suite: file.suite,
            left: file.left,
            cases: file.cases.into_iter().map(|(id, entry)| (id, known(entry))).collect(),
        })
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

    /// The verdicts that are known to come, by row.
    pub fn verdicts(&self) -> impl Iterator<Item = (String, Verdict)> {
        let each = |(id, known): (&String, &Known)| {
            let pairs: Vec<_> = known.verdicts.iter().map(|verdict| (id.clone(), *verdict)).collect();
            pairs
        };
        self.cases.iter().flat_map(each)
    }

    /// Entries that name no row of these, nor one that stands beside the catalogue.
    pub fn stale(&self, rows: &BTreeSet<String>) -> Vec<String> {
        let is_there = |id: &str| rows.contains(id) || BESIDE_THE_CATALOGUE.contains(&id);
        self.cases.keys().filter(|id| !is_there(id)).cloned().collect()
    }

    /// Entries whose reason has still to be written.
    pub fn unexplained(&self) -> Vec<String> {
        self.cases.iter().filter(|(_, known)| known.why == TODO).map(|(id, _)| id.clone()).collect()
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
    if entry.why.trim().is_empty() {
        let message = format!("`{id}` has no reason; write a sentence, or {TODO}");
        mistakes.push(Mistake::at(&path.key("why"), message));
    }
    let is_address = |link: &String| link.starts_with("https://") || link.starts_with("http://");
    if entry.link.as_ref().is_some_and(|link| !is_address(link)) {
        let message = "a link begins with https:// or http://; words belong into `why`";
        mistakes.push(Mistake::at(&path.key("link"), message));
    }
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
