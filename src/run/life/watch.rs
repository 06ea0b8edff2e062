//! Watches whether the server lives, writes down when it died, and starts it anew where that can be done.

use std::sync::{Mutex, PoisonError};

use http::StatusCode;

use super::restart::{Restart, hangs, is_gone};
use crate::report::{Death, RowReport, StepResult};
use crate::wire::{Client, RecentRequest};

/// What is known of the server's life.
#[derive(Debug)]
pub(in super::super) struct Watch {
    restart: Option<Restart>,
    deaths: Mutex<Vec<Death>>,
    /// One looks at a time: who comes second sees what the first has done.
    turn: tokio::sync::Mutex<()>,
}

/// A server that dies more often is not started again.
const MOST_DEATHS: usize = 20;
/// The most requests that are shown of a death, those without an answer first of all.
const MOST_TOLD: usize = 12;

impl Watch {
    pub(in super::super) fn new(restart: Option<Restart>) -> Self {
        Self { restart, deaths: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Death>> {
        self.deaths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often the server died.
    pub(in super::super) fn count(&self) -> usize {
        self.lock().len()
    }

    pub(in super::super) fn deaths(&self) -> Vec<Death> {
        self.lock().clone()
    }

    /// How the server is started anew.
    pub(in super::super) fn restart(&self) -> Option<&Restart> {
        self.restart.as_ref()
    }

    /// The row in which the server died for good, or from which on it hangs.
    pub(in super::super) fn gone_since(&self) -> Option<String> {
        self.lock().iter().find(|death| !death.went_on).map(|death| death.row.clone())
    }

    /// Why nothing can be asked any more.
    pub(in super::super) fn why_gone(&self) -> Option<String> {
        let deaths = self.lock();
        let death = deaths.iter().find(|death| !death.went_on)?;
        let is = if death.hung { "hangs" } else { "is gone" };
        Some(format!("the server {is} since {}", death.row))
    }

    /// Looks whether the server died or hangs after a row met trouble; then it is started anew, if that can be done.
    /// Returns whether it has. `alone` says that no other row was under way.
    pub(in super::super) async fn look(&self, client: &Client, row: &str, alone: bool) -> bool {
        // Before the looking itself is among them.
        let requests = told(client.recent());
        let _turn = self.turn.lock().await;
        if self.gone_since().is_some() {
            return false;
        }
        let hung = hangs(client).await;
        if !hung && !is_gone(client).await {
            return false;
        }
        let at_millis = client.now_us() / 1_000;
        let begun = match &self.restart {
            None => Err(None),
            Some(_) if self.count() + 1 >= MOST_DEATHS => Err(Some(format!("it died {MOST_DEATHS} times"))),
            Some(restart) => restart.restart(client).await.map_err(Some),
        };
        if hung && begun.is_err() {
            client.give_up();
        }
        self.lock().push(Death {
            row: row.to_owned(),
            hung,
            alone,
            at_millis,
            requests,
            went_on: begun.is_ok(),
            trouble: begun.err().flatten(),
        });
        true
    }
}

/// Whether a row met what a server that died leaves.
pub(in super::super) fn is_troubled(report: &RowReport) -> bool {
    report.steps.iter().any(|step| step.result == StepResult::Trouble)
}

/// The newest requests in words: all that had no answer, and as many of the others as fit.
fn told(requests: Vec<RecentRequest>) -> Vec<String> {
    let open = requests.iter().filter(|request| request.status.is_none()).count();
    let mut others = MOST_TOLD.saturating_sub(open);
    let mut kept: Vec<&RecentRequest> = Vec::new();
    for request in requests.iter().rev() {
        let fits = request.status.is_none() || others > 0;
        others -= usize::from(fits && request.status.is_some());
        kept.extend(fits.then_some(request));
    }
    let line = |request: &&RecentRequest| {
        let answer = request.status.as_ref().map_or("no answer", StatusCode::as_str);
        let millis = request.start_us / 1_000;
        format!("{}.{:03} s  {}  {answer}", millis / 1_000, millis % 1_000, request.asked)
    };
    kept.iter().rev().map(line).collect()
}
