//! UploadPart: `PUT /bucket/key?partNumber=N&uploadId=ID`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;

use super::{Call, encryption, metadata, unsettled, upload_part_copy::digests};
use crate::defects::Defect;
use crate::http::{Answer, Request, S3Error, checksum, expected_length};
use crate::model::{self, Body, Operation};
use crate::provider::Dialect;

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let (upload, number) = (call.upload(), call.part_number()?);
    encryption::forbid(&call, Defect::TakeEncryptionOfParts)?;
    if let Some((name, value)) = user_metadata(&call.request)
        && !call.has(Defect::TakeMetadataFromParts)
    {
        let message = "Metadata cannot be specified in this context.";
        return Err(S3Error::invalid_argument(message, name, value));
    }
    let claimed = if call.ignores_checksums() {
        Default::default()
    } else {
        checksum::Claim::of(&call.request)?.claimed()
    };
    let size = expected_length(&call.request)?;
    let begin = Operation::BeginPart { upload: upload.clone(), number, size, claimed };
    let begun = call.apply(begin);
    if begun.is_err() && call.has(Defect::TakePartsOfUnknownUploads) && number > 0 {
        return Ok(Answer::new(StatusCode::OK).header("etag", "\"d41d8cd98f00b204e9800998ecf8427e\""));
    }
    let model::Answer::Continue(wanted) = begun? else {
        return Err(S3Error::new("InternalError", "the part was not begun"));
    };
    if call.has(Defect::TakeMetadataFromParts) {
        metadata::take(&call)?;
    }
    if call.has(Defect::ListUnfinishedParts) {
        let body = digests(Default::default(), wanted);
        call.apply(Operation::UploadPart { upload: upload.clone(), number, body })?;
    }
    let side_by_side = unsettled::begin_part(&call);
    let received = call.content(wanted).await;
    let others = unsettled::end_part(&call);
    let received = received?;
    if (side_by_side || others) && call.has(Defect::LosesPartsSideBySide) {
        let etag = hex::encode(received.body.md5);
        return Ok(Answer::new(StatusCode::OK).header("etag", &call.quoted(&etag)));
    }
    let stored = received.body.clone();
    let upload_part = Operation::UploadPart { upload: upload.clone(), number, body: received.body };
    let model::Answer::Stored(etag) = call.apply(upload_part)? else {
        return Err(S3Error::new("InternalError", "the part was not stored"));
    };
    let mut answer = Answer::new(StatusCode::OK);
    if !call.has(Defect::OmitPartEtag) {
        answer = answer.header("etag", &call.quoted(&etag));
    }
    answer = encryption::tell_of_upload(&call, &upload, answer);
    if call.is_oss() {
        return Ok(tell(&call, &stored, answer));
    }
    if let Some(claimed) = received.claimed.filter(|_| !call.has(Defect::OmitChecksums)) {
        answer = answer.header(&checksum::header(claimed.algorithm), &checksum::encoded(&claimed));
    }
    Ok(answer)
}

/// Returns a header of user metadata, which S3 takes with the creation alone.
fn user_metadata(request: &Request) -> Option<(&str, &str)> {
    let name =
        request.headers.keys().map(http::HeaderName::as_str).find(|name| name.starts_with("x-amz-meta-"));
    name.filter(|_| request.dialect == Dialect::S3)
        .map(|name| (name, request.header(name).unwrap_or_default()))
}

/// What OSS tells of a part beside its ETag.
fn tell(call: &Call<'_>, body: &Body, answer: Answer) -> Answer {
    let mut answer = answer.header("content-md5", &STANDARD.encode(body.md5));
    if let Some(value) = body.checksum.as_ref().filter(|_| !call.has(Defect::OmitCrc64OfPart)) {
        answer = answer.header("x-oss-hash-crc64ecma", &call.crc64(value));
    }
    answer
}
