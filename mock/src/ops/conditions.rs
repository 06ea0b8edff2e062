//! Conditions on an object that is read or copied.

use http::StatusCode;
use jiff::fmt::rfc2822::DateTimeParser;

use crate::defects::{Defect, Defects};
use crate::http::{Request, S3Error};
use crate::model::Object;
use crate::provider::Dialect;

/// Whose conditions they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of GetObject and HeadObject.
    Read,
    /// Of the source of a copy.
    Copy,
}

impl Kind {
    /// What stands before the name of each condition, in headers and in the error.
    fn prefix(self, dialect: Dialect) -> String {
        match self {
            Self::Read => String::new(),
            Self::Copy => dialect.header("copy-source-"),
        }
    }
}

/// Refuses the request if a condition does not hold.
pub(super) fn check(
    kind: Kind,
    request: &Request,
    defects: &Defects,
    object: &Object,
) -> Result<(), S3Error> {
    let copies = kind == Kind::Copy;
    if copies && defects.has(Defect::IgnoreCopyConditions) {
        return Ok(());
    }
    let prefix = kind.prefix(request.dialect);
    let stated = |condition: &str| request.list(&format!("{prefix}{condition}"));
    let own = match object.etag.split_once('-') {
        Some((digest, _)) if defects.has(Defect::CompareEtagsWithoutCount) && kind == Kind::Read => digest,
        _ => &object.etag,
    };
    let named = |header: &str| {
        header.split(',').map(|etag| etag.trim().trim_matches('"')).any(|etag| etag == "*" || etag == own)
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
