//! In which way an answer is not as claimed.

use super::claims::{CONTENT, REFUSAL};
use super::verdict::StepOutcome;
use crate::report::Amiss;
use crate::wire::TroubleKind;

/// What an outcome shows amiss, if it does: in what of the answer, and in which way. `status` came last.
pub(in super::super) fn amiss(outcome: &StepOutcome, status: Option<u16>) -> Option<(String, Amiss)> {
    match outcome {
        StepOutcome::Unmet { about, got, .. } => Some((about.to_string(), in_answer(about, got, status))),
        StepOutcome::Hidden { of: Some((about, got)), .. } => {
            Some((about.to_string(), in_answer(about, got, status)))
        }
        StepOutcome::Trouble(trouble) if trouble.is_of_the_server() => {
            let seen = match trouble.kind {
                TroubleKind::Timeout | TroubleKind::Hung => Amiss::Hung,
                TroubleKind::Unreadable | TroubleKind::Oversized => Amiss::Unreadable,
                _ => Amiss::Cut,
            };
            Some(("answer".to_owned(), seen))
        }
        _ => None,
    }
}

fn in_answer(about: &str, got: &str, status: Option<u16>) -> Amiss {
    let refused = status.is_some_and(|status| status >= 400);
    let failed = status.is_some_and(|status| status >= 500);
    // A refusal may come inside of a success.
    let succeeded = !refused && (about != REFUSAL || got.contains(" success"));
    match about {
        _ if failed => Amiss::ServerError,
        REFUSAL if succeeded => Amiss::Accepted,
        REFUSAL => Amiss::OtherRefusal,
        _ if refused => Amiss::Refused,
        CONTENT => Amiss::WrongBytes,
        _ if is_missing(got) => Amiss::Missing,
        _ => Amiss::OtherValue,
    }
}

/// Whether words say that something is not there.
fn is_missing(got: &str) -> bool {
    got == "none" || got == "nothing" || got.starts_with("no ") || got.starts_with("missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(about: &'static str, got: &str, status: u16) -> Amiss {
        in_answer(about, got, Some(status))
    }

    #[test]
    fn what_has_to_be_refused_is_told_by_what_came() {
        assert_eq!(seen(REFUSAL, "200 success", 200), Amiss::Accepted);
        assert_eq!(seen(REFUSAL, "403 AccessDenied", 403), Amiss::OtherRefusal);
        assert_eq!(seen(REFUSAL, "500 InternalError", 500), Amiss::ServerError);
        assert_eq!(seen(REFUSAL, "200 InternalError", 200), Amiss::OtherRefusal);
    }

    #[test]
    fn what_has_to_succeed_is_told_by_what_is_wrong() {
        assert_eq!(seen("success", "404 NoSuchUpload", 404), Amiss::Refused);
        assert_eq!(seen("success", "503 SlowDown", 503), Amiss::ServerError);
        assert_eq!(seen(CONTENT, "12 bytes: 12 other bytes", 200), Amiss::WrongBytes);
        assert_eq!(seen("x-amz-meta-a", "no header x-amz-meta-a", 200), Amiss::Missing);
        assert_eq!(seen("uploads", "no uploads", 200), Amiss::Missing);
        assert_eq!(seen("size", "3 bytes", 200), Amiss::OtherValue);
    }
}
