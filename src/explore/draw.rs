//! What is run at a time: moves, the case that they come to, and what they are meant to meet.

use std::sync::Arc;

use mpuspec_mock::provider::{Origin as FileOrigin, Provider};

use super::moves::Move;
use super::plan::{Cell, Pair};
use super::scope::{Scope, Unkept};
use super::script::{self, Origin};
use crate::case::{Case, load_case};
use crate::operation::Cost;
use crate::report::{HISTORIES, SEQUENCES};
use crate::run::cost_of;

/// What is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Sequences,
    Histories,
}

impl What {
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Sequences => SEQUENCES,
            Self::Histories => HISTORIES,
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Sequences => "Sequences of calls are answered as the model allows",
            Self::Histories => "Calls at the same time are answered as in some order of them",
        }
    }
}

/// Moves, and what they are meant to meet.
#[derive(Clone, Debug)]
pub(super) struct Draw {
    pub(super) what: What,
    /// Which one it is; with the seed it says what is drawn.
    pub(super) label: String,
    pub(super) moves: Vec<Move>,
    /// Which of the steps that the moves come to are left; all of them, where nothing is said.
    pub(super) steps: Option<Vec<usize>>,
    /// Whether everything is looked at in the end.
    pub(super) closes: bool,
    pub(super) meets: Meets,
    /// Limits that it does not try.
    pub(super) unkept: Unkept,
}

/// What of the plan a draw is meant to meet.
#[derive(Clone, Debug)]
pub(super) enum Meets {
    Nothing,
    Cells(Vec<(usize, Cell)>),
    /// By how many microseconds its first call is released later than the second.
    Pair(Pair, i64),
}

/// A draw as a case, with what it costs.
pub(super) type Drawn = (Arc<Case>, Cost);

impl Draw {
    /// A draw of some moves, behind which everything is looked at.
    pub(super) fn of(what: What, label: String, moves: Vec<Move>) -> Self {
        let (meets, unkept) = (Meets::Nothing, Unkept::default());
        Self { what, label, moves, steps: None, closes: true, meets, unkept }
    }

    /// The same draw with other moves.
    pub(super) fn with(&self, moves: Vec<Move>, steps: Option<Vec<usize>>) -> Self {
        let (label, closes, unkept) = (self.label.clone(), self.closes, self.unkept);
        Self { what: self.what, label, moves, steps, closes, meets: Meets::Nothing, unkept }
    }

    /// The id of its case.
    pub(super) fn id(&self) -> String {
        format!("{}-{}", self.what.id(), self.label)
    }

    /// Whether a race is in it.
    pub(super) fn has_race(&self) -> bool {
        self.moves.iter().any(|next| matches!(next, Move::Race(_)))
    }

    /// Whether it starts the server anew.
    pub(super) fn restarts(&self) -> bool {
        self.moves.iter().any(|next| matches!(next, Move::Restart))
    }

    /// The text of the case; none if there is nothing to do.
    pub(super) fn text(&self, scope: Scope, seed: &str) -> Option<String> {
        let seed = format!("{seed}/{}", self.label);
        let origin = Origin { title: self.what.title(), seed: &seed };
        script::write(
            &self.moves,
            scope.without_numbers(self.unkept),
            &origin,
            (self.closes, self.steps.as_deref()),
        )
    }

    /// The case, with its cost.
    pub(super) fn case(&self, scope: Scope, seed: &str, provider: &Provider) -> Option<Drawn> {
        let text = self.text(scope, seed)?;
        let id = self.id();
        let origin = FileOrigin { name: format!("{id}.yaml"), text };
        // What does not load is a mistake of the suite, which its tests look for.
        let case = Arc::new(load_case(&id, origin).ok()?);
        let cost = cost_of(&case, provider)?;
        Some((case, cost))
    }
}
