//! Conditions on an object that is read, copied or deleted.

use http::StatusCode;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::http::{Request, S3Error};
use crate::model::{KeyState, Object};

/// Refuses the request if a condition does not hold. The prefix stands before the name of each, in headers and in the
/// error; conditions of reads have none, those of the source of a copy do.
pub(crate) fn check(prefix: &str, request: &Request, object: &Object) -> Result<(), S3Error> {
    let copies = !prefix.is_empty();
    let stated = |condition: &str| request.list(&format!("{prefix}{condition}"));
    let named = |header: &str| {
        let mut etags = header.split(',').map(|etag| etag.trim().trim_matches('"'));
        etags.any(|etag| etag == "*" || etag == object.etag)
    };
    let failed = |condition: &str, status: StatusCode| {
        Err(S3Error::precondition_failed(&format!("{prefix}{condition}")).status(status))
    };
    let unchanged = if copies { StatusCode::PRECONDITION_FAILED } else { StatusCode::NOT_MODIFIED };
    let modified = (object.modified.0 / 1_000_000) as i64;
    let now = jiff::Timestamp::now().as_second();
    // A date that is none, or one to come, is passed over.
    let date =
        |condition| stated(condition).and_then(|text| DateTimeParser::new().parse_timestamp(&text).ok());
    match (stated("if-match"), date("if-unmodified-since")) {
        (Some(header), _) if !named(&header) => return failed("If-Match", StatusCode::PRECONDITION_FAILED),
        (None, Some(date)) if modified > date.as_second() => {
            return failed("If-Unmodified-Since", StatusCode::PRECONDITION_FAILED);
        }
        _ => {}
    }
    match (stated("if-none-match"), date("if-modified-since")) {
        (Some(header), _) if named(&header) => failed("If-None-Match", unchanged),
        (None, Some(date)) if modified <= date.as_second() && date.as_second() <= now => {
            failed("If-Modified-Since", unchanged)
        }
        _ => Ok(()),
    }
}

/// Refuses to delete an object that has another ETag than the stated one, or is not there.
pub(crate) fn check_deletion(state: &KeyState, key: &str, if_match: Option<&str>) -> Result<(), S3Error> {
    match (if_match, &state.object) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(S3Error::no_such_key(key)),
        (Some(etag), Some(object)) if etag == "*" || etag.trim_matches('"') == object.etag => Ok(()),
        (Some(_), Some(_)) => Err(S3Error::precondition_failed("If-Match")),
    }
}
