//! Rows as they end, and what runs meanwhile.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::door::for_people;
use super::partial::Partial;
use crate::case::RowId;
use crate::report::{RowReport, Style, Verdict, line};
use crate::run::Progress;
use crate::visible::visible;

/// A row that takes longer is waited for, and said to be.
const SLOW: Duration = Duration::from_secs(10);
/// Without a terminal it is said again after so long.
const AGAIN: Duration = Duration::from_secs(60);
/// Rows under way that are named.
const NAMED: usize = 2;

/// Which rows are shown as they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// None.
    None,
    /// Those that are no pass.
    NoPass,
    /// All that have a meaning here.
    All,
}

/// Rows as they end, with a bar on a terminal.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) which: Which,
    /// Whether rows are shown that have no meaning here.
    pub(super) na: bool,
    pub(super) style: Style,
    pub(super) partial: Partial,
    running: Arc<Running>,
    bar: ProgressBar,
}

/// What runs, since when.
#[derive(Debug, Default)]
struct Running(Mutex<BTreeMap<RowId, Instant>>);

impl Running {
    fn begin(&self, row: &RowId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(row.clone(), Instant::now());
    }

    fn end(&self, row: &RowId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(row);
    }

    /// The rows that began first, and how long the oldest runs.
    fn oldest(&self) -> (Vec<String>, Duration) {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows: Vec<(&RowId, &Instant)> = running.iter().collect();
        rows.sort_by_key(|(_, since)| **since);
        let time = rows.first().map_or(Duration::ZERO, |(_, since)| since.elapsed());
        (rows.iter().take(NAMED).map(|(row, _)| visible(&row.to_string())).collect(), time)
    }

    fn in_words(&self) -> String {
        let (rows, time) = self.oldest();
        match time >= SLOW {
            true => format!("waiting for {} since {} s", rows[0], time.as_secs()),
            false => rows.join(", "),
        }
    }
}

impl Lines {
    /// Begins with a number of rows; `bar` draws how far they are.
    pub(super) fn new(which: Which, na: bool, style: Style, bar: bool, total: usize) -> Self {
        let running = Arc::new(Running::default());
        let bar = if bar { drawn(total, &running) } else { ProgressBar::hidden() };
        Self { which, na, style, partial: Partial::default(), running, bar }
    }

    /// Says what comes behind the rows.
    pub(super) fn goes_on_with(&self, what: &'static str) {
        self.bar.set_message(what);
        if self.bar.is_hidden() && self.which != Which::None {
            super::tell!("{what}");
        }
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }

    /// Says from time to time what is waited for, where no bar does.
    pub(super) async fn say_what_is_slow(&self) -> Infallible {
        if !self.bar.is_hidden() || self.which == Which::None {
            return std::future::pending().await;
        }
        let mut wait = SLOW;
        loop {
            tokio::time::sleep(wait).await;
            let (rows, time) = self.running.oldest();
            if time < SLOW {
                wait = SLOW - time.min(SLOW / 2);
                continue;
            }
            super::tell!("{:>12} {} since {} s", "waiting for", rows.join(", "), time.as_secs());
            wait = AGAIN;
        }
    }
}

fn drawn(total: usize, running: &Arc<Running>) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    let shown = running.clone();
    let what =
        move |_: &ProgressState, text: &mut dyn std::fmt::Write| _ = write!(text, "{}", shown.in_words());
    let template = "  [{bar:24}] {pos}/{len}  {elapsed}, {eta} left  {msg}{what:.40}";
    bar.enable_steady_tick(Duration::from_millis(250));
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style.with_key("what", what)),
        Err(_) => bar,
    }
}

impl Progress for Lines {
    fn begins(&self, row: &RowId) {
        self.running.begin(row);
    }

    fn row(&self, done: usize, total: usize, row: &RowReport) {
        self.running.end(&RowId::new(&row.id, row.row.as_deref()));
        let shows = match row.verdict {
            Verdict::NotApplicable => self.na,
            Verdict::Pass => self.which == Which::All,
            // Of rows that were not even tried the summary has the reason, once.
            Verdict::Error if row.steps.is_empty() => self.which == Which::All,
            _ => self.which != Which::None,
        };
        if shows {
            let line = line(row, done, total, self.style);
            if self.bar.is_hidden() { super::tell!("{line}") } else { self.bar.println(for_people(&line)) }
        }
        self.bar.inc(1);
        self.partial.add(row);
    }
}
