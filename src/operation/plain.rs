//! Calls that the model does not know, and whose answers change nothing in a row.

use super::Prepared;
use crate::history::{Ask, Saw};
use crate::row::{RowState, Witness, Written};
use crate::wire::{Answer, Call};

/// A call after which the row knows what it knew before. One that writes says what it may make when it is prepared.
pub(super) struct WithoutEffect<C>(pub C);

impl<C: Call> Prepared for WithoutEffect<C> {
    fn call(&self) -> &dyn Call {
        &self.0
    }

    fn asks(&self, _: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        Vec::new()
    }

    fn saw(&self, _: &Witness, _: &Ask, _: &Answer) -> Saw {
        Saw::Nothing
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn absorb(&self, _: &Answer, _: &mut RowState<'_>) {}
}
