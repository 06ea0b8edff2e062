//! Runs the plan, and random draws behind it; what was found is made small in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mpuspec_mock::provider::{Provider, Strength};
use tokio::task::JoinSet;

use super::coverage::Coverage;
use super::draw::{Draw, What};
use super::novelties::Novelties;
use super::pace::Pace;
use super::probe;
use super::scope::{Scope, Unkept};
use super::shown::Group;
use super::signature::Signature;
use super::stages::Stage;
use super::went::Went;
use crate::case::{Case, Level};
use crate::history::Oracle;
use crate::report::{Exploration, Finding, RowReport};
use crate::run::{Came, Findings, Judged, Life, PlannedRow, Runner, Sweep};

/// How much is explored.
#[derive(Clone, Debug)]
pub struct ExploreOptions {
    /// The whole plan, and as many random sequences and races, from [`WHOLE`] on; of less a part of it.
    pub count: u32,
    /// How long it may take, shrinking and confirming included.
    pub time: Option<Duration>,
    /// What draws are made from.
    pub seed: String,
    /// The most bytes to send.
    pub budget: u64,
    /// Whether findings are made small and confirmed.
    pub shrinks: bool,
    /// Ends at the first finding.
    pub first_only: bool,
    /// Where cases of findings are saved.
    pub save: Option<PathBuf>,
}

/// From this count on the whole plan is run.
pub const WHOLE: u32 = 40;

impl ExploreOptions {
    /// How many of a part of the plan are run.
    pub(super) fn part_of(&self, all: usize) -> usize {
        all * self.count.min(WHOLE) as usize / WHOLE as usize
    }
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Explored {
    /// A row each for sequences and for races.
    pub rows: Vec<RowReport>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// The cases of draws that a finding reports, or counts.
    pub explained: BTreeSet<String>,
    /// What of the plan was exercised.
    pub exploration: Exploration,
    /// What could not be removed.
    pub left: Sweep,
}

impl From<Explored> for Findings {
    fn from(explored: Explored) -> Self {
        let Explored { rows, findings, explained, exploration, left } = explored;
        Self { rows, findings, explained, exploration, left, ..Self::default() }
    }
}

/// How much of time and bytes may be used up by the end of something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    pub(super) until: Option<Instant>,
    pub(super) bytes: u64,
}

/// Explores the endpoint of a run.
pub struct Explorer<'r> {
    pub(super) runner: &'r Runner,
    pub(super) provider: &'r Provider,
    pub(super) oracle: Oracle,
    /// Limits that the endpoint was found not to keep.
    pub(super) unkept: Unkept,
    pub(super) scope: Scope,
    pub(super) options: ExploreOptions,
    pub(super) coverage: Coverage,
    /// By what they have in common, in the order in which they were found.
    pub(super) shown: BTreeMap<Signature, Group>,
    /// About how many bytes their histories take.
    pub(super) kept: usize,
    pub(super) deaths: Vec<Finding>,
    /// What was run of the plan, by the ids of the cases: an audit may miss an object of it.
    pub(super) ran: BTreeMap<String, Arc<Draw>>,
    /// What trials have shown since the search for a fault began.
    pub(super) seen: BTreeSet<Signature>,
    /// The cases of draws that a finding reports, or counts.
    pub(super) explained: BTreeSet<String>,
    pub(super) novelties: Novelties,
    /// Whether it goes on behind the plan until its time is over.
    soaks: bool,
    started: Instant,
    /// Bytes beyond the budget that passes behind the plan may send.
    allowed: u64,
    /// The bytes that its draws have sent so far; other rows may run beside them.
    spent: u64,
    pub(super) left: Sweep,
    /// The server is gone, or somebody wants to end.
    pub(super) is_over: bool,
}

/// A draw that could not be judged.
type Troubled = (Arc<Draw>, RowReport);

/// What of the time and of the bytes sequences may have used up in the end, and what histories, in percent.
const OF_SEQUENCES: u64 = 30;
const OF_HISTORIES: u64 = 75;

impl<'r> Explorer<'r> {
    /// An explorer for the endpoint of a run.
    pub fn new(runner: &'r Runner, provider: &'r Provider, options: ExploreOptions) -> Self {
        let missing = |operation: &str| runner.preflight().is_missing(operation);
        let scope = Scope::of(provider, runner.scheme())
            .without(missing("UploadPartCopy"), missing("ListMultipartUploads"))
            .with_restarts(runner.can_restart())
            .with_nodes(runner.nodes());
        let oracle = Oracle::of(provider);
        Self {
            runner,
            provider,
            coverage: Coverage::new(scope, oracle.clone()),
            oracle,
            unkept: Unkept::default(),
            scope,
            options,
            shown: BTreeMap::new(),
            kept: 0,
            deaths: Vec::new(),
            ran: BTreeMap::new(),
            seen: BTreeSet::new(),
            explained: BTreeSet::new(),
            novelties: Novelties::default(),
            soaks: false,
            started: Instant::now(),
            allowed: 0,
            spent: 0,
            left: Sweep::default(),
            is_over: false,
        }
    }

    /// Goes on behind the plan until its time is over.
    #[must_use]
    pub fn soaking(self, soaks: bool) -> Self {
        Self { soaks, ..self }
    }

    /// Explores, and returns what came of it.
    pub async fn explore(&mut self) -> Explored {
        self.explore_all(&[What::Sequences, What::Histories]).await
    }

    /// Explores sequences alone or histories alone, by the id of their row.
    pub async fn explore_only(&mut self, id: &str) -> Explored {
        let what = if id == What::Sequences.id() { What::Sequences } else { What::Histories };
        self.explore_all(&[what]).await
    }

    async fn explore_all(&mut self, all: &[What]) -> Explored {
        let received = self.runner.received();
        let lacking = probe::probe(self).await;
        self.coverage = Coverage::new(self.scope, self.oracle.clone());
        let mut went = Vec::new();
        for what in all {
            let part = match what {
                // Alone they have all there is.
                What::Sequences if all.len() > 1 => OF_SEQUENCES,
                _ => OF_HISTORIES,
            };
            let started = Instant::now();
            let mut this = self.run_plan(*what, self.share(part)).await;
            this.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            went.push((*what, this));
        }
        if self.soaks {
            self.soak(&mut went).await;
        }
        let mut findings = self.dig(self.all()).await;
        findings.append(&mut self.deaths);
        let mut rows: Vec<RowReport> =
            went.into_iter().map(|(what, went)| self.row(what, went, &findings)).collect();
        for row in &mut rows {
            row.notes.extend(lacking.iter().cloned());
        }
        let exploration = self.coverage.told((self.spent, self.runner.received() - received));
        let (explained, left) = (std::mem::take(&mut self.explained), std::mem::take(&mut self.left));
        Explored { rows, findings, explained, exploration, left }
    }

    /// What may have been used up when this percentage of it is.
    fn share(&self, percent: u64) -> Share {
        let until =
            self.options.time.map(|time| self.started + time * u32::try_from(percent).unwrap_or(100) / 100);
        Share { until, bytes: self.allowed + self.options.budget / 100 * percent }
    }

    /// What is left of some time since it began.
    pub(super) fn left_of(&self, time: Duration) -> Duration {
        time.saturating_sub(self.started.elapsed())
    }

    /// Allows as many bytes once more. Returns how many may have been sent in the end of a pass.
    pub(super) fn allow_a_pass(&mut self) -> u64 {
        self.allowed = self.spent + self.options.budget;
        self.allowed
    }

    /// All of it.
    pub(super) fn all(&self) -> Share {
        self.share(100)
    }

    /// The bytes that were sent.
    pub(super) fn spent_so_far(&self) -> u64 {
        self.spent
    }

    /// Counts bytes that are sent now.
    pub(super) fn spend(&mut self, bytes: u64) {
        self.spent += bytes;
    }

    async fn run_plan(&mut self, what: What, share: Share) -> Went {
        let mut went = Went::default();
        for stage in Stage::of(what) {
            if *stage == Stage::Random && self.unkept == Unkept::default() {
                self.look_for_unkept(share).await;
            }
            let draws = self.draws(what, *stage);
            self.run_draws(draws, (share, stage.is_due()), &mut went).await;
            if self.is_over {
                break;
            }
        }
        went
    }

    /// Runs draws, those behind the others that start the server anew: they would disturb them.
    pub(super) async fn run_draws(&mut self, draws: Vec<Draw>, due: (Share, bool), went: &mut Went) {
        let draws = draws.into_iter().map(Arc::new);
        let (alone, others): (Vec<_>, Vec<_>) = draws.partition(|draw| draw.restarts());
        for (draws, pace) in [(others, Pace::new()), (alone, Pace::alone())] {
            self.run_all(draws, pace, due, went).await;
        }
    }

    /// Runs draws side by side, as long as time and bytes last. Those that are due and were not run are counted.
    async fn run_all(
        &mut self,
        draws: Vec<Arc<Draw>>,
        mut pace: Pace,
        (share, due): (Share, bool),
        went: &mut Went,
    ) {
        let mut missing = u32::try_from(draws.len()).unwrap_or(u32::MAX);
        let mut draws = draws.into_iter();
        let mut tasks = JoinSet::new();
        let mut stopped = None;
        let mut troubled = Vec::new();
        loop {
            while stopped.is_none() && troubled.is_empty() && tasks.len() < pace.at_once() {
                let Some(draw) = draws.next() else { break };
                if self.coverage.is_left_out(&draw) {
                    missing = missing.saturating_sub(1);
                    continue;
                }
                let draw = self.coverage.timed(draw);
                let Some((case, cost)) = draw.case(self.scope, &self.options.seed, self.provider) else {
                    continue;
                };
                stopped = self.why_not(share, cost.bytes);
                if stopped.is_none() {
                    self.spend(cost.bytes);
                    let (beside, planned) = (self.runner.beside(), self.planned(&draw, case));
                    self.ran.insert(draw.id(), draw.clone());
                    tasks.spawn(async move { (draw, beside.run(&planned).await) });
                }
            }
            match tasks.join_next().await {
                Some(Ok((draw, came))) => {
                    pace.ended();
                    missing -= 1;
                    troubled.extend(self.note(draw, came, went));
                    if self.options.first_only && !self.shown.is_empty() {
                        stopped.get_or_insert("it ends at the first finding".to_owned());
                        self.is_over = true;
                    }
                }
                // A draw that panics is a mistake of the suite; it counts as not run.
                Some(Err(_)) => {}
                None if troubled.is_empty() => break,
                // Nothing is under way: whoever is at fault can be found.
                None => self.examine(std::mem::take(&mut troubled), share, went).await,
            }
        }
        if let (Some(why), true) = (stopped, missing > 0) {
            if due {
                went.not_run += missing;
            }
            went.stopped.get_or_insert(why);
        }
    }

    /// Why no more is run that sends that number of bytes.
    pub(super) fn why_not(&self, share: Share, bytes: u64) -> Option<String> {
        if self.is_over {
            return Some("the server is gone".to_owned());
        }
        if self.runner.is_interrupted() {
            return Some("the run ended before".to_owned());
        }
        if share.until.is_some_and(|until| Instant::now() >= until) {
            return Some("its time is over (--explore-time)".to_owned());
        }
        let is_spent = self.spent + bytes > share.bytes;
        is_spent.then(|| format!("the budget of {} MiB allows no more (--budget)", self.options.budget >> 20))
    }

    /// Takes what came of a draw. Returns it, if it could not be judged.
    fn note(&mut self, draw: Arc<Draw>, came: Came, went: &mut Went) -> Option<Troubled> {
        self.coverage.add(&draw, &came);
        let Came { report, left, judged } = came;
        if let (true, Some(judged)) = (self.soaks, &judged) {
            self.novelties.look_at(&draw, &judged.history);
        }
        self.left.add(left);
        went.ran += 1;
        went.steps += report.steps.len();
        went.undecided += u32::from(judged.as_ref().is_some_and(|judged| judged.undecided));
        let all = judged.map(|judged| self.shown_by(&draw, judged)).unwrap_or_default();
        let found = !all.is_empty();
        for shown in all {
            self.keep(shown);
        }
        let troubled = !found && report.verdict.counts_against();
        if troubled {
            self.coverage.trouble(&draw);
        }
        troubled.then_some((draw, report))
    }

    /// Looks whether the server lives after draws that could not be judged; if it does not, which of them it dies of.
    async fn examine(&mut self, troubled: Vec<Troubled>, share: Share, went: &mut Went) {
        went.troubles += u32::try_from(troubled.len()).unwrap_or(u32::MAX);
        let life = self.runner.look(&troubled[0].1.id).await;
        let reason = troubled[0].1.reason.clone().unwrap_or_default();
        if life == Life::Alive {
            went.trouble = troubled.into_iter().next().map(|(_, report)| (reason, report));
            return;
        }
        let mut killer = None;
        for (draw, report) in &troubled {
            if self.run_again(draw, share).await.is_some()
                && self.runner.look(&report.id).await != Life::Alive
            {
                killer = Some(draw.clone());
                break;
            }
        }
        let level = if killer.is_some() { Level::Must } else { Level::Info };
        let finding = self.death(&killer.unwrap_or_else(|| troubled[0].0.clone()), level);
        self.deaths.push(finding);
        self.is_over = self.runner.look(&troubled[0].1.id).await == Life::Gone;
        went.trouble =
            troubled.into_iter().next().map(|(_, report)| (format!("the server died: {reason}"), report));
    }

    /// The row of a draw.
    pub(super) fn planned(&self, draw: &Draw, case: Arc<Case>) -> PlannedRow {
        PlannedRow::generated(case, Level::Must).judged_by(self.oracle_of(draw))
    }

    /// What judges a draw.
    pub(super) fn oracle_of(&self, draw: &Draw) -> Oracle {
        if draw.unkept.small_parts { self.oracle.with_small_parts() } else { self.oracle.clone() }
    }

    /// Whether an order of these calls is promised.
    pub(super) fn promises_order(&self, draw: &Draw) -> bool {
        !draw.has_race() || self.provider.consistency.multipart == Strength::Strong
    }

    /// Runs a draw once more, if time and bytes allow it. What it completes is no object of an audit.
    pub(super) async fn run_again(
        &mut self,
        draw: &Draw,
        share: Share,
    ) -> Option<(RowReport, Option<Judged>)> {
        let (case, cost) = draw.case(self.scope, &self.options.seed, self.provider)?;
        if self.why_not(share, cost.bytes).is_some() {
            return None;
        }
        self.spend(cost.bytes);
        let planned = self.planned(draw, case).again();
        let Came { report, left, judged } = self.runner.beside().run(&planned).await;
        self.left.add(left);
        Some((report, judged))
    }
}
