//! Clean-up: aborts and deletes what the run made, and nothing else.

mod allowance;
mod earlier;
mod listing;
mod sweep;

pub use earlier::{Cleaned, Cleaning, clean};
pub(super) use sweep::Finished;
pub use sweep::Sweep;
