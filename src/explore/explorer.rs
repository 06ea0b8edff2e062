//! Draws moves, runs what they come to, and keeps the smallest case of each kind of finding.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mpuspec_mock::provider::{Origin as FileOrigin, Provider, Strength};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest, Sha256};

use super::finding::signature;
use super::moves::{Move, Scope, races, sequence};
use super::script::{self, Origin};
use crate::case::{Case, Level, load_case};
use crate::operation::Cost;
use crate::report::{Finding, HISTORIES, RowReport, SEQUENCES, Verdict};
use crate::run::{Findings, Life, PlannedRow, Runner, Sweep, cost_of};

/// How much is explored.
#[derive(Clone, Debug)]
pub struct ExploreOptions {
    /// Sequences of calls, and as many races.
    pub count: u32,
    /// Goes on with races for so long.
    pub race_time: Duration,
    /// What moves are drawn from.
    pub seed: String,
    /// The most bytes to send.
    pub budget: u64,
    /// Whether findings are made small.
    pub shrinks: bool,
    /// Ends after so many kinds of findings of sequences, and of races: more of them tell little more.
    pub most: usize,
    /// Where cases of findings are saved.
    pub save: Option<PathBuf>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Explored {
    /// A row each for sequences and for races.
    pub rows: Vec<RowReport>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What could not be removed.
    pub left: Sweep,
}

/// Explores the endpoint of a run.
pub struct Explorer<'r> {
    pub(super) runner: &'r Runner,
    pub(super) provider: &'r Provider,
    pub(super) scope: Scope,
    pub(super) options: ExploreOptions,
    spent: u64,
    findings: Vec<Finding>,
    known: BTreeSet<String>,
    left: Sweep,
}

/// What is explored.
#[derive(Clone, Copy, PartialEq, Eq)]
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
            Self::Sequences => "Random sequences of calls are answered as the model allows",
            Self::Histories => "Calls at the same time are answered as in some order of them",
        }
    }
}

/// Which draw it is.
pub(super) type Draw = (What, u32);

/// Moves, and which of the steps that they come to are left.
#[derive(Clone)]
pub(super) struct Moves {
    pub(super) moves: Vec<Move>,
    pub(super) steps: Option<Vec<usize>>,
}

impl Moves {
    pub(super) fn whole(moves: Vec<Move>) -> Self {
        Self { moves, steps: None }
    }
}

/// One in so many draws starts the server anew, which takes time.
const RESTARTS_ONE_IN: u32 = 8;
/// One in so many draws has parts of the usual size, where these cost much.
const COSTLY_ONE_IN: u32 = 8;

impl From<Explored> for Findings {
    fn from(explored: Explored) -> Self {
        let Explored { rows, findings, left } = explored;
        Self { rows, findings, left, ..Self::default() }
    }
}

impl<'r> Explorer<'r> {
    /// An explorer for the endpoint of a run.
    pub fn new(runner: &'r Runner, provider: &'r Provider, options: ExploreOptions) -> Self {
        let missing = |operation: &str| runner.preflight().is_missing(operation);
        let scope = Scope::of(provider, runner.scheme())
            .without(missing("UploadPartCopy"), missing("ListMultipartUploads"))
            .with_restarts(runner.can_restart());
        let (findings, known) = (Vec::new(), BTreeSet::new());
        Self { runner, provider, scope, options, spent: 0, findings, known, left: Sweep::default() }
    }

    /// Explores, and tells what came of it.
    pub async fn explore(self) -> Explored {
        self.explore_all(&[What::Sequences, What::Histories]).await
    }

    /// Explores sequences alone or histories alone, by the id of their row.
    pub async fn explore_only(self, id: &str) -> Explored {
        let what = if id == What::Sequences.id() { What::Sequences } else { What::Histories };
        self.explore_all(&[what]).await
    }

    async fn explore_all(mut self, all: &[What]) -> Explored {
        let mut rows = Vec::new();
        for what in all {
            let row = self.explore_one(*what).await;
            rows.push(row);
        }
        Explored { rows, findings: self.findings, left: self.left }
    }

    async fn explore_one(&mut self, what: What) -> RowReport {
        let started = Instant::now();
        let before = self.findings.len();
        let (mut ran, mut calls, mut trouble, mut last) = (0, 0, None, None::<RowReport>);
        let mut stopped = None;
        for index in 0.. {
            let more_time = what == What::Histories && started.elapsed() < self.options.race_time;
            if index >= self.options.count && !more_time {
                break;
            }
            if self.findings.len() - before >= self.options.most {
                stopped = Some(format!("it ended after {} kinds of findings", self.options.most));
                break;
            }
            if self.runner.is_interrupted() {
                break;
            }
            let draw = (what, index);
            let mut tree = self.draw(draw);
            let moves = Moves::whole(tree.current());
            let Some((case, cost)) = self.case(&moves, draw) else { continue };
            if self.spent + cost.bytes > self.share(what) {
                stopped = Some(format!(
                    "the budget of {} MiB allows no more (--budget)",
                    self.options.budget >> 20
                ));
                // Cheaper ones may still fit.
                if index < self.options.count { continue } else { break }
            }
            let report = self.run(&case, cost).await;
            ran += 1;
            calls += report.steps.len();
            if let Some(signature) = signature(&report) {
                if self.known.insert(signature.clone()) {
                    let small = match self.options.shrinks {
                        true => self.shrink(draw, &mut *tree, report, &signature).await,
                        false => (moves, report),
                    };
                    self.findings.push(self.finding(draw, small));
                }
            } else if report.verdict.counts_against() {
                let reason = report.reason.clone().unwrap_or_default();
                let life = self.runner.look(&case.id).await;
                trouble = Some(match life {
                    Life::Alive => reason,
                    Life::Again | Life::Gone => format!("the server died: {reason}"),
                });
                last = Some(report);
                if life != Life::Alive {
                    let finding = self.death(draw, &moves, life).await;
                    self.findings.push(finding);
                }
                if life == Life::Gone || self.runner.look(&case.id).await == Life::Gone {
                    break;
                }
            }
        }
        let found = &self.findings[before..];
        let mut row = RowReport::untried(what.id(), None, what.title(), self.level(what, found));
        row.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        row.notes.push(format!("{ran} drawn and run, {calls} steps, {} kinds of findings", found.len()));
        row.notes.extend(stopped.clone());
        // What was asked for and not run was not judged: the row does not pass.
        let unrun = self.options.count.saturating_sub(ran);
        let not_run = (unrun > 0).then(|| {
            let why = stopped.clone().unwrap_or_else(|| "the run ended before".to_owned());
            format!("{unrun} of {} not run: {why}", self.options.count)
        });
        let counts = found.iter().filter(|finding| finding.level == Level::Must).count();
        (row.verdict, row.reason) = match (counts, trouble) {
            (1.., _) => {
                let titles: Vec<&str> = found.iter().map(|finding| finding.title.as_str()).collect();
                (Verdict::Fail, Some(titles.join("; ")))
            }
            (0, Some(reason)) => (Verdict::Error, Some(reason)),
            (0, None) => match not_run {
                Some(not_run) => (Verdict::Error, Some(not_run)),
                None => (Verdict::Pass, None),
            },
        };
        if let Some(last) = last.filter(|_| row.verdict == Verdict::Error) {
            row.exchanges = last.exchanges;
        }
        row
    }

    /// What may have been sent by the end of a kind of draws: sequences leave half to the races.
    fn share(&self, what: What) -> u64 {
        match what {
            What::Sequences => self.options.budget / 2,
            What::Histories => self.options.budget,
        }
    }

    /// Where nobody promises how concurrent calls are answered, their order is only recorded.
    fn level(&self, what: What, found: &[Finding]) -> Level {
        let promised = what == What::Sequences || self.provider.consistency.multipart == Strength::Strong;
        let never = found.iter().any(|finding| finding.level == Level::Must);
        if promised || never || found.is_empty() { Level::Must } else { Level::Info }
    }

    /// Draws moves: the same seed and index give the same.
    fn draw(&self, (what, index): Draw) -> Box<dyn ValueTree<Value = Vec<Move>>> {
        let name = format!("{}/{}/{index}", self.options.seed, what.id());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &Sha256::digest(name.as_bytes()));
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        let full = !self.scope.costly || index % COSTLY_ONE_IN == COSTLY_ONE_IN - 1;
        let restarts = self.scope.restarts && index % RESTARTS_ONE_IN == RESTARTS_ONE_IN / 2;
        let scope = self.scope.with_restarts(restarts);
        let strategy: BoxedStrategy<Vec<Move>> = match what {
            What::Sequences => sequence(scope, full),
            What::Histories => races(scope, full),
        };
        strategy.new_tree(&mut runner).expect("moves can always be drawn")
    }

    /// The text of what moves come to.
    pub(super) fn text(&self, moves: &Moves, (what, index): Draw) -> Option<String> {
        let seed = format!("{}/{index}", self.options.seed);
        script::write(
            &moves.moves,
            self.scope,
            &Origin { title: what.title(), seed: &seed },
            moves.steps.as_deref(),
        )
    }

    fn case(&self, moves: &Moves, draw: Draw) -> Option<(Arc<Case>, Cost)> {
        let text = self.text(moves, draw)?;
        let id = format!("{}-{}", draw.0.id(), draw.1);
        let origin = FileOrigin { name: format!("{id}.yaml"), text };
        // What does not load is a mistake of the suite, which its tests look for.
        let case = Arc::new(load_case(&id, origin).ok()?);
        let cost = cost_of(&case, self.provider)?;
        Some((case, cost))
    }

    async fn run(&mut self, case: &Arc<Case>, cost: Cost) -> RowReport {
        self.run_as(PlannedRow::generated(case.clone(), Level::Must), cost).await
    }

    /// Runs what moves come to once more; none if the budget does not allow it, or it is no case.
    pub(super) async fn run_again(&mut self, moves: &Moves, draw: Draw) -> Option<RowReport> {
        let (case, cost) = self.case(moves, draw)?;
        if self.spent + cost.bytes > self.share(draw.0) || self.runner.is_interrupted() {
            return None;
        }
        Some(self.run_as(PlannedRow::generated(case, Level::Must).again(), cost).await)
    }

    async fn run_as(&mut self, planned: PlannedRow, cost: Cost) -> RowReport {
        self.spent += cost.bytes;
        let (report, sweep) = self.runner.run_generated(&planned).await;
        self.left.add(sweep);
        report
    }
}
