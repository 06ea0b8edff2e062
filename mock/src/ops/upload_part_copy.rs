//! UploadPartCopy: `PUT /bucket/key?partNumber=N&uploadId=ID` with `x-amz-copy-source`.

use md5::{Digest, Md5};

use super::{Call, copy_source, encryption};
use crate::defects::Defect;
use crate::http::{Answer, S3Error, checksum};
use crate::model::{self, Algorithm, Body, ChecksumType, Claimed, Content, Hasher, Object, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let (upload, number) = (call.upload(), part_number(call)?);
    let begin = Operation::BeginPart { upload: upload.clone(), number, size: None, claimed: Claimed::Copied };
    let begun = call.apply(begin).map_err(|error| error.ec_of("NoSuchUpload", "0042-00000311"));
    if begun.is_err() && call.has(Defect::TakePartsOfUnknownUploads) && number > 0 {
        return Ok(call.result("CopyPartResult", |xml| {
            xml.text("LastModified", call.time(call.service.store.lock().now()));
            xml.text("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
        }));
    }
    let model::Answer::Continue(wanted) = begun? else {
        return Err(S3Error::new("InternalError", "the part was not begun"));
    };
    let object = copy_source::find(call)?;
    let known = known_digests(&object, wanted);
    let source = object.content;
    let size = source.len();
    if call.has(Defect::RefuseSmallSources)
        && call.service.rules.limits.min_part_size.is_some_and(|least| size < least)
    {
        return Err(S3Error::new("InvalidRequest", "The source of the copy is too small."));
    }
    let bounds = match call.request.own("copy-source-range") {
        Some(range) if !call.has(Defect::IgnoreCopyRange) => match copy_source::bounds(call, range, size) {
            Err(_) if call.has(Defect::ClampCopyRanges) => Some((0, size.saturating_sub(1))),
            bounds => bounds?,
        },
        _ => None,
    };
    let content = match bounds {
        Some((first, last)) => source.range(first, last + 1),
        None => source,
    };
    let mut body = match known.filter(|_| bounds.is_none()) {
        Some(known) => known,
        None => digests(content, wanted),
    };
    let value = body.checksum.clone();
    if call.has(Defect::ForgetChecksumsOfCopies) {
        body.checksum = None;
    }
    let model::Answer::Stored(etag) =
        call.apply(Operation::UploadPart { upload: upload.clone(), number, body })?
    else {
        return Err(S3Error::new("InternalError", "the part was not stored"));
    };
    let told = match call.has(Defect::CopyTellsOtherEtag) {
        true => hex::encode(Md5::digest(&etag)),
        false => etag.clone(),
    };
    let asked = call.upload_is(&upload, |upload| upload.checksum.is_some());
    let now = call.service.store.lock().now();
    let crc64 = value.clone().filter(|_| call.is_oss() && !call.has(Defect::OmitCrc64OfPart));
    let mut answer = call.result("CopyPartResult", |xml| {
        xml.text("LastModified", call.time(now));
        xml.text("ETag", call.quoted(&told));
        if let Some(value) = value.filter(|_| asked) {
            xml.text(&checksum::element(value.algorithm), checksum::encoded(&value));
        }
    });
    if call.is_oss() {
        answer = answer.header("etag", &call.quoted(&etag));
    }
    answer = encryption::tell_of_upload(call, &upload, answer);
    if let Some(crc64) = crc64 {
        answer = answer.header("x-oss-hash-crc64ecma", &call.crc64(&crc64));
    }
    if let Some((first, last)) = bounds.filter(|_| call.is_oss() && !call.has(Defect::OmitCopiedRange)) {
        answer = answer.header("content-range", &format!("bytes {first}-{last}/{size}"));
    }
    Ok(answer)
}

/// Returns the number in the query, or the first in place of an impossible one by a deliberate mistake.
fn part_number(call: &Call<'_>) -> Result<i64, S3Error> {
    let number = call.part_number();
    if !call.has(Defect::CopyToAnyNumber) {
        return number;
    }
    let limits = &call.service.rules.limits;
    let possible = i64::from(limits.min_part_number)..=i64::from(limits.max_part_number);
    Ok(number.ok().filter(|number| possible.contains(number)).unwrap_or(*possible.start()))
}

/// Returns the whole of an object that was put, with the digests that are kept with it.
fn known_digests(object: &Object, algorithm: Algorithm) -> Option<Body> {
    let md5 = hex::decode(&object.etag).ok().filter(|_| object.parts.is_none())?.try_into().ok()?;
    let kept = object.checksum.as_ref().filter(|kept| kept.of == ChecksumType::FullObject)?;
    let checksum = Some(kept.checksum.clone()).filter(|checksum| checksum.algorithm == algorithm)?;
    Some(Body { content: object.content.clone(), md5, checksum: Some(checksum), claimed: Claimed::Copied })
}

/// Bytes that the server has, with their digests.
pub(super) fn digests(content: Content, algorithm: Algorithm) -> Body {
    let (mut md5, mut hasher) = (Md5::new(), Hasher::new(algorithm));
    for piece in content.pieces().flatten() {
        md5.update(&piece);
        hasher.update(&piece);
    }
    let checksum = Some(hasher.finish());
    Body { content, md5: md5.finalize().into(), checksum, claimed: Claimed::Copied }
}
