//! The rows of a plan, side by side, and one by one where they disturb each other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::cleanup::Sweep;
use super::context::RowContext;
use super::execute::{Came, run_planned};
use super::judge::empty_report;
use super::life::is_troubled;
use super::plan::{Applicable, Plan, PlannedRow};
use super::runner::{Done, Progress, Runner};
use crate::case::RowId;
use crate::report::{End, RowReport, Verdict, is_broken};

/// Who may run: up to a number of rows at a time, or one that is alone.
struct Turns {
    semaphore: Arc<Semaphore>,
    all: u32,
}

type Turn = tokio::sync::OwnedSemaphorePermit;

impl Turns {
    fn new(jobs: usize) -> Self {
        let all = u32::try_from(jobs.max(1)).unwrap_or(u32::MAX);
        Self { semaphore: Arc::new(Semaphore::new(all as usize)), all }
    }

    /// Waits for a turn; none comes of a semaphore that is closed, which this one never is.
    async fn wait(&self, alone: bool) -> Option<Turn> {
        self.semaphore.clone().acquire_many_owned(if alone { self.all } else { 1 }).await.ok()
    }
}

impl Runner {
    /// Runs the rows of a plan.
    pub async fn rows(&self, plan: Plan, progress: Arc<dyn Progress>) -> Done {
        let total = plan.rows.len();
        let turns = Arc::new(Turns::new(self.options.jobs));
        let done = Arc::new(AtomicUsize::new(0));
        let decided = Arc::new(AtomicBool::new(false));
        let mut not_run: BTreeSet<RowId> = plan.rows.iter().map(|row| row.id.clone()).collect();
        let (fail_fast, strict) = (self.options.fail_fast, self.options.strict);
        let known = Arc::new(self.options.known.clone());
        let mut tasks = JoinSet::new();
        let mut rows = plan.rows;
        rows.sort_by_key(turn_of);
        for planned in rows {
            let (context, turns) = (self.context.clone(), turns.clone());
            let (progress, done, decided) = (progress.clone(), done.clone(), decided.clone());
            let known = known.clone();
            let applies = matches!(planned.applicable, Applicable::Yes(_));
            // Waiting here and not in the task begins the rows in this order.
            let turn = if applies { turns.wait(planned.runs_alone()).await } else { None };
            tasks.spawn(async move {
                if context.client.budget.is_interrupted() || (applies && decided.load(Ordering::Relaxed)) {
                    return None;
                }
                let (outcome, _turn) = match context.watch.why_gone() {
                    reason @ Some(_) if applies => {
                        let empty = empty_report(&planned, &context.registry);
                        let report = RowReport { reason, verdict: Verdict::Error, ..empty };
                        ((report, Sweep::default()), turn)
                    }
                    _ => {
                        if applies {
                            progress.begins(&planned.id);
                        }
                        run_watched(&context, &planned, &turns, turn).await
                    }
                };
                // Whoever waits for the turn has to see it.
                if fail_fast
                    && is_broken(&outcome.0, strict)
                    && !known.contains(&(outcome.0.name(), outcome.0.verdict))
                {
                    decided.store(true, Ordering::Relaxed);
                }
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                progress.row(done, total, &outcome.0);
                Some(outcome)
            });
        }
        let mut rows = Vec::new();
        let mut left = Sweep::default();
        while let Some(joined) = tasks.join_next().await {
            // A row that panics is a mistake of the suite; its absence makes the report partial.
            if let Ok(Some((report, sweep))) = joined {
                left.add(sweep);
                not_run.remove(&RowId::new(&report.id, report.row.as_deref()));
                rows.push(report);
            }
        }
        let interrupted = self.context.client.budget.is_interrupted();
        let end = match decided.load(Ordering::Relaxed) {
            _ if not_run.is_empty() && !interrupted => End::Whole,
            true if !interrupted => End::Decided,
            _ => End::Interrupted,
        };
        Done { rows, not_run: not_run.iter().map(RowId::to_string).collect(), left, end }
    }
}

/// When a row has its turn. One that has to be alone waits until all others have ended, and keeps those behind it
/// waiting: so it comes last. Many requests one after the other are begun first, or they are what a run ends with.
fn turn_of(planned: &PlannedRow) -> (bool, std::cmp::Reverse<u64>) {
    let hundreds = match &planned.applicable {
        Applicable::Yes(cost) => cost.requests / 100,
        Applicable::No(_) => 0,
    };
    (planned.runs_alone(), std::cmp::Reverse(hundreds))
}

/// The same, where another row met the end of the server first: one row alone shows it.
fn unjudged(report: RowReport, context: &RowContext) -> RowReport {
    if !report.verdict.counts_against() {
        return report;
    }
    let reason = context.watch.why_gone().map(|why| format!("{why}, while this row was under way"));
    RowReport { verdict: Verdict::Error, reason, ..report }
}

/// Runs a row. If the server dies meanwhile and can be started anew, the row is run once more, alone: so each
/// row that had nothing to do with it is judged after all, and the one that did it is known.
async fn run_watched(
    context: &RowContext,
    planned: &PlannedRow,
    turns: &Turns,
    turn: Option<Turn>,
) -> ((RowReport, Sweep), Option<Turn>) {
    let deaths = context.watch.count();
    let row = planned.id.to_string();
    let alone = turns.all == 1 || planned.runs_alone();
    let Came { report, mut left, .. } = run_planned(context, planned).await;
    let died = is_troubled(&report)
        && (context.watch.look(&context.client, &row, alone).await || context.watch.count() > deaths);
    if died && let Some(since) = context.watch.gone_since() {
        let report = if since == row { report } else { unjudged(report, context) };
        return ((report, left), turn);
    }
    if !died || alone {
        return ((report, left), turn);
    }
    drop(turn);
    let turn = turns.wait(true).await;
    let Came { report, left: more, .. } = run_planned(context, planned).await;
    left.add(more);
    if is_troubled(&report) {
        context.watch.look(&context.client, &row, true).await;
    }
    ((report, left), turn)
}
