//! The search for a lawful order: Wing and Gong's, with Lowe's memory of what was tried.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::joint::{Joint, Oracle};
use super::{Ask, History};

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An order explains what was seen; these are states that the server can be in afterwards.
    Lawful(Vec<Joint>),
    /// No order does.
    Unlawful(Stuck),
    /// There were too many to try.
    TooMany,
}

/// How far the calls can be explained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stuck {
    /// The longest lawful order, as positions in the history.
    pub order: Vec<usize>,
    /// The calls that could come next, and that cannot be answered so.
    pub next: Vec<usize>,
    /// The state at that point.
    pub at: Joint,
}

/// So many states are looked at before the search gives up.
const MOST: usize = 2_000_000;

/// Searches an order of some calls of a history, from any of the given states.
///
/// With `every`, all states that a lawful order can lead to are found; otherwise one is enough.
pub fn search(history: &History, calls: &[usize], from: &[Joint], oracle: &Oracle, every: bool) -> Found {
    let mut search = Search {
        history,
        calls,
        oracle,
        every,
        seen: HashSet::new(),
        order: Vec::new(),
        ends: Vec::new(),
        stuck: Stuck { at: from.first().cloned().unwrap_or_default(), ..Stuck::default() },
        deepest: None,
        tried: 0,
    };
    let done = Done::new(calls.len());
    for state in from {
        if search.extend(&done, state) {
            break;
        }
    }
    if search.ends.is_empty() {
        return if search.tried >= MOST { Found::TooMany } else { Found::Unlawful(search.stuck) };
    }
    Found::Lawful(search.ends)
}

/// Judges a whole history, the keys that do not touch each other by themselves.
pub fn judge(history: &History, oracle: &Oracle) -> Found {
    for calls in partitions(history) {
        match search(history, &calls, &[Joint::default()], oracle, false) {
            Found::Lawful(_) => {}
            other => return other,
        }
    }
    Found::Lawful(Vec::new())
}

/// Calls of the same key stand together; a copy joins the keys that it reads and writes.
fn partitions(history: &History) -> Vec<Vec<usize>> {
    let mut group: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups: Vec<BTreeSet<&str>> = Vec::new();
    for call in &history.calls {
        let mut keys = vec![call.ask.key()];
        if let Ask::UploadPartCopy { source, .. } = &call.ask {
            keys.push(source);
        }
        let known: BTreeSet<usize> = keys.iter().filter_map(|key| group.get(key).copied()).collect();
        let mut joined: BTreeSet<&str> = keys.into_iter().collect();
        for at in &known {
            joined.extend(std::mem::take(&mut groups[*at]));
        }
        for key in &joined {
            group.insert(key, groups.len());
        }
        groups.push(joined);
    }
    groups
        .iter()
        .filter(|keys| !keys.is_empty())
        .map(|keys| {
            let of = |at: &usize| keys.contains(history.calls[*at].ask.key());
            (0..history.calls.len()).filter(of).collect()
        })
        .collect()
}

/// Which calls have found their place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Done(Vec<u64>);

impl Done {
    fn new(calls: usize) -> Self {
        Self(vec![0; calls.div_ceil(64)])
    }

    fn has(&self, at: usize) -> bool {
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    fn with(&self, at: usize) -> Self {
        let mut done = self.clone();
        done.0[at / 64] |= 1 << (at % 64);
        done
    }
}

struct Search<'h> {
    history: &'h History,
    calls: &'h [usize],
    oracle: &'h Oracle,
    every: bool,
    seen: HashSet<(Done, Joint)>,
    order: Vec<usize>,
    ends: Vec<Joint>,
    stuck: Stuck,
    deepest: Option<usize>,
    tried: usize,
}

impl Search<'_> {
    /// Tries every call that can come next. Given is whether enough is known.
    fn extend(&mut self, done: &Done, state: &Joint) -> bool {
        self.tried += 1;
        if self.tried >= MOST {
            return true;
        }
        // Calls without an answer need not have happened.
        let open = |at: &usize| !done.has(*at);
        let answered = |at: &usize| self.history.calls[self.calls[*at]].end_us.is_some();
        if !(0..self.calls.len()).filter(open).any(|at| answered(&at)) {
            if !self.ends.contains(state) {
                self.ends.push(state.clone());
            }
            if !self.every {
                return true;
            }
        }
        let first_end = (0..self.calls.len())
            .filter(open)
            .filter_map(|at| self.history.calls[self.calls[at]].end_us)
            .min()
            .unwrap_or(u64::MAX);
        let mut next: Vec<usize> = (0..self.calls.len())
            .filter(open)
            .filter(|at| self.history.calls[self.calls[*at]].start_us <= first_end)
            .collect();
        next.sort_by_key(|at| self.history.calls[self.calls[*at]].end_us.unwrap_or(u64::MAX));
        if self.deepest.is_none_or(|depth| depth < self.order.len()) {
            self.deepest = Some(self.order.len());
            let next = next.iter().map(|at| self.calls[*at]).collect();
            self.stuck = Stuck { order: self.order.clone(), next, at: state.clone() };
        }
        for at in next {
            let call = self.calls[at];
            for after in state.after(self.oracle, self.history, call) {
                let done = done.with(at);
                if !self.seen.insert((done.clone(), after.clone())) {
                    continue;
                }
                self.order.push(call);
                let enough = self.extend(&done, &after);
                self.order.pop();
                if enough {
                    return true;
                }
            }
        }
        false
    }
}
