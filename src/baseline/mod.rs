//! Baselines: what is known not to pass on a server, so that only news makes a run red.
//!
//! Reads the files, holds reports against them, and writes them; runs nothing.

mod draft;
mod file;
mod hold;
mod update;

use crate::report::{AUDIT, HISTORIES, SEQUENCES};

pub use draft::draft;
pub use file::{Baseline, BaselineError, Known};
pub(crate) use hold::standing;
pub use hold::{Strictness, hold};
pub use update::{Updated, update};

/// What a reason says that nobody has written yet.
pub const TODO: &str = "TODO";

/// Rows that stand beside those of the catalogue: what exploring and auditing count for.
pub const BESIDE_THE_CATALOGUE: [&str; 3] = [SEQUENCES, HISTORIES, AUDIT];
