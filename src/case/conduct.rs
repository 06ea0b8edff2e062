//! What the client of a lane does otherwise than usual.

use mpuspec_mock::yaml::{self, Mistake, Path, Value};

use super::expect::keep;
use crate::language::{Delay, HangUp};

/// What the client of a lane does otherwise than usual.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conduct {
    /// How much later than the others it sends its request.
    pub after: Option<Delay>,
    /// When it goes away, without waiting for an answer.
    pub hangs_up: Option<HangUp>,
    /// How long it waits behind the first bytes of the answer before it reads on.
    pub pauses: Option<Delay>,
}

pub(super) const AFTER: &str = "after";
pub(super) const HANGS_UP: &str = "hangs_up";
pub(super) const PAUSES: &str = "pauses";

impl Conduct {
    /// Reads what stands beside an operation.
    pub(super) fn read(
        mut beside: impl FnMut(&str) -> Option<Value>,
        path: &Path,
        mistakes: &mut Vec<Mistake>,
    ) -> Self {
        let after = beside(AFTER).map(|value| yaml::decode(value, &path.key(AFTER)));
        let hangs_up = beside(HANGS_UP).map(|value| yaml::decode(value, &path.key(HANGS_UP)));
        let pauses = beside(PAUSES).map(|value| yaml::decode(value, &path.key(PAUSES)));
        Self {
            after: keep(after, mistakes),
            hangs_up: keep(hangs_up, mistakes),
            pauses: keep(pauses, mistakes),
        }
    }

    /// The words that were used.
    pub(super) fn words(&self) -> Vec<&'static str> {
        let used = [
            (AFTER, self.after.is_some()),
            (HANGS_UP, self.hangs_up.is_some()),
            (PAUSES, self.pauses.is_some()),
        ];
        used.into_iter().filter(|(_, used)| *used).map(|(word, _)| word).collect()
    }
}
