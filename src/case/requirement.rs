//! The registry of requirements: each promise of the documents, the providers that it binds, and
//! the entry that carries its check.

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::provider::{Origin, Problem, Provider};
use mpuspec_mock::yaml::{self, Mapping, Mistake, Path, Spot, Value};
use serde::Deserialize;

use super::load::Case;
use super::source::Registry;

/// All requirements, by id.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    entries: BTreeMap<String, Requirement>,
    waits: BTreeMap<String, String>,
}

/// One promise.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The promise, in our words.
    pub says: String,
    /// Where it stands.
    pub source: String,
    /// Who is held to it, and how.
    pub held: Held,
}

/// How a requirement is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// These providers must pass a case that names it.
    Binds(Vec<String>),
    /// Another entry says the same and carries the check.
    SameAs(String),
    /// No case decides it, for this reason.
    NotJudged(String),
}

/// The registry as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    waits: BTreeMap<String, String>,
    requirements: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    says: String,
    source: String,
    binds: Option<Vec<String>>,
    same_as: Option<String>,
    not_judged: Option<String>,
}

impl Requirements {
    /// Reads a registry file. `providers` are those that can be bound, with the documents they bring.
    pub fn load(origin: &Origin, registry: &Registry, providers: &[Provider]) -> Result<Self, Vec<Problem>> {
        let problem = |placed| Problem { origin: origin.clone(), placed };
        let value = yaml::parse(&origin.text).map_err(|placed| vec![problem(placed)])?;
        let Value::Mapping(mapping) = value else {
            let mistake = Mistake::at(&Path::root(), "the registry is a mapping with `requirements:`");
            return Err(vec![problem(mistake.place(&origin.text))]);
        };
        // Entries that cannot be read are still there for others to refer to.
        let ids = written_ids(&mapping);
        let (file, mut mistakes) = yaml::decode_collecting::<File>(mapping, &Path::root());
        let file = file.unwrap_or_default();
        let mut registry = registry.clone();
        providers.iter().for_each(|provider| registry.add(&provider.documents));
        // A provider that stands for unknown servers made no promise of its own.
        let bundled: Vec<&str> =
            providers.iter().filter(|p| !p.anonymous).map(|provider| provider.name.as_str()).collect();
        let mut reader = Reader { file: &file, ids, bundled, registry, mistakes: &mut mistakes };
        let entries = reader.read();
        if mistakes.is_empty() {
            return Ok(Self { entries, waits: file.waits });
        }
        let mut problems: Vec<Problem> =
            mistakes.into_iter().map(|mistake| problem(mistake.place(&origin.text))).collect();
        problems.sort_by_key(|problem| problem.placed.span.offset);
        Err(problems)
    }

    /// Looks a requirement up.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.entries.get(id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Requirement)> {
        self.entries.iter().map(|(id, requirement)| (id.as_str(), requirement))
    }

    /// Whether a provider is known and waits to be played.
    pub fn waits(&self, provider: &str) -> bool {
        self.waits.contains_key(provider)
    }

    /// What is wrong with the requirements that a case names.
    pub(super) fn check_case(&self, case: &Case) -> Vec<Mistake> {
        let path = Path::root().key("requirements");
        let known: Vec<&str> = self.entries.keys().map(String::as_str).collect();
        let mut found = Vec::new();
        for (at, id) in case.requirements.iter().enumerate() {
            let path = path.index(at);
            match self.entries.get(id).map(|requirement| &requirement.held) {
                // The list of all ids would bury the message.
                None => {
                    let message = yaml::unknown("requirement", id, &known).message;
                    found.push(Mistake::at(&path, message));
                }
                Some(Held::SameAs(carrier)) => found.push(Mistake::at(
                    &path,
                    format!("`{id}` says the same as `{carrier}`, which carries the check; name that one"),
                )),
                Some(Held::NotJudged(_)) => found.push(Mistake::at(
                    &path,
                    format!(
                        "the registry says that `{id}` is not judged; take it out here, or bind it there"
                    ),
                )),
                Some(Held::Binds(_)) if case.requirements[..at].contains(id) => {
                    found.push(Mistake::at(&path, format!("`{id}` stands here twice")));
                }
                Some(Held::Binds(_)) => {}
            }
        }
        found
    }
}

fn written_ids(mapping: &Mapping) -> BTreeSet<String> {
    let Some(Value::Mapping(entries)) = mapping.get("requirements") else { return BTreeSet::new() };
    entries.keys().filter_map(|key| key.as_str().map(str::to_owned)).collect()
}

struct Reader<'f> {
    file: &'f File,
    ids: BTreeSet<String>,
    bundled: Vec<&'f str>,
    registry: Registry,
    mistakes: &'f mut Vec<Mistake>,
}

impl Reader<'_> {
    fn read(&mut self) -> BTreeMap<String, Requirement> {
        let root = Path::root();
        for (name, why) in &self.file.waits {
            let path = root.key("waits").key(name);
            if self.bundled.contains(&name.as_str()) {
                let message = format!("`{name}` is bundled by now and waits no more; take this out");
                self.mistakes.push(Mistake::at_key(&path, message));
            }
            self.reason(why, &path);
        }
        let mut read = BTreeMap::new();
        for (id, entry) in &self.file.requirements {
            let path = root.key("requirements").key(id);
            if let Some(requirement) = self.entry(id, entry, &path) {
                read.insert(id.clone(), requirement);
            }
        }
        read
    }

    fn entry(&mut self, id: &str, entry: &Entry, path: &Path) -> Option<Requirement> {
        if !is_path(id) {
            let message = "an id is a path in-kebab-case, such as aws/parts/gaps";
            self.mistakes.push(Mistake::at_key(path, message));
        }
        self.reason(&entry.says, &path.key("says"));
        match self.registry.find(&entry.source) {
            Ok(cited) if cited.says.is_none() => {
                let message = "name the anchor too, so that the promise can be shown";
                self.mistakes.push(Mistake::at(&path.key("source"), message));
            }
            Ok(_) => {}
            Err(message) => self.mistakes.push(Mistake::at(&path.key("source"), message)),
        }
        let held = match (&entry.binds, &entry.same_as, &entry.not_judged) {
            (Some(binds), None, None) => {
                self.binds(binds, &path.key("binds"));
                Held::Binds(binds.clone())
            }
            (None, Some(carrier), None) => {
                self.same_as(carrier, &path.key("same_as"));
                Held::SameAs(carrier.clone())
            }
            (None, None, Some(why)) => {
                self.reason(why, &path.key("not_judged"));
                Held::NotJudged(why.clone())
            }
            _ => {
                let message = "an entry says one of `binds`, `same_as` and `not_judged`";
                self.mistakes.push(Mistake::at_key(path, message));
                return None;
            }
        };
        Some(Requirement { says: entry.says.clone(), source: entry.source.clone(), held })
    }

    fn reason(&mut self, text: &str, path: &Path) {
        if text.trim().is_empty() {
            self.mistakes.push(Mistake::at(path, "this says nothing; write a sentence"));
        }
    }

    fn binds(&mut self, binds: &[String], path: &Path) {
        if binds.is_empty() {
            self.mistakes.push(Mistake::at(path, "name a provider that the requirement binds"));
        }
        let known: Vec<&str> =
            self.bundled.iter().copied().chain(self.file.waits.keys().map(String::as_str)).collect();
        for (at, name) in binds.iter().enumerate() {
            let path = path.index(at);
            if !known.contains(&name.as_str()) {
                self.mistakes.push(Mistake { path, ..yaml::unknown("provider", name, &known) });
            } else if binds[..at].contains(name) {
                self.mistakes.push(Mistake::at(&path, format!("`{name}` stands here twice")));
            }
        }
    }

    fn same_as(&mut self, carrier: &str, path: &Path) {
        if !self.ids.contains(carrier) {
            let known: Vec<&str> = self.ids.iter().map(String::as_str).collect();
            let message = yaml::unknown("requirement", carrier, &known).message;
            self.mistakes.push(Mistake::at(path, message));
            return;
        }
        let Some(entry) = self.file.requirements.get(carrier) else { return };
        let message = if let Some(further) = &entry.same_as {
            format!("`{carrier}` refers to `{further}` in turn; name the entry that carries the check")
        } else if entry.not_judged.is_some() {
            format!("`{carrier}` is not judged and carries no check; say why here too")
        } else {
            return;
        };
        self.mistakes.push(Mistake { path: path.clone(), spot: Spot::Value, message, help: None });
    }
}

fn is_path(id: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    id.contains('/') && id.split('/').all(word)
}

#[cfg(test)]
mod tests {
    use mpuspec_mock::provider::{Document, Publisher};

    use super::*;
    use crate::case::load_case;

    fn origin(text: &str) -> Origin {
        Origin { name: "requirements.yaml".to_owned(), text: text.to_owned() }
    }

    fn load(text: &str) -> Result<Requirements, Vec<(usize, String)>> {
        let says = BTreeMap::from([("b".to_owned(), "it is so".to_owned())]);
        let page = Document { says, ..Document::default() };
        let pages = BTreeMap::from([("page".to_owned(), page)]);
        let mut registry = Registry::default();
        registry.add(&BTreeMap::from([("a".to_owned(), Publisher { pages, ..Publisher::default() })]));
        let providers: Vec<Provider> = ["aws-s3", "generic"]
            .iter()
            .map(|name| mpuspec_mock::provider::load(name).expect("it is bundled"))
            .collect();
        Requirements::load(&origin(text), &registry, &providers).map_err(|problems| {
            problems.into_iter().map(|p| (p.placed.span.line, p.placed.message)).collect()
        })
    }

    const GOOD: &str = "\
waits: { elsewhere: not yet }
requirements:
  a/one: { says: It is., source: \"a/page#b\", binds: [aws-s3, elsewhere] }
  a/two: { says: It is., source: \"a/page#b\", same_as: a/one }
  a/three: { says: It is., source: \"a/page#b\", not_judged: nobody can }
";

    #[test]
    fn entries_are_read() {
        let requirements = load(GOOD).expect("it is valid");
        assert_eq!(requirements.iter().count(), 3);
        let held = |id: &str| requirements.get(id).expect("it is there").held.clone();
        assert_eq!(held("a/one"), Held::Binds(vec!["aws-s3".to_owned(), "elsewhere".to_owned()]));
        assert_eq!(held("a/two"), Held::SameAs("a/one".to_owned()));
        assert!(requirements.waits("elsewhere") && !requirements.waits("aws-s3"));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let found = load(
            "\
waits: { aws-s3: not yet }
requirements:
  a/one: { says: \"\", source: \"a/page#c\", binds: [aws-s4, generic, aws-s3, aws-s3] }
  A/two: { says: It is., source: \"a/page\", same_as: a/on }
  a/three: { says: It is., source: \"a/page#b\" }
  a/four: { says: It is., source: \"a/page#b\", not_judged: nobody can, binds: [aws-s3] }
  a/five: { says: It is., source: \"a/page#b\", not_judged: nobody can }
  a/six: { says: It is., source: \"a/page#b\", same_as: a/five }
  a/seven: { says: It is., source: \"a/page#b\", same_as: a/six }
  a/eight: { says: It is., sourc: \"a/page#b\", same_as: a/one }
",
        )
        .expect_err("it is full of mistakes");
        let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 3, 3, 3, 3, 4, 4, 4, 5, 6, 8, 9, 10], "{found:#?}");
        for part in [
            "there is no provider `aws-s4` here; did you mean `aws-s3`?",
            "there is no provider `generic` here",
            "there is no requirement `a/on` here; did you mean `a/one`?",
            "`a/six` refers to `a/five` in turn",
            "did you mean `source`?",
        ] {
            assert!(found.iter().any(|(_, message)| message.contains(part)), "{part}: {found:#?}");
        }
    }

    #[test]
    fn an_id_that_stands_twice_is_refused() {
        let twice = format!("{GOOD}  a/one: {{ says: Again., source: \"a/page#b\", same_as: a/two }}\n");
        assert_eq!(load(&twice).expect_err("twice").len(), 1);
    }

    #[test]
    fn a_case_names_entries_that_carry_a_check() {
        let text = "\
title: x
level: MUST
source: [x]
requirements: [a/one, a/two, a/three, a/fou, a/one]
steps:
  - list_uploads:
    expect: ok
";
        let case = load_case("x/y", origin(text)).expect("it is a case");
        let told: Vec<String> =
            load(GOOD).expect("valid").check_case(&case).into_iter().map(|m| m.message).collect();
        assert_eq!(told.len(), 4, "{told:#?}");
        assert!(told[0].contains("`a/one`, which carries the check"), "{told:#?}");
    }
}
