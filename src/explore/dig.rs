//! From all that was unlawful to one finding for each fault: one of each is made small, and tried again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::draw::Draw;
use super::explorer::{Explorer, Share};
use super::moves::{Move, Range};
use super::shown::{Group, Shown};
use super::signature::{
    ALONE, Essence, Plain, READING, Signature, essence, essence_of_lanes, is_as_plain, missing, plain,
    refusals,
};
use crate::case::Level;
use crate::report::{Confirmed, Finding};
use crate::run::Came;

/// Rounds by which a race is confirmed.
const ROUNDS: u32 = 50;
/// Runs by which a sequence is confirmed.
const RUNS: u32 = 3;
/// Rounds that are under way at a time.
const AT_ONCE: usize = 8;
/// Up to this number of further draws of a group are tried, where the one before was not seen again.
const OTHERS: usize = 2;
/// What is not small by then, on a slow endpoint, stays as it is.
const LONGEST: Duration = Duration::from_secs(30);

/// How draws are tried again.
pub(super) struct Trials {
    /// How often each of them is.
    pub(super) rounds: u32,
    /// How many rounds are under way at a time.
    pub(super) at_once: usize,
    /// Whether what they complete is read again by an audit.
    pub(super) are_audited: bool,
}

impl Trials {
    /// What confirms a draw.
    pub(super) fn of(draw: &Draw) -> Self {
        let (rounds, at_once) = match (draw.restarts(), draw.has_race()) {
            (true, _) => (RUNS, 1),
            (false, true) => (ROUNDS, AT_ONCE),
            (false, false) => (RUNS, AT_ONCE),
        };
        Self { rounds, at_once, are_audited: false }
    }
}

/// What one fault has shown.
struct Fault {
    shown: Shown,
    essence: Essence,
    /// The case was made small: what it is about is all that it takes.
    is_small: bool,
    /// What is wrong with single calls of its case, where that is plain.
    plain: Plain,
    /// Everything that its case has shown in all its trials.
    seen: BTreeSet<Signature>,
    /// What the calls of its race show one behind the other, if the race shows something nearly every time.
    in_turn: BTreeSet<Signature>,
    confirmed: Option<Confirmed>,
    /// How many more draws have shown it.
    others: u32,
    /// The cases of all of them.
    cases: BTreeSet<String>,
}

impl Fault {
    fn has_race(&self) -> bool {
        self.shown.draw.has_race()
    }

    /// Whether something is missing in both that the same call took away.
    fn misses_like(&self, other: &Shown) -> bool {
        let missing = |shown: &Shown| missing(&shown.history, &shown.explanation);
        missing(&self.shown).is_some_and(|one| missing(other).is_some_and(|another| one.is_like(&another)))
    }

    /// Whether what it takes away is missing in a race with the call that takes it away.
    fn takes_part_in(&self, race: &Shown) -> bool {
        race.draw.has_race() && self.misses_like(race)
    }

    /// Whether what was answered with success had to be refused for the same reason.
    fn is_refused_like(&self, other: &Self) -> bool {
        let refusals = |fault: &Self| refusals(&fault.shown.history, &fault.shown.explanation);
        let (one, another) = (refusals(self), refusals(other));
        one.is_empty() || another.is_empty() || !one.is_disjoint(&another)
    }

    /// Whether a case without a race shows what the calls of this race show one behind the other.
    fn needs_no_race_for(&self, race: &Self) -> bool {
        !self.has_race() && !self.seen.is_disjoint(&race.in_turn)
    }

    /// Whether it was tried again, and not seen.
    fn was_not_seen_again(&self) -> bool {
        self.confirmed.is_some_and(|confirmed| confirmed.shown == 0)
    }

    /// Whether what some draws have shown is the same once more: its case shows it too, or its calls were in each of
    /// their races and are to blame there.
    fn explains(&self, signature: &Signature, all: &[Shown]) -> bool {
        let is_plain = |shown: &Shown| is_as_plain(&self.plain, &shown.plain());
        *signature == self.shown.told.signature
            // What races show beside explains no single calls.
            || (self.is_small
                && self.seen.contains(signature)
                && (!self.has_race() || all.iter().all(|shown| shown.draw.has_race())))
            || (!self.has_race() && all.iter().all(is_plain))
            || (!self.has_race() && self.is_small && all.iter().all(|shown| self.takes_part_in(shown)))
            || (self.is_small
                && all.iter().all(|shown| shown.draw.has_race() && shown.is_about(&self.essence)))
    }

    /// Whether two cases are about the same calls, as far as they were made small.
    fn is_the_same(&self, other: &Self) -> bool {
        let race = |fault: &Self| fault.has_race();
        let kind = |fault: &Self| fault.shown.explanation.kind;
        match (self.is_small, other.is_small) {
            (true, true) if !race(self) && !race(other) && self.misses_like(&other.shown) => true,
            (true, true) if !self.plain.is_empty() && !other.plain.is_empty() => {
                is_as_plain(&self.plain, &other.plain)
            }
            (true, true) if race(self) == race(other) => {
                self.essence == other.essence && (race(self) || self.is_refused_like(other))
            }
            // What single calls show, they show beside others too.
            (true, true) => {
                let writes = other.essence.iter().all(|call| *call == READING || self.essence.contains(call));
                !race(self) && writes && kind(self) == kind(other) && other.shown.is_told_of(&Essence::new())
            }
            // There was no time for it.
            (true, false) => kind(self) == kind(other) && other.shown.is_told_of(&self.essence),
            // What starts the server anew is never made small: what one draw of them shows is one thing.
            (false, _) => self.shown.draw.restarts() && self.shown.draw.label == other.shown.draw.label,
        }
    }
}

impl Shown {
    /// What it takes: the calls of its race, or all of them.
    fn essence(&self) -> Essence {
        let lanes = self.history.calls.iter().filter(|call| call.client != ALONE);
        match lanes.count() {
            0 | 1 => essence(self.history.calls.iter()),
            _ => essence_of_lanes(&self.history),
        }
    }

    /// What is wrong with single calls of it, where that is plain.
    fn plain(&self) -> Plain {
        plain(&self.history, &self.explanation, &self.told)
    }

    /// Whether all calls of a race were in this one, and are to blame.
    fn is_about(&self, race: &Essence) -> bool {
        let lanes = essence_of_lanes(&self.history);
        race.is_subset(&lanes) && self.is_told_of(race)
    }

    /// Whether the calls to blame are among these, or read.
    fn is_told_of(&self, calls: &Essence) -> bool {
        let told = essence(self.told.calls.iter().filter_map(|at| self.history.calls.get(*at)));
        told.iter().all(|call| calls.contains(call) || *call == READING)
    }
}

/// The same calls, looked at in other ways; where there is no race, also after fewer of them.
fn read_otherwise(draw: &Draw) -> Vec<Draw> {
    let mut moves = draw.moves.clone();
    while moves.last().is_some_and(reads) {
        moves.pop();
    }
    let ways = [
        Move::Get { key: 0, range: Range::Whole },
        Move::Get { key: 0, range: Range::First },
        Move::Head { key: 0 },
        Move::ListObjects,
        Move::ListUploads { paged: false },
        Move::ListParts { upload: u8::MAX, paged: false, after: 0 },
    ];
    let first = if draw.has_race() { moves.len() } else { 1.min(moves.len()) };
    let looks = (first..=moves.len()).flat_map(|until| ways.iter().map(move |way| (until, way)));
    let read_by = |(until, way): (usize, &Move)| {
        let mut moves = moves[..until].to_vec();
        for next in &mut moves {
            if let Move::Race(lanes) = next {
                lanes.retain(|lane| !reads(lane));
                lanes.push(way.clone());
            }
        }
        moves.push(way.clone());
        draw.with(moves, None)
    };
    looks.map(read_by).collect()
}

/// The same calls one behind the other, in each order of two.
fn in_turn(draw: &Draw) -> Vec<Draw> {
    let flat = |is_reversed: bool| {
        let moves = draw.moves.iter().flat_map(|next| match next {
            Move::Race(lanes) => {
                let mut lanes: Vec<Move> = lanes.iter().map(|lane| lane.bare().clone()).collect();
                if is_reversed {
                    lanes.reverse();
                }
                lanes
            }
            other => vec![other.clone()],
        });
        draw.with(moves.collect(), None)
    };
    vec![flat(false), flat(true)]
}

fn reads(next: &Move) -> bool {
    match next {
        Move::Lane { call, .. } => reads(call),
        Move::Get { .. }
        | Move::Head { .. }
        | Move::ListObjects
        | Move::ListUploads { .. }
        | Move::ListParts { .. } => true,
        _ => false,
    }
}

/// Those that were not seen again, and what races show of what single calls show too, are counted with others that
/// explain them.
fn explained_by_others(faults: Vec<Fault>) -> Vec<Fault> {
    let is_plain =
        |shown: &Shown| !shown.plain().is_empty() || missing(&shown.history, &shown.explanation).is_some();
    let is_open = |fault: &Fault| {
        fault.was_not_seen_again()
            || (fault.has_race() && (is_plain(&fault.shown) || !fault.in_turn.is_empty()))
    };
    let (open, mut kept): (Vec<Fault>, Vec<Fault>) = faults.into_iter().partition(is_open);
    for fault in open {
        let shown = std::slice::from_ref(&fault.shown);
        let explains = |known: &Fault| {
            known.explains(&fault.shown.told.signature, shown) || known.needs_no_race_for(&fault)
        };
        match kept.iter_mut().find(|known| explains(known)) {
            Some(known) => {
                known.others += fault.others + 1;
                known.cases.extend(fault.cases);
            }
            None => kept.push(fault),
        }
    }
    kept.sort_by_key(|fault| fault.shown.explanation.kind);
    kept
}

impl Explorer<'_> {
    /// A finding for each fault: what was seen first of it, made small. What others it explains is counted with it.
    pub(super) async fn dig(&mut self, share: Share) -> Vec<Finding> {
        let mut open: Vec<(Signature, Group)> = std::mem::take(&mut self.shown).into_iter().collect();
        // The worst first, and what needs no luck: there may not be the time for all.
        open.sort_by_key(|(signature, group)| {
            let needs_luck = group.nearest.iter().all(|shown| shown.draw.has_race());
            (signature.kind(), needs_luck, std::cmp::Reverse(group.count))
        });
        let mut faults: Vec<Fault> = Vec::new();
        let count = open.len();
        for (at, (signature, group)) in open.into_iter().enumerate() {
            let Group { nearest: all, cases, count: others } = group;
            if let Some(fault) = faults.iter_mut().find(|fault| fault.explains(&signature, &all)) {
                fault.others += others;
                fault.cases.extend(cases);
                continue;
            }
            // The one with the fewest calls before it is the nearest to the point.
            let mut all = all.into_iter();
            let Some(nearest) = all.next() else { continue };
            let mut fault = self.fault(nearest, &signature, share, count - at).await;
            // What one race shows seldom, another one may show often.
            for shown in all.take(OTHERS) {
                if !fault.was_not_seen_again() {
                    break;
                }
                let another = self.fault(shown, &signature, share, count - at).await;
                if another.is_small {
                    fault = another;
                }
            }
            match faults.iter_mut().find(|known| known.is_the_same(&fault)) {
                Some(known) => {
                    let count = known.others + others;
                    let mut seen = std::mem::take(&mut known.seen);
                    seen.extend(fault.seen.iter().cloned());
                    let mut all = std::mem::take(&mut known.cases);
                    all.extend(cases);
                    // What needs no luck says more.
                    if known.has_race() && !fault.has_race() && fault.is_small {
                        *known = fault;
                    }
                    (known.others, known.seen, known.cases) = (count, seen, all);
                }
                None => faults.push(Fault { others: others - 1, cases, ..fault }),
            }
        }
        let mut findings = Vec::new();
        for Fault { shown, confirmed, others, cases, .. } in explained_by_others(faults) {
            let finding = self.finding(shown, confirmed, others);
            // What an audit misses is never explained by what breaks no promise.
            if finding.level == Level::Must {
                self.explained.extend(cases);
            }
            findings.push(finding);
        }
        findings
    }

    /// Makes small what was shown, and finds out what else the same calls show.
    async fn fault(&mut self, shown: Shown, signature: &Signature, share: Share, left: usize) -> Fault {
        let now = Instant::now();
        let left = u32::try_from(left).unwrap_or(1);
        let until = match share.until {
            // Those that come first are the worst: they may take more than their part.
            Some(until) => now + (until.saturating_duration_since(now) / left.min(3)).min(LONGEST),
            None => now + LONGEST,
        };
        // No fault uses up what the others need.
        let bytes =
            self.spent_so_far() + share.bytes.saturating_sub(self.spent_so_far()) / u64::from(left.min(3));
        let share = Share { until: Some(until), bytes };
        self.seen = BTreeSet::from([signature.clone()]);
        let (small, confirmed) = match (self.options.shrinks, shown.draw.restarts()) {
            (false, _) => (shown, None),
            // Many restarts would take longer than what they make smaller is worth.
            (true, true) => {
                let confirmed = self.confirm(&shown.draw, signature, share).await;
                (shown, confirmed)
            }
            (true, false) => self.confirmed(shown, signature, share).await,
        };
        let seen = std::mem::take(&mut self.seen);
        let in_turn = self.shown_in_turn(&small, confirmed, share).await;
        Fault {
            essence: small.essence(),
            plain: small.plain(),
            is_small: !small.draw.restarts() && confirmed.is_some_and(|confirmed| confirmed.shown > 0),
            shown: small,
            seen,
            in_turn,
            confirmed,
            others: 0,
            cases: BTreeSet::new(),
        }
    }

    /// Confirms a finding, makes it small, and confirms what is left of it.
    async fn confirmed(
        &mut self,
        shown: Shown,
        signature: &Signature,
        share: Share,
    ) -> (Shown, Option<Confirmed>) {
        let Some(before) = self.confirm(&shown.draw, signature, share).await else { return (shown, None) };
        if before.shown == 0 {
            return (shown, Some(before));
        }
        // Three times as often as it took misses one in twenty.
        let attempts = (3 * before.tries).div_ceil(before.shown).min(ROUNDS);
        let attempts = if shown.draw.has_race() { attempts } else { 1 };
        let small = self.shrink(shown, signature, attempts, share).await;
        // Larger draws may have shown what is another fault.
        self.seen = BTreeSet::from([signature.clone()]);
        // What else the same calls show: one fault is one finding.
        self.showing(read_otherwise(&small.draw), signature, attempts, share).await;
        let confirmed = self.confirm(&small.draw, signature, share).await;
        (small, Some(confirmed.unwrap_or(before)))
    }

    /// What the calls of a race show one behind the other, where it shows something nearly every time.
    async fn shown_in_turn(
        &mut self,
        race: &Shown,
        confirmed: Option<Confirmed>,
        share: Share,
    ) -> BTreeSet<Signature> {
        let needs_no_luck = confirmed.is_some_and(|Confirmed { shown, tries }| shown * 10 >= tries * 9);
        if !needs_no_luck || !race.draw.has_race() || race.draw.restarts() {
            return BTreeSet::new();
        }
        let draws: Vec<Arc<Draw>> = in_turn(&race.draw).into_iter().map(Arc::new).collect();
        let trials = Trials { rounds: RUNS, at_once: AT_ONCE, are_audited: false };
        let mut found = BTreeSet::new();
        self.trials(&draws, &trials, share, |_, all| {
            found.extend(all.into_iter().map(|shown| shown.told.signature));
            false
        })
        .await;
        found
    }

    /// How often a draw shows the same again, on keys of its own each time.
    async fn confirm(&mut self, draw: &Arc<Draw>, signature: &Signature, share: Share) -> Option<Confirmed> {
        let (mut shown, mut tries) = (0, 0);
        self.trials(std::slice::from_ref(draw), &Trials::of(draw), share, |_, all| {
            tries += 1;
            shown += u32::from(all.iter().any(|one| one.told.signature == *signature));
            false
        })
        .await;
        (tries > 0).then_some(Confirmed { shown, tries })
    }

    /// Which of several draws show something again, in up to `attempts` rounds of each; all side by side.
    pub(super) async fn showing(
        &mut self,
        draws: Vec<Draw>,
        signature: &Signature,
        attempts: u32,
        share: Share,
    ) -> Vec<Option<Shown>> {
        let draws: Vec<Arc<Draw>> = draws.into_iter().map(Arc::new).collect();
        let mut found: Vec<Option<Shown>> = draws.iter().map(|_| None).collect();
        let trials = Trials { rounds: attempts, at_once: AT_ONCE, are_audited: false };
        self.trials(&draws, &trials, share, |at, all| {
            let same = all.into_iter().filter(|shown| shown.told.signature == *signature);
            let same = same.min_by_key(|shown| shown.told.calls.clone());
            found[at] = found[at].take().or(same);
            found[at].is_some()
        })
        .await;
        found
    }

    /// Runs each of several draws again, side by side. `take` gets what each run has shown, and says whether the draw needs
    /// no more of them.
    pub(super) async fn trials(
        &mut self,
        draws: &[Arc<Draw>],
        trials: &Trials,
        share: Share,
        mut take: impl FnMut(usize, Vec<Shown>) -> bool,
    ) {
        let cases: Vec<_> =
            draws.iter().map(|draw| draw.case(self.scope, &self.options.seed, self.provider)).collect();
        let mut is_done = vec![false; draws.len()];
        let mut queue = (0..trials.rounds).flat_map(|_| 0..draws.len());
        let mut tasks = JoinSet::new();
        loop {
            while tasks.len() < trials.at_once {
                let Some(at) = queue.by_ref().find(|at| !is_done[*at]) else { break };
                let Some((case, cost)) = &cases[at] else { continue };
                if self.why_not(share, cost.bytes).is_some() {
                    break;
                }
                self.spend(cost.bytes);
                let planned = self.planned(&draws[at], case.clone());
                let planned = if trials.are_audited { planned } else { planned.again() };
                let beside = self.runner.beside();
                tasks.spawn(async move { (at, beside.run(&planned).await) });
            }
            let Some(joined) = tasks.join_next().await else { break };
            let Ok((at, came)) = joined else { continue };
            let all = self.tried(&draws[at], came);
            is_done[at] |= take(at, all);
        }
    }

    /// What a trial of a draw has shown.
    fn tried(&mut self, draw: &Arc<Draw>, came: Came) -> Vec<Shown> {
        self.left.add(came.left);
        let all = came.judged.map(|judged| self.shown_by(draw, judged)).unwrap_or_default();
        self.seen.extend(all.iter().map(|shown| shown.told.signature.clone()));
        all
    }
}
