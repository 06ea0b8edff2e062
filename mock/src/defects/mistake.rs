//! What a deliberate mistake is: its name, what goes wrong, and at which point.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::call::ModelCall;
use super::checks::Found;
use super::faulty::{CarryOut, Fits};
use super::uploads::Listing;
use super::{TABLES, harm};
use crate::call::points::{Answered, Instead, Keys};
use crate::call::{Call, Service};
use crate::checks::Check;
use crate::dialect::callback::{Plan, Told};
use crate::http::{Answer, Element, Request, Signed};
use crate::model::{self, KeyState, UploadsPage};
use crate::provider::Harm;

/// A deliberate mistake.
pub(super) struct Mistake {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) at: At,
    kind: Kind,
}

/// What a mistake breaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A promise that S3 makes.
    S3,
    /// A promise that OSS alone makes.
    Oss,
    /// What shows in races alone, or in what becomes of an answer later.
    Races,
}

/// Where a mistake is made, and what it does there. Each is a point of the same name in `call/points.rs`.
#[derive(Clone, Copy)]
pub(super) enum At {
    Check(fn(Check) -> bool),
    MostSkew(u64),
    Sender(fn(&Service, &Request, &Found) -> Option<Signed>),
    Request(fn(&mut Call<'_>) -> Instead),
    Document(fn(&Call<'_>, &mut Option<Element>)),
    /// Where it fits.
    CarryOut(Fits, CarryOut),
    Model(fn(&mut ModelCall<'_>) -> model::Answer),
    Uploads(fn(&mut Listing<'_>) -> UploadsPage),
    Objects(fn(&mut Keys)),
    Callback(fn(&mut Plan)),
    CalledBack(fn(&Call<'_>, Told) -> Told),
    Answer(fn(Answered<'_>, &mut Answer)),
    /// Of what is under a key.
    Crash(fn(&mut KeyState)),
    Several(&'static [At]),
}

impl Mistake {
    pub(super) const fn new(name: &'static str, about: &'static str, at: At) -> Self {
        Self { name, about, at, kind: Kind::S3 }
    }

    /// It breaks a promise that OSS alone makes.
    pub(super) const fn of_oss(self) -> Self {
        Self { kind: Kind::Oss, ..self }
    }

    /// It shows in races alone, or in what becomes of an answer later.
    pub(super) const fn of_races(self) -> Self {
        Self { kind: Kind::Races, ..self }
    }

    /// What it does, point by point.
    pub(super) fn points(&self) -> impl Iterator<Item = At> {
        let several = if let At::Several(several) = self.at { several } else { &[] };
        let alone = if several.is_empty() { Some(self.at) } else { None };
        several.iter().copied().chain(alone)
    }
}

/// A mistake about a check that is not made.
pub(super) const fn unchecked(name: &'static str, about: &'static str, of: fn(Check) -> bool) -> Mistake {
    Mistake::new(name, about, At::Check(of))
}

/// A mistake that changes a request, or answers in its place.
pub(super) const fn request(
    name: &'static str,
    about: &'static str,
    change: fn(&mut Call<'_>) -> Instead,
) -> Mistake {
    Mistake::new(name, about, At::Request(change))
}

/// A mistake that stands around the model.
pub(super) const fn model(
    name: &'static str,
    about: &'static str,
    around: fn(&mut ModelCall<'_>) -> model::Answer,
) -> Mistake {
    Mistake::new(name, about, At::Model(around))
}

/// A mistake that changes an answer.
pub(super) const fn answer(
    name: &'static str,
    about: &'static str,
    change: fn(Answered<'_>, &mut Answer),
) -> Mistake {
    Mistake::new(name, about, At::Answer(change))
}

/// A mistake of the mock, by its name.
#[derive(Clone, Copy)]
pub struct Defect(pub(super) &'static Mistake);

impl Defect {
    /// Every defect.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLES.iter().flat_map(|table| table.iter()).map(Self)
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What goes wrong.
    pub fn about(self) -> &'static str {
        self.0.about
    }

    /// Who is hurt by it.
    pub fn harm(self) -> Harm {
        harm::of(self.0.name)
    }

    /// Whether it breaks a promise that OSS alone makes.
    pub fn is_of_oss(self) -> bool {
        self.0.kind == Kind::Oss
    }

    /// Whether it shows in races alone, or in what becomes of an answer later: exploring finds it.
    pub fn is_of_races(self) -> bool {
        self.0.kind == Kind::Races
    }
}

impl fmt::Debug for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Defect({})", self.name())
    }
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialEq for Defect {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Defect {}

impl PartialOrd for Defect {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Defect {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

/// No defect has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownDefect(String);

impl FromStr for Defect {
    type Err = UnknownDefect;

    fn from_str(name: &str) -> Result<Self, UnknownDefect> {
        Self::all().find(|defect| defect.name() == name).ok_or_else(|| {
            let names: Vec<_> = Self::all().map(Self::name).collect();
            UnknownDefect(crate::yaml::unknown("defect", name, &names).message)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_there_once_and_says_what_goes_wrong() {
        let names: BTreeSet<_> = Defect::all().map(Defect::name).collect();
        assert_eq!(names.len(), Defect::all().count());
        for defect in Defect::all() {
            assert!(defect.about().ends_with('.'), "{defect}: {}", defect.about());
            assert_eq!(defect.name().parse(), Ok(defect));
        }
        let error = "ignore-abrot".parse::<Defect>().expect_err("there is none");
        assert!(error.to_string().contains("`ignore-abort`"), "{error}");
    }
}
