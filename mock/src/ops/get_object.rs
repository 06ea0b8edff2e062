//! GetObject and HeadObject: `GET` and `HEAD /bucket/key`.

use http::{Method, StatusCode};

use super::{Call, metadata};
use crate::http::{Answer, Pieces, S3Error, http_date};
use crate::model::{self, Defect, Object, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let head = call.request.method == Method::HEAD;
    let operation = if head { Operation::Head } else { Operation::Get };
    let model::Answer::Object(object) = call.apply(operation)? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    conditions(call, &object)?;
    let size = object.content.len();
    let (status, content) = match call.request.header("range").and_then(|range| Bounds::read(range, size)) {
        None => (StatusCode::OK, object.content.clone()),
        Some(Bounds::Beyond) => {
            return Err(S3Error::new("InvalidRange", "The requested range is not satisfiable")
                .with("RangeRequested", call.request.header("range").unwrap_or_default())
                .with("ActualObjectSize", size));
        }
        Some(Bounds::Within(first, last)) => (
            StatusCode::PARTIAL_CONTENT,
            object.content.range(first + u64::from(call.has(Defect::ShiftRanges)), last + 1),
        ),
    };
    let mut answer = metadata::show(&object.meta, Answer::new(status))
        .header("accept-ranges", "bytes")
        .header("etag", &call.quoted(&object.etag))
        .header("last-modified", &http_date(object.modified))
        .header("content-length", &content.len().to_string());
    if let Some(Bounds::Within(first, last)) =
        call.request.header("range").and_then(|range| Bounds::read(range, size))
    {
        answer = answer.header("content-range", &format!("bytes {first}-{last}/{size}"));
    }
    if head {
        return Ok(answer);
    }
    Ok(answer.body(Pieces::new(content.pieces().flatten())))
}

fn conditions(call: &Call<'_>, object: &Object) -> Result<(), S3Error> {
    let named = |header: &str| {
        header
            .split(',')
            .map(|etag| etag.trim().trim_matches('"'))
            .any(|etag| etag == "*" || etag == object.etag)
    };
    let failed = |condition, status| {
        Err(S3Error::new(
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        )
        .with("Condition", condition)
        .status(status))
    };
    match (call.request.header("if-match"), call.request.header("if-none-match")) {
        (Some(header), _) if !named(header) => failed("If-Match", StatusCode::PRECONDITION_FAILED),
        (_, Some(header)) if named(header) => failed("If-None-Match", StatusCode::NOT_MODIFIED),
        _ => Ok(()),
    }
}

enum Bounds {
    /// The first and the last byte.
    Within(u64, u64),
    /// No byte of the object.
    Beyond,
}

impl Bounds {
    /// Reads a range of one piece; anything else is ignored, as RFC 9110 allows.
    fn read(header: &str, size: u64) -> Option<Self> {
        let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
        let (first, last) = match (first.is_empty(), last.is_empty()) {
            (true, _) => {
                let suffix: u64 = last.parse().ok()?;
                if suffix == 0 {
                    return Some(Self::Beyond);
                }
                (size.saturating_sub(suffix), size.checked_sub(1)?)
            }
            (false, true) => (first.parse().ok()?, size.saturating_sub(1)),
            (false, false) => {
                let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
                if last < first {
                    return None;
                }
                (first, last.min(size.saturating_sub(1)))
            }
        };
        Some(if first < size { Self::Within(first, last) } else { Self::Beyond })
    }
}
