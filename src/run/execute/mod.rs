//! Carries a row out: its rounds, and the steps of each.

mod call;
mod firm;
mod many;
mod planned;
mod race;
mod round;
mod row;
mod shared;
mod signing;
mod step;
mod walk;

pub(super) use planned::run_planned;
pub use row::{Came, Judged};
