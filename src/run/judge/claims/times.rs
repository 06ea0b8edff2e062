//! Claims about times.

use jiff::{SignedDuration, Timestamp};

use super::{Met, about, differs};
use crate::case::Claims;
use crate::wire::Answer;

/// How long a row may have run, and how far the server's clock may be off: signatures allow 15 minutes.
const AROUND_NOW: SignedDuration = SignedDuration::from_mins(30);

pub(super) fn times(claims: &Claims, answer: &Answer) -> Result<(), Met> {
    for path in claims.times.iter().flatten() {
        let told: Vec<&str> =
            answer.fields.iter().filter(|(name, _)| name == path).map(|(_, text)| text.as_str()).collect();
        if told.is_empty() {
            let differs = differs(format!("{path} with a time of this run"), format!("no {path}"));
            return about(path.clone(), Err(differs));
        }
        if let Some(other) = told.into_iter().find(|text| !is_now(text, Timestamp::now())) {
            let differs = differs(format!("{path} with a time of this run"), format!("{path} {other}"));
            return about(path.clone(), Err(differs));
        }
    }
    Ok(())
}

/// Whether a text is a time of ISO 8601 in UTC, not far from another one.
fn is_now(text: &str, now: Timestamp) -> bool {
    text.ends_with('Z')
        && text.parse::<Timestamp>().is_ok_and(|time| time.duration_since(now).abs() <= AROUND_NOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_run_is_near_and_in_utc() {
        let now: Timestamp = "2026-11-28T23:00:00Z".parse().expect("a time");
        assert!(is_now("2026-11-28T23:00:01.000Z", now));
        assert!(is_now("2026-11-28T22:45:00Z", now));
        for other in ["2026-11-28T21:00:00Z", "1970-01-01T00:00:00Z", "2026-11-29T00:00:00+01:00", "", "now"]
        {
            assert!(!is_now(other, now), "{other}");
        }
    }
}
