//! A run: which rows, step by step, the verdict, what has to be there afterwards, and clean-up.

mod audit;
mod bucket;
mod cleanup;
mod context;
mod error;
mod execute;
mod judge;
mod life;
mod plan;
mod preflight;
mod rows;
mod runner;
mod send;

pub use audit::{Entry, Ledger, SMALL, audit, read_ledger};
pub use bucket::{BucketChoice, open_bucket};
pub use cleanup::{Cleaned, Cleaning, Sweep, clean};
pub use context::RowContext;
pub use error::RunError;
pub use execute::{Came, Judged};
pub use life::{Restart, run_command};
pub use plan::{Applicable, Plan, PlannedRow, cost_of, plan};
pub use preflight::{Failed, Preflight, preflight};
pub use runner::{Beside, Done, Findings, Life, Progress, RunOptions, Runner};
