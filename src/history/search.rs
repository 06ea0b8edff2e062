//! The search for a lawful order: Wing and Gong's, with Lowe's memory of what was tried.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::{Duration, Instant};

use super::joint::{Joint, Oracle};
use super::{Ask, History, Saw};

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
const MOST: usize = 100_000;
/// Bytes that one state may take.
const LARGEST: usize = 16 << 20;
/// Bytes that the states which lead to one may take: each call has one of its own.
const MOST_HELD: usize = 128 << 20;
/// So long it may take.
const LONGEST: Duration = Duration::from_secs(1);
/// So long all the keys of a history may take.
const LONGEST_OF_ALL: Duration = Duration::from_secs(30);
/// Of more calls to a key no order is looked for: the search is as deep as they are many.
const MOST_CALLS: usize = 1_000;

/// Searches an order of some calls of a history, from any of the given states.
///
/// With `every`, all states that a lawful order can lead to are found; otherwise one is enough.
pub fn search(history: &History, calls: &[usize], from: &[Joint], oracle: &Oracle, every: bool) -> Found {
    search_in_order(history, calls, from, oracle, Wanted { every, before: None })
}

/// What is looked for.
#[derive(Clone, Copy)]
struct Wanted {
    /// Every state that a lawful order can lead to.
    every: bool,
    /// Orders alone in which the first of these takes effect before the second.
    before: Option<(usize, usize)>,
}

fn search_in_order(
    history: &History,
    calls: &[usize],
    from: &[Joint],
    oracle: &Oracle,
    wanted: Wanted,
) -> Found {
    // What was not answered before may take effect now.
    let pending: BTreeSet<usize> = from.iter().flat_map(Joint::pending).copied().collect();
    let fresh = calls.iter().filter(|call| !pending.contains(call));
    let calls: &[usize] = &pending.iter().chain(fresh).copied().collect::<Vec<_>>();
    if calls.len() > MOST_CALLS {
        return Found::TooMany;
    }
    let mut search = Search {
        history,
        calls,
        oracle,
        wanted,
        seen: HashSet::new(),
        order: Vec::new(),
        ends: Vec::new(),
        stuck: Stuck { at: from.first().cloned().unwrap_or_default(), ..Stuck::default() },
        deepest: None,
        tried: 0,
        held: 0,
        until: Instant::now() + LONGEST,
        gave_up: false,
    };
    for state in from {
        let mut done = Done::new(calls.len());
        for (at, call) in calls.iter().enumerate() {
            if pending.contains(call) && !state.pending().contains(call) {
                done = done.with(at);
            }
        }
        if search.extend(&done, &state.with_pending(BTreeSet::new())) {
            break;
        }
    }
    match search.ends.is_empty() {
        // Some of the states would be no ground to call a later answer unlawful.
        _ if search.gave_up => Found::TooMany,
        true => Found::Unlawful(search.stuck),
        false => Found::Lawful(search.ends),
    }
}

/// Judges a whole history, the keys that do not touch each other by themselves.
pub fn judge(history: &History, oracle: &Oracle) -> Found {
    let until = Instant::now() + LONGEST_OF_ALL;
    for calls in partitions(history) {
        if Instant::now() > until {
            return Found::TooMany;
        }
        match search(history, &calls, &[Joint::default()], oracle, false) {
            Found::Lawful(_) => {}
            other => return other,
        }
    }
    Found::Lawful(Vec::new())
}

/// Which of two calls took effect first, by what they and all others were answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The first of the two.
    First,
    /// The second of the two.
    Second,
    /// Both orders explain the answers.
    Either,
}

/// Which of two calls of a lawful history took effect first; nothing where no order explains it, or there are too many.
pub fn order_of(history: &History, (a, b): (usize, usize), oracle: &Oracle) -> Option<Order> {
    let calls = partitions(history).into_iter().find(|calls| calls.contains(&a))?;
    let holds = |before: (usize, usize)| {
        let wanted = Wanted { every: false, before: Some(before) };
        let found = search_in_order(history, &calls, &[Joint::default()], oracle, wanted);
        matches!(found, Found::Lawful(_))
    };
    match (holds((a, b)), holds((b, a))) {
        (true, true) => Some(Order::Either),
        (true, false) => Some(Order::First),
        (false, true) => Some(Order::Second),
        (false, false) => None,
    }
}

/// The earliest call of an unlawful history that is to blame for it: all others could be explained if its success had
/// had no effect, or if its refusal had had one. Nothing where it takes more than one.
pub fn earliest_to_blame(history: &History, stuck: &Stuck, oracle: &Oracle) -> Option<usize> {
    let last = *stuck.next.iter().max()?;
    let calls = partitions(history).into_iter().find(|calls| calls.contains(&last))?;
    let calls: Vec<usize> = calls.into_iter().filter(|at| *at <= last).collect();
    let mut otherwise = history.clone();
    let until = Instant::now() + LONGEST_OF_ALL;
    calls.iter().copied().take_while(|_| Instant::now() < until).find(|at| {
        let saw = std::mem::replace(&mut otherwise.calls[*at].saw, Saw::Nothing);
        let is_refusal = matches!(saw, Saw::Refused { .. });
        let others: Vec<usize> = calls.iter().copied().filter(|other| is_refusal || other != at).collect();
        let found = search(&otherwise, &others, &[Joint::default()], oracle, false);
        otherwise.calls[*at].saw = saw;
        matches!(found, Found::Lawful(_))
    })
}

/// Calls of the same key stand together; a copy joins the keys that it reads and writes.
fn partitions(history: &History) -> Vec<Vec<usize>> {
    let mut group: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Vec<&str>> = Vec::new();
    for call in &history.calls {
        let mut of = |key| {
            *group.entry(key).or_insert_with(|| {
                groups.push(vec![key]);
                groups.len() - 1
            })
        };
        let written = of(call.ask.key());
        let Ask::UploadPartCopy { source, content: None, .. } = &call.ask else { continue };
        let read = of(source);
        if written == read {
            continue;
        }
        // The smaller one joins the larger one: so no key moves often.
        let (from, to) = match groups[written].len() < groups[read].len() {
            true => (written, read),
            false => (read, written),
        };
        let joined = std::mem::take(&mut groups[from]);
        group.extend(joined.iter().map(|key| (*key, to)));
        groups[to].extend(joined);
    }
    let mut calls = vec![Vec::new(); groups.len()];
    for (at, call) in history.calls.iter().enumerate() {
        calls[group[call.ask.key()]].push(at);
    }
    calls.retain(|calls| !calls.is_empty());
    calls
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

/// A digest that two of the states of a search do not share.
fn digest(done: &Done, state: &Joint) -> u128 {
    let half = |of: u8| {
        let mut hasher = DefaultHasher::new();
        (of, done, state).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

struct Search<'h> {
    history: &'h History,
    calls: &'h [usize],
    oracle: &'h Oracle,
    wanted: Wanted,
    /// Digests of what was tried: whole states would take more memory than a run may have.
    seen: HashSet<u128>,
    order: Vec<usize>,
    ends: Vec<Joint>,
    stuck: Stuck,
    deepest: Option<usize>,
    tried: usize,
    /// Bytes of the states on the way to this one.
    held: usize,
    until: Instant,
    gave_up: bool,
}

impl Search<'_> {
    /// Whether a call shall not take effect yet.
    fn has_to_wait(&self, done: &Done, call: usize) -> bool {
        let Some((first, _)) = self.wanted.before.filter(|(_, second)| *second == call) else { return false };
        self.calls.iter().position(|at| *at == first).is_some_and(|at| !done.has(at))
    }

    /// Tries every call that can come next. Given is whether enough is known.
    fn extend(&mut self, done: &Done, state: &Joint) -> bool {
        self.tried += 1;
        let weight = state.weight();
        let is_too_large = weight > LARGEST || self.held + weight > MOST_HELD;
        if self.tried >= MOST || is_too_large || Instant::now() >= self.until {
            self.gave_up = true;
            return true;
        }
        self.held += weight;
        let enough = self.go_on(done, state);
        self.held -= weight;
        enough
    }

    fn go_on(&mut self, done: &Done, state: &Joint) -> bool {
        // Calls without an answer need not have happened, and may happen later.
        let open = |at: &usize| !done.has(*at);
        let answered = |at: &usize| self.history.calls[self.calls[*at]].end_us.is_some();
        if !(0..self.calls.len()).filter(open).any(|at| answered(&at)) {
            let pending = (0..self.calls.len()).filter(open).map(|at| self.calls[at]);
            let end = state.with_pending(pending.filter(|at| !self.history.calls[*at].ask.reads()).collect());
            if !self.ends.contains(&end) {
                self.ends.push(end);
            }
            if !self.wanted.every {
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
            .filter(|at| !self.has_to_wait(done, self.calls[*at]))
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
                if !self.seen.insert(digest(&done, &after)) {
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
