//! GetObjectMeta of OSS: `HEAD /bucket/key?objectMeta`, which tells size, ETag and time alone.

use http::StatusCode;

use super::Call;
use crate::defects::Defect;
use crate::http::{Answer, S3Error, http_date};
use crate::model::{self, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let model::Answer::Object(object) = call.apply(Operation::Head)? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    let answer = Answer::new(StatusCode::OK)
        .header("etag", &call.quoted(&object.etag))
        .header("last-modified", &http_date(object.modified))
        .header("content-length", &object.content.len().to_string());
    Ok(match object.checksum.as_ref().filter(|_| !call.has(Defect::OmitCrc64OfObject)) {
        Some(kept) => answer.header("x-oss-hash-crc64ecma", &call.crc64(&kept.checksum)),
        None => answer,
    })
}
