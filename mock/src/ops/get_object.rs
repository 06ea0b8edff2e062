//! GetObject and HeadObject: `GET` and `HEAD /bucket/key`.

use http::{Method, StatusCode};

use crate::call::{Call, conditions, metadata};
use crate::dialect::documents::{Read, quoted};
use crate::http::{Answer, S3Error, checksum, http_date};
use crate::model::{self, Checksum, ChecksumType, Content, Object, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let is_head = call.request.method == Method::HEAD;
    let operation = if is_head { Operation::Head } else { Operation::Get };
    let model::Answer::Object(object) = call.carry_out(operation).await? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    let held = conditions::check("", &call.request, &object);
    held.map_err(|error| match error.is_not_modified() {
        // What a 200 would show of the object's version, a 304 has to show too (RFC 9110, 15.4.5).
        true => {
            error.header("etag", quoted(&object.etag)).header("last-modified", http_date(object.modified))
        }
        false => error,
    })?;
    if !is_head {
        let message = "The operation is not valid for the object's storage class";
        metadata::check_readable(call.dialect().names(), &object.meta, message)?;
    }
    let Piece { status, content, bounds, parts, checksum } = piece(call, &object)?;
    let overrides = overrides(call)?;
    let (object, content) = (&object, &content);
    Ok(call.answer(&Read { object, status, content, is_head, bounds, parts, checksum, overrides }))
}

/// The headers that the query wants otherwise. Whoever is not known may not ask.
fn overrides<'c>(call: &'c Call<'_>) -> Result<Vec<(&'static str, &'c str)>, S3Error> {
    let asked = |name: &&'static str| Some((*name, call.request.query(&format!("response-{name}"))?));
    let overrides: Vec<_> = metadata::KEPT.iter().filter_map(asked).collect();
    if !overrides.is_empty() && call.principal.is_none() {
        let message = "Request specific response headers cannot be used for anonymous GET requests.";
        return Err(S3Error::new("InvalidRequest", message));
    }
    Ok(overrides)
}

/// What is shown of the object.
struct Piece {
    status: StatusCode,
    content: Content,
    bounds: Option<(u64, u64)>,
    /// How many parts there are, if one was asked for.
    parts: Option<usize>,
    /// The checksum, its text, and what it covers.
    checksum: Option<(Checksum, String, ChecksumType)>,
}

fn piece(call: &Call<'_>, object: &Object) -> Result<Piece, S3Error> {
    let size = object.content.len();
    let range = call.request.header("range");
    let number = call.request.query("partNumber").filter(|_| !call.service.lacks("get_by_part_number"));
    if let Some(number) = number {
        if range.is_some() {
            let message = "Cannot specify both Range header and partNumber query parameter";
            return Err(S3Error::new("InvalidRequest", message));
        }
        return part(object, number);
    }
    let whole = || {
        object.checksum.as_ref().map(|kept| {
            let parts = object.parts.as_ref().map_or(0, Vec::len);
            (kept.checksum.clone(), checksum::shown(kept, parts), kept.checksum_type)
        })
    };
    let piece = Piece {
        status: StatusCode::OK,
        content: object.content.clone(),
        bounds: None,
        parts: None,
        checksum: None,
    };
    let strict = call.dialect().is_strict_range(&call.request);
    match range.and_then(|range| Bounds::read(range, size)) {
        // Where the standard is not asked for, such a range does not count.
        Some(Bounds::Beyond) if !strict => Ok(Piece { checksum: whole(), ..piece }),
        None => Ok(Piece { checksum: whole(), ..piece }),
        Some(Bounds::Beyond) => Err(S3Error::new("InvalidRange", "The requested range is not satisfiable")
            .with("RangeRequested", range.unwrap_or_default())
            .with("ActualObjectSize", size)),
        Some(Bounds::Within(first, last)) => Ok(Piece {
            status: StatusCode::PARTIAL_CONTENT,
            content: object.content.range(first, last + 1),
            bounds: Some((first, last)),
            // A range that is all of the object has its checksum.
            checksum: whole().filter(|_| first == 0 && last + 1 == size),
            ..piece
        }),
    }
}

/// Returns a part number that an object can have.
fn possible(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| (1..=10_000).contains(number))
}

/// One part of an object. A simple object is its own first part.
fn part(object: &Object, text: &str) -> Result<Piece, S3Error> {
    let number = possible(text).ok_or_else(|| {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        S3Error::invalid_argument(message, "partNumber", text)
    })?;
    let sizes: Vec<u64> = match &object.parts {
        Some(parts) => parts.iter().map(|part| part.size).collect(),
        None => vec![object.content.len()],
    };
    // Parts are counted through: AWS says nothing about gaps in the numbers.
    let at = number as usize - 1;
    let Some(size) = sizes.get(at) else {
        return Err(S3Error::new("InvalidPartNumber", "The requested partnumber is not satisfiable")
            .with("PartNumberRequested", number)
            .with("ActualPartCount", sizes.len()));
    };
    let first: u64 = sizes[..at].iter().sum();
    let whole = object.checksum.as_ref();
    let checksum = match (&object.parts, whole.map(|kept| kept.checksum_type)) {
        (Some(parts), Some(ChecksumType::Composite)) => parts[at]
            .checksum
            .clone()
            .map(|value| (value.clone(), checksum::encoded(&value), ChecksumType::Composite)),
        // A full-object checksum says nothing about one of several parts.
        (Some(parts), _) if parts.len() > 1 => None,
        _ => whole.map(|kept| (kept.checksum.clone(), checksum::encoded(&kept.checksum), kept.checksum_type)),
    };
    Ok(Piece {
        status: StatusCode::PARTIAL_CONTENT,
        content: object.content.range(first, first + size),
        bounds: size.checked_sub(1).map(|last| (first, first + last)),
        parts: object.parts.as_ref().map(Vec::len),
        checksum,
    })
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
