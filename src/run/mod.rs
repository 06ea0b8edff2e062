//! Which rows run, step by step, the verdict, clean-up.

mod audit;
mod bucket;
mod callback;
mod capability;
mod claims;
mod conclusion;
mod contents;
mod dispute;
mod error;
mod headers;
mod journal;
mod ledger;
mod perform;
mod plan;
mod preflight;
mod prepare;
mod race;
mod row;
mod row_report;
mod runner;
mod state;
mod sweep;
mod verdict;
mod walk;
mod witness;

pub use audit::audit;
pub use bucket::{BucketChoice, open_bucket};
pub use callback::{CallbackPlace, CallbackServer};
pub use error::RunError;
pub use journal::{Journal, JournalHeader, journals};
pub use ledger::{Entry, Ledger, SMALL, read_ledger};
pub use plan::{Applicable, Cost, Plan, PlannedRow, cost_of, plan};
pub use preflight::{Preflight, preflight};
pub use row::{RowContext, run_row};
pub use runner::{Done, Findings, Progress, RunOptions, Runner};
pub use sweep::{Sweep, clean};
