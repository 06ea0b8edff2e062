//! Conditions on an object that is read or copied.

use http::StatusCode;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::http::{Request, S3Error};
use crate::model::{Defect, Object, Rules};

/// The four headers of a kind of request.
pub(super) struct Names {
    if_match: &'static str,
    if_none_match: &'static str,
    if_modified_since: &'static str,
    if_unmodified_since: &'static str,
    /// What the Condition of the error begins with.
    told: &'static str,
    /// Whether an object that did not change is no error.
    reads: bool,
}

/// Of GetObject and HeadObject.
pub(super) const READ: Names = Names {
    if_match: "if-match",
    if_none_match: "if-none-match",
    if_modified_since: "if-modified-since",
    if_unmodified_since: "if-unmodified-since",
    told: "",
    reads: true,
};

/// Of the source of a copy.
pub(super) const COPY: Names = Names {
    if_match: "x-amz-copy-source-if-match",
    if_none_match: "x-amz-copy-source-if-none-match",
    if_modified_since: "x-amz-copy-source-if-modified-since",
    if_unmodified_since: "x-amz-copy-source-if-unmodified-since",
    told: "x-amz-copy-source-",
    reads: false,
};

/// Refuses the request if a condition does not hold.
pub(super) fn check(names: &Names, request: &Request, rules: &Rules, object: &Object) -> Result<(), S3Error> {
    if !names.reads && rules.has(Defect::IgnoreCopyConditions) {
        return Ok(());
    }
    let named = |header: &str| {
        header
            .split(',')
            .map(|etag| etag.trim().trim_matches('"'))
            .any(|etag| etag == "*" || etag == object.etag)
    };
    let failed = |condition: &str, status: StatusCode| {
        Err(S3Error::precondition_failed(&format!("{}{condition}", names.told)).status(status))
    };
    let unchanged = if names.reads { StatusCode::NOT_MODIFIED } else { StatusCode::PRECONDITION_FAILED };
    let modified = (object.modified.0 / 1_000_000) as i64;
    let now = jiff::Timestamp::now().as_second();
    // A date that is none, or one to come, is passed over.
    let date = |name| request.header(name).and_then(|text| DateTimeParser::new().parse_timestamp(text).ok());
    match (request.header(names.if_match), date(names.if_unmodified_since)) {
        (Some(header), _) if !named(header) => return failed("If-Match", StatusCode::PRECONDITION_FAILED),
        (None, Some(date)) if modified > date.as_second() => {
            return failed("If-Unmodified-Since", StatusCode::PRECONDITION_FAILED);
        }
        _ => {}
    }
    match (request.header(names.if_none_match), date(names.if_modified_since)) {
        (Some(header), _) if named(header) => failed("If-None-Match", unchanged),
        (None, Some(date)) if modified <= date.as_second() && date.as_second() <= now => {
            failed("If-Modified-Since", unchanged)
        }
        _ => Ok(()),
    }
}
