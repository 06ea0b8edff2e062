//! Whether some order of the calls of a row explains what was answered, as the model has it.

use std::collections::BTreeSet;

use crate::history::{
    Ask, Call, Found, Joint, Kind, Oracle, Saw, Stuck, call_in_words, explain, kind_of, search,
};
use crate::operation::Prepared;
use crate::report::Explanation;
use crate::row::{LastRead, Witness};
use crate::wire::{Answer, Exchange, Trouble};

/// What a row has asked and seen so far, and what the server may know by it.
#[derive(Debug)]
pub(in super::super) struct Lawful {
    oracle: Oracle,
    witness: Witness,
    states: Vec<Joint>,
    /// Calls that have not been judged yet.
    fresh: Vec<usize>,
    unlawful: Vec<Unlawful>,
    /// Keys of which nobody knows any more what the server may know, since an answer about them was unlawful.
    left: BTreeSet<String>,
    /// Whether a race could be answered in more orders than can be tried.
    undecided: bool,
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
    /// What would have been lawful of the first call that could not be explained.
    pub(in super::super) lawful: Vec<String>,
    pub(in super::super) expected: String,
    pub(in super::super) got: String,
}

impl Lawful {
    /// Nothing was asked yet.
    pub(in super::super) fn new(oracle: Oracle, prefix: &str) -> Self {
        Self {
            oracle,
            witness: Witness::new(prefix),
            states: vec![Joint::default()],
            fresh: Vec::new(),
            unlawful: Vec::new(),
            left: BTreeSet::new(),
            undecided: false,
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
            false if may_have_happened(answer) => Saw::Nothing,
            false => Saw::Refused { status: answer.status, code: answer.code() },
        }
    }

    /// Notes that the server was started anew: what it was still at has taken effect by now, or never will.
    pub(in super::super) fn note_restart(&mut self) {
        match search(self.witness.history(), &[], &self.states, &self.oracle, true) {
            Found::Lawful(states) => {
                self.states.clear();
                for state in states {
                    let state = state.with_pending(BTreeSet::new());
                    if !self.states.contains(&state) {
                        self.states.push(state);
                    }
                }
            }
            // There is no state to begin with, or nothing can be said from here on.
            Found::Unlawful(_) => {}
            Found::TooMany => {
                self.states.clear();
                self.undecided = true;
            }
        }
    }

    /// Why no order explains what was seen: once for each answer that could not be explained.
    pub(in super::super) fn explanations(&self) -> Vec<Explanation> {
        let explanation = |unlawful: &Unlawful| Explanation {
            kind: unlawful.kind.into(),
            order: unlawful.stuck.order.clone(),
            stuck: unlawful.stuck.next.clone(),
            text: unlawful.text.clone(),
            lawful: unlawful.lawful.iter().cloned().collect(),
        };
        self.unlawful.iter().map(explanation).collect()
    }

    /// What was read last of all of the keys that were answered lawfully.
    pub(in super::super) fn last_reads(&self) -> Vec<LastRead> {
        let is_left = |read: &LastRead| self.left.contains(&self.witness.below(&read.key));
        match self.states.is_empty() {
            true => Vec::new(),
            false => self.witness.last_reads().into_iter().filter(|read| !is_left(read)).collect(),
        }
    }

    /// Whether there was a race whose orders could not all be tried.
    pub(in super::super) fn is_undecided(&self) -> bool {
        self.undecided
    }

    /// Judges what was noted since the last time. Returns what is unlawful. Of the keys that it is about nothing is
    /// known afterwards, unless only a listing was wrong; the others are judged as before.
    pub(in super::super) fn judge(&mut self) -> Option<&Unlawful> {
        let known = self.unlawful.len();
        let mut fresh = std::mem::take(&mut self.fresh);
        loop {
            fresh.retain(|at| !self.is_left(*at));
            if fresh.is_empty() || self.states.is_empty() {
                break;
            }
            match search(self.witness.history(), &fresh, &self.states, &self.oracle, true) {
                Found::Lawful(states) => {
                    self.states = states;
                    break;
                }
                // Nothing can be said then, here and afterwards.
                Found::TooMany => {
                    self.states.clear();
                    self.undecided = true;
                }
                Found::Unlawful(stuck) => {
                    let calls = &self.witness.history().calls;
                    let alone = fresh.len() == 1;
                    let mut left: Vec<String> = Vec::new();
                    match stuck.next.iter().all(|at| is_listing(&calls[*at])) {
                        true => fresh.retain(|at| !stuck.next.contains(at)),
                        false => left.extend(stuck.next.iter().map(|at| calls[*at].ask.key().to_owned())),
                    }
                    let unlawful = self.unlawful(stuck, alone);
                    self.left.extend(left);
                    self.unlawful.push(unlawful);
                }
            }
        }
        self.unlawful.get(known)
    }

    fn unlawful(&self, stuck: Stuck, alone: bool) -> Unlawful {
        let history = self.witness.history();
        let kind = kind_of(history, &stuck);
        let text = explain(history, &stuck, &self.oracle);
        let first = stuck.next.first().map(|at| &history.calls[*at]);
        let lawful = first.map(|call| stuck.at.could_answer(&self.oracle, call)).unwrap_or_default();
        let expected = match alone {
            true => format!("a lawful answer: {}", lawful.join(", or ")),
            false => "answers that some order of the calls explains".to_owned(),
        };
        let told = |at: &usize| call_in_words(&history.calls[*at]);
        let got = stuck.next.iter().map(told).collect::<Vec<_>>().join("; ");
        Unlawful { kind, stuck, text, lawful, expected, got }
    }

    /// Whether a call cannot be judged. A copy from a key that was left brings nobody knows what.
    fn is_left(&mut self, at: usize) -> bool {
        let ask = &self.witness.history().calls[at].ask;
        let source = match ask {
            Ask::UploadPartCopy { source, content: None, .. } => Some(source),
            _ => None,
        };
        if source.is_some_and(|source| self.left.contains(source)) {
            self.left.insert(ask.key().to_owned());
        }
        self.left.contains(ask.key())
    }

    /// Whether what was asked last cannot be judged.
    pub(in super::super) fn is_lost(&self) -> bool {
        let last = self.witness.history().calls.last();
        self.states.is_empty() || last.is_some_and(|call| self.left.contains(call.ask.key()))
    }
}

/// Whether a refusal does not say that nothing happened: an error of the server, also one behind a 200.
fn may_have_happened(answer: &Answer) -> bool {
    let of_the_server = ["InternalError", "ServiceUnavailable", "SlowDown"];
    answer.status >= 500 || (answer.status < 300 && of_the_server.contains(&answer.code().as_str()))
}

/// Whether a listing of parts or uploads was answered: what it should have shown is as it was.
fn is_listing(call: &Call) -> bool {
    matches!(call.saw, Saw::Parts { .. } | Saw::Uploads { .. })
}

/// When a step began and ended, by its exchanges.
pub(in super::super) fn interval(exchanges: &[Exchange], lane: Option<&str>) -> (u64, u64) {
    let of_lane = |exchange: &&Exchange| lane.is_none() || exchange.lane.as_deref() == lane;
    let last = exchanges.iter().rev().find(of_lane);
    last.map_or((0, 0), |exchange| (exchange.start_us, exchange.end_us))
}
