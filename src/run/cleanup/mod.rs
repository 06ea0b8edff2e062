//! Clean-up: aborts and deletes what the run made, and nothing else.

mod allowance;
mod earlier;
mod listing;
mod sweep;

pub use earlier::{Cleaned, Cleaning, clean};
pub use sweep::Sweep;
pub(super) use sweep::{Finished, named};
