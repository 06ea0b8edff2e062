//! What the answers of a row come to: each against its claims, all of them against the model, and the verdict.

mod absence;
mod accepted;
mod alibi;
mod amiss;
mod blame;
mod claims;
mod conclude;
mod lawful;
mod outcomes;
mod recorder;
mod row_report;
mod verdict;

use super::context::RowContext;
use super::plan::PlannedRow;
use crate::row::RowState;

pub(super) use alibi::accuse_where_nobody_does;
pub(super) use amiss::amiss;
pub(super) use claims::{ENTRIES, Met, content, judge};
pub(super) use conclude::{Fault, Seen};
pub(super) use lawful::{Lawful, Witnessed, interval};
pub(super) use outcomes::Concluded;
pub(super) use recorder::Recorder;
pub(super) use row_report::{Ran, empty_report};
pub(super) use verdict::{Decision, JudgedStep, StepOutcome, decide};

/// Judges the answers of a row, with what is known of it so far.
pub(super) struct Judge<'j, 'r> {
    pub(super) context: &'r RowContext,
    pub(super) planned: &'r PlannedRow,
    pub(super) state: &'j RowState<'r>,
    pub(super) recorder: &'j mut Recorder,
}
