//! GetObject and HeadObject: `GET` and `HEAD /bucket/key`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use md5::{Digest, Md5};

use super::complete_multipart_upload::shown;
use super::{Call, conditions, metadata, unsettled};
use crate::defects::Defect;
use crate::http::{Answer, Pieces, S3Error, checksum, http_date};
use crate::model::{self, Checksum, ChecksumType, Content, Object, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let head = call.request.method == Method::HEAD;
    let operation = if head { Operation::Head } else { Operation::Get };
    let object = match unsettled::stale(call) {
        Some(Some(before)) => Box::new(before),
        Some(None) => {
            return Err(S3Error::refused(model::Refusal::NoSuchKey, call.request.key(), call.dialect()));
        }
        None => match call.apply(operation) {
            Ok(model::Answer::Object(object)) => object,
            Ok(_) => return Err(S3Error::new("InternalError", "nothing was read")),
            Err(error) => Box::new(part_in_progress(call).ok_or(error)?),
        },
    };
    if !call.has(Defect::IgnoreReadConditions) {
        conditions::check(conditions::Kind::Read, &call.request, &call.service.defects, &object).map_err(
            |error| match error.is_not_modified() {
                // What a 200 would tell of the object's version, a 304 has to tell too (RFC 9110, 15.4.5).
                true => error
                    .header("etag", call.quoted(&object.etag))
                    .header("last-modified", http_date(object.modified)),
                false => error,
            },
        )?;
    }
    if !head {
        let message = "The operation is not valid for the object's storage class";
        metadata::check_readable(call.dialect(), &object.meta, message)?;
    }
    let piece = piece(call, &object)?;
    let size = object.content.len();
    let mut answer = metadata::show(call, &object.meta, Answer::new(piece.status))
        .header("accept-ranges", "bytes")
        .header("etag", &call.quoted(&object.etag))
        .header("last-modified", &http_date(object.modified))
        .header("content-length", &piece.content.len().to_string());
    answer = override_headers(call, answer)?;
    if let Some((first, last)) = piece.bounds {
        answer = answer.header("content-range", &format!("bytes {first}-{last}/{size}"));
    }
    if let Some(count) = piece.parts {
        answer = answer.header("x-amz-mp-parts-count", &count.to_string());
    }
    if call.is_oss() {
        answer = tell(call, &object, piece.bounds.is_none(), answer);
        return Ok(if head { answer } else { answer.body(Pieces::new(piece.content.pieces().flatten())) });
    }
    let mode =
        call.request.header("x-amz-checksum-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED"));
    let mode = mode || call.has(Defect::TellChecksumsUnasked);
    let told = mode && !call.ignores_checksums() && !call.has(Defect::OmitChecksums);
    if let Some((value, text, of)) = piece.checksum.filter(|_| told) {
        answer =
            answer.header(&checksum::header(value.algorithm), &text).header("x-amz-checksum-type", of.name());
    }
    if head {
        return Ok(answer);
    }
    Ok(answer.body(Pieces::new(piece.content.pieces().flatten())))
}

/// Answers with the headers that the query asks for. Whoever is not known may not ask.
fn override_headers(call: &Call<'_>, mut answer: Answer) -> Result<Answer, S3Error> {
    for name in metadata::KEPT {
        let Some(value) = call.request.query(&format!("response-{name}")) else { continue };
        if call.principal.is_none() {
            let message = "Request specific response headers cannot be used for anonymous GET requests.";
            return Err(S3Error::new("InvalidRequest", message));
        }
        answer = answer.header(name, value);
    }
    Ok(answer)
}

/// What OSS tells of an object beside what S3 does.
fn tell(call: &Call<'_>, object: &Object, whole: bool, answer: Answer) -> Answer {
    let mut answer = answer;
    if !call.has(Defect::OmitObjectType) {
        let of_type = if object.parts.is_some() { "Multipart" } else { "Normal" };
        answer = answer.header("x-oss-object-type", of_type);
    }
    if let Some(kept) = object.checksum.as_ref().filter(|_| !call.has(Defect::OmitCrc64OfObject)) {
        answer = answer.header("x-oss-hash-crc64ecma", &call.crc64(&kept.checksum));
    }
    // Of parts that came in any order, nobody has the MD5 of them all.
    let sequential = object.sequential && !call.has(Defect::SequentialOmitsContentMd5);
    let known = object.parts.is_none() || sequential || call.has(Defect::TellContentMd5OfParts);
    if known && whole {
        let mut md5 = Md5::new();
        object.content.pieces().flatten().for_each(|piece| md5.update(&piece));
        answer = answer.header("content-md5", &STANDARD.encode(md5.finalize()));
    }
    answer
}

/// What is told of the object.
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
    let ignored = |number: &&str| {
        object.parts.is_none() && call.has(Defect::IgnorePartOfPut)
            || possible(number).is_none() && call.has(Defect::IgnoreImpossibleParts)
    };
    if let Some(number) = number.filter(|number| !ignored(number)) {
        if range.is_some() && !call.has(Defect::IgnoreRangeOfPart) {
            let message = "Cannot specify both Range header and partNumber query parameter";
            return Err(S3Error::new("InvalidRequest", message));
        }
        return part(call, object, number);
    }
    let whole = || {
        object.checksum.as_ref().map(|kept| {
            let parts = object.parts.as_ref().map_or(0, Vec::len);
            (kept.checksum.clone(), shown(kept, parts, call.has(Defect::OmitCompositeCount)), kept.of)
        })
    };
    let piece = Piece {
        status: StatusCode::OK,
        content: object.content.clone(),
        bounds: None,
        parts: None,
        checksum: None,
    };
    let strict = !call.is_oss() || call.request.own("range-behavior") == Some("standard");
    match range.and_then(|range| Bounds::read(range, size)) {
        // On OSS, a range beyond the object does not count unless the request wants the standard.
        Some(Bounds::Beyond) if !strict => Ok(Piece { checksum: whole(), ..piece }),
        None => Ok(Piece { checksum: whole(), ..piece }),
        Some(Bounds::Within(0, last)) if last + 1 == size && call.has(Defect::WholeRangeIsNone) => {
            Ok(Piece { checksum: whole(), ..piece })
        }
        Some(Bounds::Beyond) => Err(S3Error::new("InvalidRange", "The requested range is not satisfiable")
            .with("RangeRequested", range.unwrap_or_default())
            .with("ActualObjectSize", size)),
        Some(Bounds::Within(first, last)) => Ok(Piece {
            status: StatusCode::PARTIAL_CONTENT,
            content: object.content.range(first + u64::from(call.has(Defect::ShiftRanges)), last + 1),
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

/// Returns a part of an upload in progress as an object, by a deliberate mistake.
fn part_in_progress(call: &Call<'_>) -> Option<Object> {
    let number = call.request.query("partNumber").filter(|_| call.has(Defect::ReadPartsInProgress))?;
    let number = possible(number)?;
    call.look(|state| {
        let part = state.uploads.values().find_map(|upload| upload.parts.get(&number))?;
        Some(Object {
            content: part.content.clone(),
            etag: part.etag.clone(),
            meta: model::Meta::new(),
            modified: part.arrived,
            parts: None,
            checksum: None,
            sequential: false,
        })
    })
    .flatten()
}

/// One part of an object. A simple object is its own first part.
fn part(call: &Call<'_>, object: &Object, text: &str) -> Result<Piece, S3Error> {
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
    let at = if call.has(Defect::ClampPartReads) { at.min(sizes.len() - 1) } else { at };
    let Some(size) = sizes.get(at) else {
        return Err(S3Error::new("InvalidPartNumber", "The requested partnumber is not satisfiable")
            .with("PartNumberRequested", number)
            .with("ActualPartCount", sizes.len()));
    };
    let first: u64 = sizes[..at].iter().sum();
    let first = if call.has(Defect::ShiftPartReads) { first.saturating_sub(1) } else { first };
    let whole = object.checksum.as_ref();
    let checksum = match (&object.parts, whole.map(|kept| kept.of)) {
        (Some(parts), Some(ChecksumType::Composite)) => parts[at]
            .checksum
            .clone()
            .map(|value| (value.clone(), checksum::encoded(&value), ChecksumType::Composite)),
        // A full-object checksum says nothing about one of several parts.
        (Some(parts), _) if parts.len() > 1 => None,
        _ => whole.map(|kept| (kept.checksum.clone(), checksum::encoded(&kept.checksum), kept.of)),
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
