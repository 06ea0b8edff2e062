//! A plan of sequences and races, and random ones behind it, judged by the model; what is unlawful becomes a small case.
//!
//! The plan (`plan/`) has each state of an upload with each call, and each pair of calls at the same time. What is
//! done are moves (`moves.rs`), which name uploads, parts and keys by numbers. A script (`script.rs`) is the case that
//! they come to; any part of a list of moves comes to one as well, so that what is left after shrinking runs.

mod coverage;
mod dig;
mod draw;
mod draws;
mod estimate;
mod explorer;
mod finding;
mod lists;
mod lost;
mod moves;
mod novelties;
mod pace;
mod plan;
mod probe;
mod scope;
mod script;
mod shown;
mod shrink;
mod signature;
mod signs;
mod sizes;
mod smaller;
mod soak;
mod stages;
mod timing;
mod unkept;
mod varied;
mod went;

pub use estimate::{Estimate, estimate};
pub use explorer::{ExploreOptions, Explored, Explorer, WHOLE};
pub use scope::Scope;
