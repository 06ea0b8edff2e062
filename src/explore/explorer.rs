//! Draws moves, runs what they come to, and keeps the smallest case of each kind of finding.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mpuspec_mock::provider::{Origin as FileOrigin, Provider, Strength};
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest, Sha256};

use super::moves::{Move, Scope, races, sequence};
use super::script::{self, Origin};
use crate::case::{Case, Level, load_case};
use crate::history::call_in_words;
use crate::report::{Finding, FindingKind, RowReport, Verdict};
use crate::run::{Cost, PlannedRow, Runner, Sweep, cost_of};

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
    runner: &'r Runner,
    provider: &'r Provider,
    scope: Scope,
    options: ExploreOptions,
    spent: u64,
    findings: Vec<Finding>,
    known: BTreeSet<String>,
    left: Sweep,
}

/// What is explored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Sequences,
    Histories,
}

impl What {
    fn id(self) -> &'static str {
        match self {
            Self::Sequences => "explore/sequences",
            Self::Histories => "explore/histories",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Sequences => "Random sequences of calls are answered as the model allows",
            Self::Histories => "Calls at the same time are answered as in some order of them",
        }
    }
}

/// Trials of smaller cases, for each finding.
const MOST_TRIES: u32 = 300;
/// How often a race is run before it counts as harmless.
const RACE_TRIES: u32 = 12;
/// Rounds of a race in a saved case.
const SAVED_ROUNDS: u32 = 50;
/// Kinds of findings that are shrunk and told; more of them tell little more.
const MOST_FINDINGS: usize = 8;
/// One in so many draws has parts of the usual size, where these cost much.
const COSTLY_ONE_IN: u32 = 8;

impl<'r> Explorer<'r> {
    /// An explorer for the endpoint of a run.
    pub fn new(runner: &'r Runner, provider: &'r Provider, options: ExploreOptions) -> Self {
        let missing = |operation: &str| runner.preflight().is_missing(operation);
        let scope = Scope::of(provider, runner.scheme())
            .without(missing("UploadPartCopy"), missing("ListMultipartUploads"));
        let (findings, known) = (Vec::new(), BTreeSet::new());
        Self { runner, provider, scope, options, spent: 0, findings, known, left: Sweep::default() }
    }

    /// Explores, and tells what came of it.
    pub async fn explore(mut self) -> Explored {
        let mut rows = Vec::new();
        for what in [What::Sequences, What::Histories] {
            let row = self.explore_one(what).await;
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
            if self.findings.len() >= MOST_FINDINGS {
                stopped = Some(format!("it ended after {MOST_FINDINGS} kinds of findings"));
                break;
            }
            if self.runner.is_interrupted() {
                break;
            }
            let mut tree = self.draw(what, index);
            let moves = tree.current();
            let Some((case, cost)) = self.case(&moves, what, index) else { continue };
            if self.spent + cost.bytes > self.options.budget {
                stopped = Some(format!(
                    "the budget of {} MiB allows no more (--budget)",
                    self.options.budget >> 20
                ));
                // Cheaper ones may still fit.
                if ran == 0 && index < self.options.count { continue } else { break }
            }
            let report = self.run(&case, cost).await;
            ran += 1;
            calls += report.steps.len();
            if let Some(signature) = signature(&report) {
                if self.known.insert(signature.clone()) {
                    let finding = self.shrink(what, index, &mut *tree, report, &signature).await;
                    self.findings.push(finding);
                }
            } else if report.verdict.counts_against() {
                let reason = report.reason.clone().unwrap_or_default();
                let gone = self.runner.is_gone().await;
                trouble = Some(if gone { format!("the server is gone: {reason}") } else { reason });
                last = Some(report);
                if gone {
                    break;
                }
            }
        }
        let found = &self.findings[before..];
        let mut row = RowReport::untried(what.id(), None, what.title(), self.level(what, found));
        row.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        row.notes.push(format!("{ran} drawn and run, {calls} steps, {} kinds of findings", found.len()));
        row.notes.extend(stopped.clone());
        let counts = found.iter().filter(|finding| finding.level == Level::Must).count();
        (row.verdict, row.reason) = match (counts, trouble) {
            (1.., _) => {
                let titles: Vec<&str> = found.iter().map(|finding| finding.title.as_str()).collect();
                (Verdict::Fail, Some(titles.join("; ")))
            }
            (0, Some(reason)) => (Verdict::Error, Some(reason)),
            (0, None) if ran == 0 => {
                (Verdict::NotApplicable, Some(stopped.unwrap_or_else(|| "nothing was drawn".to_owned())))
            }
            (0, None) => (Verdict::Pass, None),
        };
        if let Some(last) = last.filter(|_| row.verdict == Verdict::Error) {
            row.exchanges = last.exchanges;
        }
        row
    }

    /// Where nobody promises how concurrent calls are answered, their order is only recorded.
    fn level(&self, what: What, found: &[Finding]) -> Level {
        let promised = what == What::Sequences || self.provider.consistency.multipart == Strength::Strong;
        let never = found.iter().any(|finding| finding.level == Level::Must);
        if promised || never || found.is_empty() { Level::Must } else { Level::Info }
    }

    /// Draws moves: the same seed and index give the same.
    fn draw(&self, what: What, index: u32) -> Box<dyn ValueTree<Value = Vec<Move>>> {
        let name = format!("{}/{}/{index}", self.options.seed, what.id());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &Sha256::digest(name.as_bytes()));
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, rng);
        let full = !self.scope.costly || index % COSTLY_ONE_IN == COSTLY_ONE_IN - 1;
        let strategy: BoxedStrategy<Vec<Move>> = match what {
            What::Sequences => sequence(self.scope, full),
            What::Histories => races(self.scope, full),
        };
        strategy.new_tree(&mut runner).expect("moves can always be drawn")
    }

    fn case(&self, moves: &[Move], what: What, index: u32) -> Option<(Arc<Case>, Cost)> {
        let seed = format!("{}/{index}", self.options.seed);
        let text = script::write(moves, self.scope, &Origin { title: what.title(), seed: &seed })?;
        let id = format!("{}-{index}", what.id());
        let origin = FileOrigin { name: format!("{id}.yaml"), text };
        // What does not load is a mistake of the suite, which its tests look for.
        let case = Arc::new(load_case(&id, origin).ok()?);
        let cost = cost_of(&case, self.provider)?;
        Some((case, cost))
    }

    async fn run(&mut self, case: &Arc<Case>, cost: Cost) -> RowReport {
        self.spent += cost.bytes;
        let (report, sweep) =
            self.runner.run_generated(&PlannedRow::generated(case.clone(), Level::Must)).await;
        self.left.add(sweep);
        report
    }

    /// Looks for the smallest moves that show the same kind of thing.
    async fn shrink(
        &mut self,
        what: What,
        index: u32,
        tree: &mut dyn ValueTree<Value = Vec<Move>>,
        report: RowReport,
        signature_of: &str,
    ) -> Finding {
        let (mut smallest, mut shown) = (tree.current(), report);
        let attempts = match self.options.shrinks {
            true => self.attempts(what, index, &smallest, signature_of).await,
            false => 0,
        };
        let mut goes_on = self.options.shrinks && tree.simplify();
        let mut tries = 0;
        while goes_on && tries < MOST_TRIES && !self.runner.is_interrupted() {
            let moves = tree.current();
            let mut failed = None;
            if let Some((case, cost)) = self.case(&moves, what, index) {
                for _ in 0..attempts {
                    if self.spent + cost.bytes > self.options.budget {
                        break;
                    }
                    tries += 1;
                    let report = self.run(&case, cost).await;
                    if signature(&report).as_deref() == Some(signature_of) {
                        failed = Some(report);
                        break;
                    }
                }
            }
            goes_on = match failed {
                Some(report) => {
                    (smallest, shown) = (moves, report);
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        self.finding(what, index, &smallest, shown)
    }

    /// How often a case has to be run to show again what it showed once.
    async fn attempts(&mut self, what: What, index: u32, moves: &[Move], signature_of: &str) -> u32 {
        if what == What::Sequences {
            return 1;
        }
        let Some((case, cost)) = self.case(moves, what, index) else { return 1 };
        for attempt in 1..=RACE_TRIES {
            if self.spent + cost.bytes > self.options.budget {
                break;
            }
            let report = self.run(&case, cost).await;
            if signature(&report).as_deref() == Some(signature_of) {
                // Three times as often as it took this time misses one in twenty.
                return (attempt - 1) * 3 + 1;
            }
        }
        RACE_TRIES
    }

    fn finding(&self, what: What, index: u32, moves: &[Move], report: RowReport) -> Finding {
        let explanation = report.explanation.clone();
        let kind = explanation.as_ref().map_or(FindingKind::UnlawfulAnswer, |explanation| explanation.kind);
        let promised = what == What::Sequences || self.provider.consistency.multipart == Strength::Strong;
        let level = if promised || kind.is_never_allowed() { Level::Must } else { Level::Info };
        let stuck = |at: &usize| report.history.as_ref().and_then(|history| history.calls.get(*at));
        let told = explanation.iter().flat_map(|explanation| &explanation.stuck).filter_map(stuck);
        let told: Vec<String> = told.map(call_in_words).collect();
        let title = format!("{}: {}", kind.in_words(), told.join("; "));
        let seed = format!("{}/{index}", self.options.seed);
        let case = script::write(moves, self.scope, &Origin { title: what.title(), seed: &seed });
        let case = case.map(|text| match text.contains("together:") {
            true => text.replacen("\n\nsteps:", &format!("\nrepeat: {SAVED_ROUNDS}\n\nsteps:"), 1),
            false => text,
        });
        let mut finding = Finding {
            id: what.id().to_owned(),
            level,
            kind,
            title,
            seed,
            case,
            saved: None,
            history: report.history,
            explanation,
        };
        if let (Some(folder), Some(text)) = (&self.options.save, &finding.case) {
            let name = format!("{}-{index}.yaml", what.id().replace('/', "-"));
            let path = folder.join(name);
            let saved = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
            finding.saved = Some(match saved {
                Ok(()) => path.display().to_string(),
                Err(error) => format!("not saved: {}: {error}", path.display()),
            });
        }
        finding
    }
}

/// What a finding has in common with others of its kind: what was asked at the point, and what came.
fn signature(report: &RowReport) -> Option<String> {
    let explanation = report.explanation.as_ref()?;
    let history = report.history.as_ref()?;
    let calls = explanation.stuck.iter().filter_map(|at| history.calls.get(*at));
    let words = calls.map(|call| {
        let asked = serde_json::to_value(&call.ask).ok();
        let saw = serde_json::to_value(&call.saw).ok();
        let text = |value: &Option<serde_json::Value>, name: &str| {
            let found = value.as_ref().and_then(|value| value.get(name)?.as_str().map(str::to_owned));
            found.unwrap_or_default()
        };
        format!("{} {} {}", text(&asked, "op"), text(&saw, "what"), text(&saw, "code"))
    });
    let words: BTreeSet<String> = words.collect();
    Some(format!("{:?} {}", explanation.kind, words.into_iter().collect::<Vec<_>>().join(", ")))
}
