//! Whether some order of the calls of a row explains what was answered, as the model has it.

use mpuspec_mock::provider::Provider;

use crate::history::{Found, Joint, Kind, Oracle, Saw, Stuck, explain, kind_of, search};
use crate::operation::Prepared;
use crate::report::Explanation;
use crate::row::Witness;
use crate::wire::{Answer, Exchange, Trouble};

/// What a row has asked and seen so far, and what the server may know by it.
#[derive(Debug)]
pub(in super::super) struct Lawful {
    oracle: Oracle,
    witness: Witness,
    states: Vec<Joint>,
    /// Calls that have not been judged yet.
    fresh: Vec<usize>,
    unlawful: Option<Unlawful>,
}

/// A call with what came of it.
pub(in super::super) struct Witnessed<'a> {
    pub(in super::super) call: &'a dyn Prepared,
    pub(in super::super) answer: Result<&'a Answer, &'a Trouble>,
    /// When it began and ended.
    pub(in super::super) times: (u64, u64),
    /// Who made it.
    pub(in super::super) client: &'a str,
}

/// Answers that no order explains.
#[derive(Clone, Debug)]
pub(in super::super) struct Unlawful {
    pub(in super::super) kind: Kind,
    pub(in super::super) stuck: Stuck,
    pub(in super::super) text: String,
    pub(in super::super) expected: String,
    pub(in super::super) got: String,
}

impl Lawful {
    /// Nothing was asked yet.
    pub(in super::super) fn new(provider: &Provider, prefix: &str) -> Self {
        Self {
            oracle: Oracle::of(provider),
            witness: Witness::new(prefix),
            states: vec![Joint::default()],
            fresh: Vec::new(),
            unlawful: None,
        }
    }

    /// What was asked and seen.
    pub(in super::super) fn witness(&self) -> &Witness {
        &self.witness
    }

    /// Notes calls that were under way together, with what came of them.
    pub(in super::super) fn note(&mut self, witnessed: &[Witnessed<'_>]) {
        let mut noted = Vec::new();
        for one in witnessed {
            for ask in one.call.asks(&mut self.witness, one.answer.ok()) {
                noted.push((self.witness.asked(one.client, one.times.0, ask), one));
            }
        }
        // Only now: one of them may have read what another one wrote.
        for (at, one) in noted {
            if let Ok(answer) = one.answer {
                let saw = self.saw(at, one.call, answer);
                self.witness.saw(at, one.times.1, saw);
            }
            self.fresh.push(at);
        }
    }

    fn saw(&self, at: usize, call: &dyn Prepared, answer: &Answer) -> Saw {
        match answer.is_ok() {
            true => call.saw(&self.witness, &self.witness.history().calls[at].ask, answer),
            false if answer.status >= 500 => Saw::Nothing,
            false => Saw::Refused { status: answer.status, code: answer.code() },
        }
    }

    /// Why no order explains what was seen, if none does.
    pub(in super::super) fn explanation(&self) -> Option<Explanation> {
        let Unlawful { kind, stuck, text, .. } = self.unlawful.as_ref()?;
        let (order, stuck) = (stuck.order.clone(), stuck.next.clone());
        Some(Explanation { kind: (*kind).into(), order, stuck, text: text.clone() })
    }

    /// Judges what was noted since the last time. Returns what is unlawful.
    pub(in super::super) fn judge(&mut self) -> Option<&Unlawful> {
        let fresh = std::mem::take(&mut self.fresh);
        if self.unlawful.is_some() || fresh.is_empty() {
            return None;
        }
        match search(self.witness.history(), &fresh, &self.states, &self.oracle, true) {
            Found::Lawful(states) => {
                self.states = states;
                None
            }
            // Nothing can be said then, here and afterwards.
            Found::TooMany => {
                self.states.clear();
                None
            }
            Found::Unlawful(stuck) => {
                let kind = kind_of(self.witness.history(), &stuck);
                let text = explain(self.witness.history(), &stuck, &self.oracle);
                let first = stuck.next.first().map(|at| &self.witness.history().calls[*at]);
                let lawful = first.map(|call| stuck.at.could_answer(&self.oracle, call)).unwrap_or_default();
                let expected = match fresh.len() {
                    1 => format!("a lawful answer: {}", lawful.join(", or ")),
                    _ => "answers that some order of the calls explains".to_owned(),
                };
                let told = |at: &usize| crate::history::call_in_words(&self.witness.history().calls[*at]);
                let got = stuck.next.iter().map(told).collect::<Vec<_>>().join("; ");
                self.unlawful = Some(Unlawful { kind, stuck, text, expected, got });
                self.unlawful.as_ref()
            }
        }
    }

    /// Whether nothing can be judged any more.
    pub(in super::super) fn is_lost(&self) -> bool {
        self.unlawful.is_some() || self.states.is_empty()
    }
}

/// When a step began and ended, by its exchanges.
pub(in super::super) fn interval(exchanges: &[Exchange], lane: Option<&str>) -> (u64, u64) {
    let of_lane = |exchange: &&Exchange| lane.is_none() || exchange.lane.as_deref() == lane;
    let last = exchanges.iter().rev().find(of_lane);
    last.map_or((0, 0), |exchange| (exchange.start_us, exchange.end_us))
}
