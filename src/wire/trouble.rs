//! Why there is no answer that could be judged.

use std::error::Error;
use std::fmt;

/// What went wrong between request and answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Its kind, which decides the verdict.
    pub kind: TroubleKind,
    /// In words.
    pub detail: String,
    /// Whether not a byte of an answer came.
    pub before_answer: bool,
    /// Whether the call was sent before, and may have been carried out then.
    pub sent_before: bool,
}

/// Kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// No connection: refused, unknown host, TLS.
    Unreachable,
    /// No answer in time.
    Timeout,
    /// The server hangs, and is asked nothing more.
    Hung,
    /// The connection ended before the answer did.
    Cut,
    /// More bytes than any right answer has.
    Oversized,
    /// The answer cannot be understood.
    Unreadable,
    /// The server asked to slow down, more often than the suite asks again.
    Throttled,
    /// The run may send no more.
    Budget,
    /// The run was interrupted.
    Interrupted,
    /// The server was not started anew.
    Restart,
}

impl Trouble {
    pub(crate) fn new(kind: TroubleKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), before_answer: false, sent_before: false }
    }

    /// Whether the server did answer or accept the connection, so that it can be judged.
    pub fn is_of_the_server(&self) -> bool {
        use TroubleKind::{Cut, Oversized, Timeout, Unreadable};
        matches!(self.kind, Timeout | Cut | Oversized | Unreadable)
    }

    /// Whether the server may have done what was asked.
    pub fn may_have_happened(&self) -> bool {
        self.sent_before || self.is_of_the_server() || self.kind == TroubleKind::Throttled
    }

    /// The same, where not a byte of an answer came.
    pub(super) fn before_answer(self) -> Self {
        Self { before_answer: true, ..self }
    }

    /// Whether the connection was closed before a byte of the answer came.
    pub fn is_closed(&self) -> bool {
        self.kind == TroubleKind::Cut && self.before_answer
    }

    /// Reads what reqwest says.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let detail = innermost(error);
        let kind = if error.is_connect() {
            TroubleKind::Unreachable
        } else if error.is_timeout() {
            TroubleKind::Timeout
        } else if detail.contains("invalid HTTP") || detail.contains("parse") || detail.contains("too large")
        {
            TroubleKind::Unreadable
        } else {
            TroubleKind::Cut
        };
        Self::new(kind, detail)
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            TroubleKind::Unreachable => "no connection",
            TroubleKind::Timeout => "no answer in time",
            TroubleKind::Hung => "the server hangs, and is asked nothing more",
            TroubleKind::Cut => "the connection ended before the answer did",
            TroubleKind::Oversized => "the answer is larger than any right one",
            TroubleKind::Unreadable => "an answer that cannot be understood",
            TroubleKind::Throttled => "the server asked to slow down",
            TroubleKind::Budget => "the budget of the run is used up",
            TroubleKind::Interrupted => "the run was interrupted",
            TroubleKind::Restart => "the restart failed",
        };
        if self.detail.is_empty() { f.write_str(what) } else { write!(f, "{what}: {}", self.detail) }
    }
}
