//! UploadPartCopy: `PUT /bucket/key?partNumber=N&uploadId=ID` with `x-amz-copy-source`.

use md5::{Digest, Md5};

use super::{Call, copy_source, encryption};
use crate::http::{Answer, S3Error, checksum};
use crate::model::{self, Algorithm, Body, Claimed, Content, Defect, Hasher, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let (upload, number) = (call.upload(), call.part_number()?);
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
    let source = copy_source::find(call)?.content;
    let size = source.len();
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
    let body = digests(content, wanted);
    let value = body.checksum.clone();
    let model::Answer::Stored(etag) =
        call.apply(Operation::UploadPart { upload: upload.clone(), number, body })?
    else {
        return Err(S3Error::new("InternalError", "the part was not stored"));
    };
    let asked = call.upload_is(&upload, |upload| upload.checksum.is_some());
    let now = call.service.store.lock().now();
    let crc64 = value.clone().filter(|_| call.is_oss() && !call.has(Defect::OmitCrc64OfPart));
    let mut answer = call.result("CopyPartResult", |xml| {
        xml.text("LastModified", call.time(now));
        xml.text("ETag", call.quoted(&etag));
        if let Some(value) = value.filter(|_| asked) {
            xml.text(&checksum::element(value.algorithm), checksum::encoded(&value));
        }
    });
    if call.is_oss() {
        answer = encryption::tell_of_upload(call, &upload, answer.header("etag", &call.quoted(&etag)));
    }
    if let Some(crc64) = crc64 {
        answer = answer.header("x-oss-hash-crc64ecma", &call.crc64(&crc64));
    }
    if let Some((first, last)) = bounds.filter(|_| call.is_oss() && !call.has(Defect::OmitCopiedRange)) {
        answer = answer.header("content-range", &format!("bytes {first}-{last}/{size}"));
    }
    Ok(answer)
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
