//! UploadPartCopy: `PUT /bucket/key?partNumber=N&uploadId=ID` with `x-amz-copy-source`.

use md5::{Digest, Md5};

use super::{Call, copy_source};
use crate::http::{Answer, S3Error, Xml, checksum, iso8601};
use crate::model::{self, Algorithm, Body, Claimed, Content, Defect, Hasher, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let (upload, number) = (call.upload(), call.part_number()?);
    let begin = Operation::BeginPart { upload: upload.clone(), number, size: None, claimed: Claimed::Copied };
    let model::Answer::Continue(wanted) = call.apply(begin)? else {
        return Err(S3Error::new("InternalError", "the part was not begun"));
    };
    let source = copy_source::find(call)?.content;
    let content = match call.request.header("x-amz-copy-source-range") {
        Some(range) if !call.has(Defect::IgnoreCopyRange) => {
            let whole = (0, source.len().saturating_sub(1));
            let (first, last) = match copy_source::bounds(range, source.len()) {
                Err(_) if call.has(Defect::ClampCopyRanges) => whole,
                bounds => bounds?,
            };
            source.range(first, last + 1)
        }
        _ => source,
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
    Ok(Answer::xml(Xml::document("CopyPartResult", |xml| {
        xml.text("LastModified", iso8601(now));
        xml.text("ETag", call.quoted(&etag));
        if let Some(value) = value.filter(|_| asked) {
            xml.text(&checksum::element(value.algorithm), checksum::encoded(&value));
        }
    })))
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
