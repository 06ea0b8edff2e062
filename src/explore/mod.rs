//! Random sequences of calls and races, judged by the model, and shrunk to a small case where it objects.
//!
//! What is random are moves (`moves.rs`), which name uploads, parts and keys by numbers. A script
//! (`script.rs`) is the case that they come to; any part of a list of moves comes to one as well, so that
//! what is left after shrinking runs.

mod explorer;
mod finding;
mod moves;
mod script;
mod shrink;
mod smaller;

pub use explorer::{ExploreOptions, Explored, Explorer};
pub use moves::Scope;
