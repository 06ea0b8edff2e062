//! One round of a row.

use std::collections::BTreeMap;

use super::super::context::RowContext;
use super::super::judge::{Judge, Lawful, Ran, Recorder, Seen};
use super::super::plan::PlannedRow;
use super::row::patience;
use crate::case::Expect;
use crate::operation::Prepared;
use crate::row::{RowState, SharedObjects};
use crate::wire::{Held, Log};

/// One round of a row: who carries its steps out, what they know, and what is recorded of them.
pub(super) struct Round<'r> {
    pub(super) context: &'r RowContext,
    pub(super) planned: &'r PlannedRow,
    /// Whose turn it is to be the first in a race.
    pub(super) turn: u32,
    pub(super) state: RowState<'r>,
    pub(super) recorder: Recorder,
    /// Holds the answers against the model, if a claim asks for that.
    pub(super) lawful: Option<Lawful>,
    pub(super) log: Log,
    /// Requests that stopped in the middle of their body, by name.
    pub(super) held: BTreeMap<String, (Held, Box<dyn Prepared>)>,
    /// Whether the calls of a race were under way at the same time.
    pub(super) overlapped: bool,
}

impl<'r> Round<'r> {
    /// A round whose keys begin with a prefix.
    pub(super) fn new(
        context: &'r RowContext,
        planned: &'r PlannedRow,
        turn: u32,
        prefix: String,
        shared: SharedObjects,
    ) -> Self {
        let is_lawful = |expect: &Option<Expect>| matches!(expect, Some(Expect::Lawful));
        let asked = planned.row().steps.iter().any(|step| is_lawful(&step.expect));
        Self {
            context,
            planned,
            turn,
            lawful: asked.then(|| Lawful::new(planned.oracle(&context.provider), &prefix)),
            state: RowState::new(context.setting(), planned.id.to_string(), prefix, shared),
            recorder: Recorder::new(planned),
            log: Log::default().with_patience(patience(planned)),
            held: BTreeMap::new(),
            overlapped: false,
        }
    }

    /// Who judges the answers.
    pub(super) fn judge(&mut self) -> Judge<'_, 'r> {
        let (context, planned) = (self.context, self.planned);
        Judge { context, planned, state: &self.state, recorder: &mut self.recorder }
    }

    /// What is known beside an answer.
    pub(super) fn seen(&self) -> Seen {
        Seen {
            status: self.log.last().and_then(|last| last.response).map(|response| response.status),
            model_is_lost: self.lawful.as_ref().is_some_and(Lawful::is_lost),
        }
    }

    /// The round as it was, for the report.
    pub(super) fn end(self) -> Ran<'r> {
        let Self { context, planned, recorder, log, lawful, .. } = self;
        Ran { context, planned, recorder, log, lawful }
    }
}
