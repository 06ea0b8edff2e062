//! The registry of documents that cases cite.

use std::collections::BTreeMap;

use mpuspec_mock::provider::{Document, Origin, Problem, Publisher};
use mpuspec_mock::yaml::{self, Mistake, Path, Value};

/// All publishers with their pages.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    publishers: BTreeMap<String, Publisher>,
}

/// A source that was looked up.
#[derive(Clone, Copy, Debug)]
pub struct Cited<'r> {
    /// Who published it.
    pub publisher: &'r Publisher,
    /// The page.
    pub page: &'r Document,
    /// The promise, in our words.
    pub says: Option<&'r str>,
}

impl Registry {
    /// Reads a registry file.
    pub fn load(origin: &Origin) -> Result<Self, Vec<Problem>> {
        let problem = |placed| Problem { origin: origin.clone(), placed };
        let value = yaml::parse(&origin.text).map_err(|placed| vec![problem(placed)])?;
        let Value::Mapping(mapping) = value else {
            let mistake = Mistake::at(&Path::root(), "the registry maps publishers to their pages");
            return Err(vec![problem(mistake.place(&origin.text))]);
        };
        let (publishers, mistakes) = yaml::decode_collecting(mapping, &Path::root());
        match publishers {
            Some(publishers) if mistakes.is_empty() => Ok(Self { publishers }),
            _ => Err(mistakes.into_iter().map(|mistake| problem(mistake.place(&origin.text))).collect()),
        }
    }

    /// Adds documents that come with a provider file.
    pub fn add(&mut self, documents: &BTreeMap<String, Publisher>) {
        for (key, publisher) in documents {
            let known = self.publishers.entry(key.clone()).or_insert_with(|| publisher.clone());
            for (page, document) in &publisher.pages {
                let known = known.pages.entry(page.clone()).or_insert_with(|| document.clone());
                known.says.extend(document.says.clone());
            }
        }
    }

    /// Looks up `PUBLISHER/PAGE#ANCHOR`.
    pub fn find(&self, source: &str) -> Result<Cited<'_>, String> {
        let unknown = |noun: &str, name: &str, known: Vec<&String>| {
            let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
            Err(yaml::unknown(noun, name, &known).message)
        };
        let (page_key, anchor) =
            source.split_once('#').map_or((source, None), |(page, anchor)| (page, Some(anchor)));
        let Some((publisher_key, page_key)) = page_key.split_once('/') else {
            return Err(format!("`{source}` is not of the form PUBLISHER/PAGE#ANCHOR"));
        };
        let Some(publisher) = self.publishers.get(publisher_key) else {
            return unknown("publisher", publisher_key, self.publishers.keys().collect());
        };
        let Some(page) = publisher.pages.get(page_key) else {
            return unknown("page", page_key, publisher.pages.keys().collect());
        };
        let says = match anchor {
            None => None,
            Some(anchor) => match page.says.get(anchor) {
                Some(says) => Some(says.as_str()),
                None => return unknown("anchor", anchor, page.says.keys().collect()),
            },
        };
        Ok(Cited { publisher, page, says })
    }

    /// Looks up what a report tells of a source: its address, and the promise in our words.
    pub fn describe(&self, source: &str) -> (Option<String>, Option<String>) {
        match self.find(source) {
            Ok(cited) => (Some(cited.page.url.clone()), cited.says.map(str::to_owned)),
            Err(_) => (is_address(source).then(|| source.to_owned()), None),
        }
    }

    /// Whose service was recorded, where a source is a recording.
    pub fn recorded_of(&self, source: &str) -> Option<String> {
        self.find(source).ok()?.page.of.clone()
    }

    /// Every `PUBLISHER/PAGE#ANCHOR` that can be cited.
    pub fn all(&self) -> Vec<String> {
        let mut all = Vec::new();
        for (publisher, entry) in &self.publishers {
            for (page, document) in &entry.pages {
                all.extend(document.says.keys().map(|anchor| format!("{publisher}/{page}#{anchor}")));
            }
        }
        all
    }
}

/// Returns whether a source is the address of a document of the user's own.
pub(crate) fn is_address(source: &str) -> bool {
    source.starts_with("https://") || source.starts_with("http://")
}

/// Returns whether a source binds who published under these keys. A document that users cite by its address
/// binds whomever they hold to it.
pub(crate) fn binds(source: &str, publishers: &[String]) -> bool {
    is_address(source) || publishers.iter().any(|own| own == publisher_of(source))
}

/// The publisher of a source: what stands before the slash.
fn publisher_of(source: &str) -> &str {
    source.split_once('/').map_or(source, |(publisher, _)| publisher)
}
