//! Looks for the smallest case that shows what a large one has shown, on the endpoint itself.
//!
//! proptest makes the moves fewer and simpler. It cannot know that numbers stand for uploads: leaving one out gives
//! all later numbers another meaning. So what it leaves is gone through once more, by whole uploads; and then by the
//! steps of the case.

use std::time::{Duration, Instant};

use proptest::strategy::ValueTree;

use super::explorer::{Draw, Explorer, Moves, What};
use super::finding::signature;
use super::moves::Move;
use super::smaller::{pinned, smaller};
use crate::report::{RowReport, StepResult};

/// Trials of smaller cases, for each finding.
const MOST_TRIES: u32 = 300;
/// What is not small by then, on a slow endpoint, stays as it is.
const LONGEST: Duration = Duration::from_secs(30);
/// How often a race is run before it counts as harmless.
const RACE_TRIES: u32 = 12;

/// The search for one finding.
struct Search<'s> {
    draw: Draw,
    signature: &'s str,
    /// How often a case has to be run to show again what it showed once.
    attempts: u32,
    tries: u32,
    started: Instant,
}

impl Search<'_> {
    fn is_over(&self, most: u32) -> bool {
        self.tries >= most || self.started.elapsed() >= LONGEST
    }
}

impl Explorer<'_> {
    /// Looks for the smallest moves that show the same kind of thing. Given is also the run that shows it.
    pub(super) async fn shrink(
        &mut self,
        draw: Draw,
        tree: &mut dyn ValueTree<Value = Vec<Move>>,
        report: RowReport,
        signature: &str,
    ) -> (Moves, RowReport) {
        let mut small = (Moves::whole(tree.current()), report);
        let mut search = Search { draw, signature, attempts: 1, tries: 0, started: Instant::now() };
        search.attempts = self.attempts(&search, &small.0).await;
        let mut goes_on = tree.simplify();
        while goes_on && !search.is_over(MOST_TRIES) {
            let moves = Moves::whole(tree.current());
            goes_on = match self.shows(&mut search, &moves).await {
                Some(report) => {
                    small = (moves, report);
                    tree.simplify()
                }
                None => tree.complicate(),
            };
        }
        small = self.by_uploads(&mut search, small).await;
        self.by_steps(&mut search, small).await
    }

    /// Cuts off what follows the step that decided, and leaves out steps before it that nothing hangs on.
    async fn by_steps(
        &mut self,
        search: &mut Search<'_>,
        mut small: (Moves, RowReport),
    ) -> (Moves, RowReport) {
        let decided = small.1.steps.iter().position(|step| step.result == StepResult::Unmet);
        let Some(decided) = decided else { return small };
        let mut kept: Vec<usize> = (0..=decided).collect();
        let mut at = decided;
        loop {
            let fewer = Moves { steps: Some(kept.clone()), ..small.0.clone() };
            match self.shows(search, &fewer).await {
                Some(report) => small = (fewer, report),
                // Without the end it does not show: then nothing is left out.
                None if small.0.steps.is_none() => break,
                None => kept = small.0.steps.clone().unwrap_or_default(),
            }
            if at == 0 || search.is_over(3 * MOST_TRIES) {
                break;
            }
            at -= 1;
            // The last one is what it is about.
            if at + 1 < kept.len() {
                kept.remove(at);
            }
        }
        small
    }

    /// Leaves out what can be left out, until nothing can.
    async fn by_uploads(&mut self, search: &mut Search<'_>, small: (Moves, RowReport)) -> (Moves, RowReport) {
        let (mut moves, mut report) = (pinned(&small.0.moves), small.1);
        let mut at = 0;
        while let Some(fewer) = smaller(&moves, at) {
            if search.is_over(2 * MOST_TRIES) {
                break;
            }
            match self.shows(search, &Moves::whole(fewer.clone())).await {
                // What stands there now is the next.
                Some(shown) => (moves, report) = (fewer, shown),
                None => at += 1,
            }
        }
        (Moves::whole(moves), report)
    }

    /// Whether moves show what is looked for.
    async fn shows(&mut self, search: &mut Search<'_>, moves: &Moves) -> Option<RowReport> {
        for _ in 0..search.attempts {
            search.tries += 1;
            let report = self.run_again(moves, search.draw).await?;
            if signature(&report).as_deref() == Some(search.signature) {
                return Some(report);
            }
        }
        None
    }

    async fn attempts(&mut self, search: &Search<'_>, moves: &Moves) -> u32 {
        if search.draw.0 == What::Sequences {
            return 1;
        }
        for attempt in 1..=RACE_TRIES {
            let Some(report) = self.run_again(moves, search.draw).await else { break };
            if signature(&report).as_deref() == Some(search.signature) {
                // Three times as often as it took this time misses one in twenty.
                return (attempt - 1) * 3 + 1;
            }
        }
        RACE_TRIES
    }
}
