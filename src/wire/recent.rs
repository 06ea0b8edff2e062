//! The newest requests of a run: what a server that died was asked last.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use http::StatusCode;

use super::{RecordedRequest, Trouble, TroubleKind};

/// A request that reached the server.
#[derive(Clone, Debug)]
pub struct RecentRequest {
    /// Microseconds from the start of the run to its start.
    pub start_us: u64,
    /// Method, path and query, without secrets.
    pub asked: String,
    /// The status; none if no answer came, or none yet.
    pub status: Option<StatusCode>,
}

/// Those of all rows.
#[derive(Debug, Default)]
pub(super) struct Recent {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    begun: u64,
    requests: VecDeque<(u64, RecentRequest)>,
}

/// As many are kept: more than run side by side, so that what had no answer is among them.
const KEPT: usize = 64;

impl Recent {
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request. Given is its number.
    pub(super) fn begin(&self, start_us: u64, request: &RecordedRequest) -> u64 {
        let asked = format!("{} {}", request.method, request.target);
        let mut inner = self.lock();
        inner.begun += 1;
        let number = inner.begun;
        if inner.requests.len() == KEPT {
            inner.requests.pop_front();
        }
        inner.requests.push_back((number, RecentRequest { start_us, asked, status: None }));
        number
    }

    /// Notes what came of a request. One that found nobody was never there.
    pub(super) fn end(&self, number: u64, status: Option<StatusCode>, trouble: Option<&Trouble>) {
        let mut inner = self.lock();
        if trouble.is_some_and(|trouble| trouble.kind == TroubleKind::Unreachable) {
            inner.requests.retain(|(of, _)| *of != number);
        } else if let Some((_, request)) = inner.requests.iter_mut().find(|(of, _)| *of == number) {
            request.status = status;
        }
    }

    pub(super) fn requests(&self) -> Vec<RecentRequest> {
        self.lock().requests.iter().map(|(_, request)| request.clone()).collect()
    }
}
