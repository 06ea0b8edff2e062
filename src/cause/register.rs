//! The register of causes.

use std::sync::OnceLock;

use mpuspec_mock::provider::Harm;
use serde::Deserialize;

use super::bundled;
use crate::case::{Pattern, RowId};
use crate::report::{Amiss, Finding, Symptom};

const FILE: &str = include_str!("../../cases/causes.yaml");

/// A cause as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    title: String,
    harm: Harm,
    why: String,
    home: Vec<String>,
    symptoms: Vec<String>,
    #[serde(default)]
    but: Vec<String>,
    #[serde(default)]
    found: Vec<String>,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    known: Vec<String>,
}

/// A cause that is known.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) harm: Harm,
    pub(super) why: String,
    /// Reports of the same in public trackers.
    pub(super) known: Vec<String>,
    /// Without one of these rows it is not there.
    home: Vec<Pattern>,
    signs: Vec<Sign>,
    /// Symptoms that it does not explain, although they are among its signs.
    but: Vec<Sign>,
    found: Vec<Found>,
    also: Vec<Found>,
}

/// What a cause explains of what exploring finds: the kind, and signs of which each is there.
#[derive(Debug)]
struct Found {
    kind: Pattern,
    signs: Vec<Pattern>,
}

impl Found {
    fn parse(text: &str) -> Self {
        let mut words = text.split('&').map(|word| Pattern::new(word.trim()));
        let kind = words.next().unwrap_or_else(|| Pattern::new("**"));
        Self { kind, signs: words.collect() }
    }

    fn fits(&self, finding: &Finding) -> bool {
        let is_there = |pattern: &Pattern| finding.signs.iter().any(|sign| pattern.fits_text(sign));
        self.kind.fits_text(finding.kind.id()) && self.signs.iter().all(is_there)
    }

    /// How much the best of them asks for, which says more than one that asks for less.
    fn best(all: &[Self], finding: &Finding) -> Option<usize> {
        all.iter().filter(|found| found.fits(finding)).map(|found| found.signs.len()).max()
    }
}

/// What a cause explains: rows, what of the answer is amiss in them, and in which ways.
#[derive(Debug)]
struct Sign {
    rows: Pattern,
    about: Vec<Pattern>,
    seen: Vec<Amiss>,
}

impl Sign {
    fn parse(text: &str) -> Result<Self, String> {
        let mut words = text.split_whitespace();
        let rows = words.next().ok_or("a symptom begins with rows")?;
        let about = words.next().map(|about| about.split('|').map(Pattern::new).collect());
        let seen = |name: &str| {
            let named = Amiss::ALL.into_iter().find(|amiss| amiss.name() == name);
            named.ok_or_else(|| format!("`{name}` is no way to be amiss, in `{text}`"))
        };
        let seen =
            words.next().map(|all| all.split('|').map(seen).collect::<Result<Vec<_>, _>>()).transpose()?;
        match words.next() {
            Some(more) => Err(format!("`{more}` is one word too many in `{text}`")),
            None => Ok(Self {
                rows: Pattern::new(rows),
                about: about.unwrap_or_default(),
                seen: seen.unwrap_or_default(),
            }),
        }
    }

    fn fits(&self, symptom: Option<&Symptom>) -> bool {
        let Some(Symptom { step, about, seen }) = symptom else {
            return self.about.is_empty() && self.seen.is_empty();
        };
        let about = format!("{step}.{about}");
        (self.about.is_empty() || self.about.iter().any(|pattern| pattern.fits_text(&about)))
            && (self.seen.is_empty() || self.seen.contains(seen))
    }
}

impl Known {
    /// Whether it explains what a row shows.
    pub(super) fn explains(&self, row: &RowId, symptom: Option<&Symptom>) -> bool {
        let among = |signs: &[Sign]| signs.iter().any(|sign| sign.fits(symptom) && sign.rows.fits(row));
        among(&self.signs) && !among(&self.but)
    }

    /// How well it explains what exploring found, whatever the rows say; nothing if it does not.
    pub(super) fn is_shown_by(&self, finding: &Finding) -> Option<usize> {
        Found::best(&self.found, finding)
    }

    /// How well it explains what exploring found, where rows show it; nothing if it does not.
    pub(super) fn explains_finding(&self, finding: &Finding) -> Option<usize> {
        self.is_shown_by(finding).max(Found::best(&self.also, finding))
    }

    /// Whether it could explain something of a row.
    pub(super) fn could_explain(&self, row: &RowId) -> bool {
        self.signs.iter().any(|sign| sign.rows.fits(row))
    }

    /// Whether a row is one of those without which it is not there.
    pub(super) fn is_at_home_in(&self, row: &RowId) -> bool {
        self.home.iter().any(|home| home.fits(row))
    }
}

fn read() -> Result<Vec<Known>, String> {
    let entries: Vec<Entry> = bundled::read(FILE)?;
    let known = |entry: Entry| {
        let Entry { id, title, harm, why, home, symptoms, but, found: listed, also, known } = entry;
        let signs = |all: &[String]| all.iter().map(|text| Sign::parse(text)).collect::<Result<_, _>>();
        let (signs, but) = (signs(&symptoms)?, signs(&but)?);
        let home = home.iter().map(|home| Pattern::new(home)).collect();
        let found = |all: &[String]| all.iter().map(|text| Found::parse(text)).collect();
        let (found, also) = (found(&listed), found(&also));
        Ok(Known { id, title, harm, why, known, home, signs, but, found, also })
    };
    entries.into_iter().map(known).collect()
}

/// All causes that are known, the worst first within each harm.
pub(super) fn register() -> &'static [Known] {
    static REGISTER: OnceLock<Vec<Known>> = OnceLock::new();
    REGISTER.get_or_init(|| read().expect("the register is checked by a test"))
}

/// Returns the rows that no cause is about: what they show is named by causes of any row, or is a cause of its own.
pub fn unnamed(rows: impl Iterator<Item = RowId>) -> Vec<RowId> {
    let is_about = |known: &Known, row: &RowId| {
        let named = known.signs.iter().filter(|sign| !sign.rows.fits_all());
        known.is_at_home_in(row) || named.into_iter().any(|sign| sign.rows.fits(row))
    };
    rows.filter(|row| !register().iter().any(|known| is_about(known, row))).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::case::Catalogue;

    #[test]
    fn each_cause_names_rows_that_there_are_and_who_loses_what() {
        let rows: Vec<RowId> = Catalogue::builtin().expect("it loads").row_ids().collect();
        let known = read().expect("it can be read");
        let mut wrong = Vec::new();
        for cause in &known {
            let id = &cause.id;
            if !(40..=240).contains(&cause.why.chars().count()) {
                wrong.push(format!("{id}: `why` has 40 to 240 characters"));
            }
            for home in &cause.home {
                if !rows.iter().any(|row| home.fits(row) && cause.could_explain(row)) {
                    wrong.push(format!("{id}: {home:?} is the home of nothing that it explains"));
                }
            }
            for sign in &cause.signs {
                if !rows.iter().any(|row| sign.rows.fits(row)) {
                    wrong.push(format!("{id}: no row is like {:?}", sign.rows));
                }
            }
        }
        let whys: BTreeSet<&str> = known.iter().map(|cause| cause.why.as_str()).collect();
        let ids: BTreeSet<&str> = known.iter().map(|cause| cause.id.as_str()).collect();
        assert_eq!((whys.len(), ids.len()), (known.len(), known.len()), "no two are alike");
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
