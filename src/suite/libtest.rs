//! Rows as tests of Rust's test harness, and of whatever else speaks its language.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

use super::stage::Against;
use super::{Planned, Stage, Suite, SuiteError};
use crate::baseline::standing;
use crate::case::Level;
use crate::explore::{ExploreOptions, Explorer};
use crate::report::{AUDIT, HISTORIES, News, RowReport, SEQUENCES, Verdict, binds};
use crate::run::{Applicable, PlannedRow, Runner, Sweep};
use crate::visible::{visible, visible_lines};

/// The run that the tests share. It begins when the first of them needs it, so that a list costs nothing.
struct Shared {
    planned: Mutex<Option<Planned>>,
    begun: OnceLock<Result<Begun, String>>,
    /// Rows under way.
    running: AtomicUsize,
    /// Who has to be alone writes, everybody else reads.
    turns: RwLock<()>,
    left: Mutex<Sweep>,
}

struct Begun {
    runtime: tokio::runtime::Runtime,
    stage: Stage,
    runner: Runner,
}

pub(super) fn main(suite: Suite) -> ExitCode {
    let arguments = Arguments::from_args();
    let strict = suite.strict;
    let all = suite.patterns.is_empty();
    let mut planned = match suite.plan(|_, _| true) {
        Ok(planned) => planned,
        Err(error) => {
            eprintln!("error: {}", visible_lines(&error.to_string()));
            return ExitCode::from(2);
        }
    };
    let rows = std::mem::take(&mut planned.plan.rows);
    let shared = Arc::new(Shared {
        planned: Mutex::new(Some(planned)),
        begun: OnceLock::new(),
        running: AtomicUsize::new(0),
        turns: RwLock::default(),
        left: Mutex::default(),
    });
    let mut trials: Vec<Trial> = rows.into_iter().map(|row| of_row(row, &shared, strict)).collect();
    if all {
        trials.extend([SEQUENCES, HISTORIES].map(|id| beside(id, &shared, move |begun| begun.explore(id))));
        // The last of all: it reads what the others have left.
        let others = shared.clone();
        trials.push(beside(AUDIT, &shared, move |begun| {
            others.wait_for_rows();
            begun.audit()
        }));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    shared.finish();
    conclusion.exit_code()
}

/// A test's name, from a row's.
fn test_name(id: &str, row: Option<&str>) -> String {
    format!("{}{}", id.replace('/', "::"), row.map_or_else(String::new, |row| format!("[{row}]")))
}

fn of_row(row: PlannedRow, shared: &Arc<Shared>, strict: bool) -> Trial {
    let (name, level, shared) = (test_name(&row.id.case, row.id.row.as_deref()), row.level, shared.clone());
    let test = move || {
        if let Applicable::No(why) = &row.applicable {
            return Ok(Completion::ignored_with(why));
        }
        let begun = shared.begin()?;
        shared.running.fetch_add(1, Ordering::SeqCst);
        let run = || begun.runtime.block_on(begun.runner.run_generated(&row));
        let (report, left) = if row.runs_alone() {
            let _alone = shared.turns.write();
            run()
        } else {
            let _with_others = shared.turns.read();
            run()
        };
        shared.left.lock().unwrap_or_else(PoisonError::into_inner).add(left);
        shared.running.fetch_sub(1, Ordering::SeqCst);
        completion(&report, begun.stage.against.as_ref(), strict)
    };
    Trial::ignorable_test(name, test).with_kind(level.name())
}

/// A test that no case stands behind.
fn beside(
    id: &'static str,
    shared: &Arc<Shared>,
    run: impl FnOnce(&Begun) -> Option<RowReport> + Send + 'static,
) -> Trial {
    let shared = shared.clone();
    let test = move || {
        let begun = shared.begin()?;
        match run(begun) {
            Some(report) => {
                completion(&begun.runner.without_secrets(report), begun.stage.against.as_ref(), false)
            }
            None => Ok(Completion::ignored_with("not asked for")),
        }
    };
    Trial::ignorable_test(test_name(id, None), test).with_kind(Level::Must.name())
}

/// What a test comes to: only what counts for the exit status of a run makes it fail.
fn completion(row: &RowReport, against: Option<&Against>, strict: bool) -> Result<Completion, Failed> {
    let reason = row.reason.clone().unwrap_or_default();
    let told = format!("{}: {reason}", row.verdict.name());
    let today = Some(jiff::Zoned::now().date());
    let standing = against.and_then(|against| standing(row, &against.baseline, today));
    let strict_new = against.is_some_and(|against| against.strict.new_in_suite);
    match standing.as_ref().map(|standing| standing.news) {
        Some(News::Known | News::Quarantined) if row.verdict > Verdict::Tolerated => {
            let why = standing.and_then(|standing| standing.why).unwrap_or_default();
            return Ok(Completion::ignored_with(format!("known: {why} ({told})")));
        }
        Some(News::PassesThoughListed) => {
            return Err(format!("it passes, and the baseline lists it: take it out\n{}", row.title).into());
        }
        Some(News::NewInSuite) if !strict_new => {
            return Ok(Completion::ignored_with(format!("newer than the baseline ({told})")));
        }
        _ => {}
    }
    match row.verdict {
        Verdict::Pass | Verdict::Tolerated => Ok(Completion::Completed),
        Verdict::NotApplicable | Verdict::Unsupported => Ok(Completion::ignored_with(reason)),
        _ if !binds(row, strict) => Ok(Completion::ignored_with(format!("{}: {told}", row.level.name()))),
        _ => {
            let evidence = serde_json::to_string_pretty(&row.exchanges).unwrap_or_default();
            Err(visible_lines(&format!("{told}\n{}\n{evidence}", row.title)).into())
        }
    }
}

impl Shared {
    /// Returns the run; the first caller begins it.
    fn begin(&self) -> Result<&Begun, Failed> {
        let begin = || -> Result<Begun, String> {
            let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner).take();
            let planned = planned.ok_or("the run has begun")?;
            let told = |error: SuiteError| error.to_string();
            let stage = planned.open().map_err(told)?;
            let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
            let runner = runtime.block_on(stage.prepare()).map_err(told)?;
            Ok(Begun { runtime, stage, runner })
        };
        self.begun.get_or_init(begin).as_ref().map_err(|reason| reason.clone().into())
    }

    /// Waits until no row is under way. What begins last runs last, but for a moment.
    fn wait_for_rows(&self) {
        const MOMENT: Duration = Duration::from_millis(50);
        let mut idle_since = Instant::now();
        while idle_since.elapsed() < MOMENT {
            if self.running.load(Ordering::SeqCst) > 0 {
                idle_since = Instant::now();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Removes what the run made, and names what it could not remove.
    fn finish(&self) {
        let Some(Ok(begun)) = self.begun.get() else { return };
        let left = std::mem::take(&mut *self.left.lock().unwrap_or_else(PoisonError::into_inner));
        let cleaned = begun.runtime.block_on(begun.runner.clean_up(left));
        let cleaned = begun.runner.without_secrets(cleaned);
        cleaned.left.iter().chain(&cleaned.trouble).for_each(|line| eprintln!("left: {}", visible(line)));
    }
}

impl Begun {
    /// Explores sequences or histories.
    fn explore(&self, id: &str) -> Option<RowReport> {
        let options: ExploreOptions = self.stage.exploring.clone()?;
        let mut explorer = Explorer::new(&self.runner, &self.stage.provider, options);
        self.runtime.block_on(explorer.explore_only(id)).rows.pop()
    }

    /// Reads again what was acknowledged.
    fn audit(&self) -> Option<RowReport> {
        self.runtime.block_on(self.runner.audit(None, &BTreeSet::new())).rows.pop()
    }
}
