//! UploadPart: `PUT /bucket/key?partNumber=N&uploadId=ID`.

use http::StatusCode;

use super::{Call, upload_part_copy::digests};
use crate::http::{Answer, S3Error, checksum, content_length, missing_length};
use crate::model::{self, Defect, Operation};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let (upload, number) = (call.upload(), call.part_number()?);
    let claimed = if call.ignores_checksums() {
        Default::default()
    } else {
        checksum::Claim::of(&call.request)?.claimed()
    };
    let size = Some(content_length(&call.request)?.ok_or_else(missing_length)?);
    let begin = Operation::BeginPart { upload: upload.clone(), number, size, claimed };
    let begun = call.apply(begin);
    if begun.is_err() && call.has(Defect::TakePartsOfUnknownUploads) && number > 0 {
        return Ok(Answer::new(StatusCode::OK).header("etag", "\"d41d8cd98f00b204e9800998ecf8427e\""));
    }
    let model::Answer::Continue(wanted) = begun? else {
        return Err(S3Error::new("InternalError", "the part was not begun"));
    };
    if call.has(Defect::ListUnfinishedParts) {
        let body = digests(Default::default(), wanted);
        call.apply(Operation::UploadPart { upload: upload.clone(), number, body })?;
    }
    let received = call.content(wanted).await?;
    let model::Answer::Stored(etag) =
        call.apply(Operation::UploadPart { upload, number, body: received.body })?
    else {
        return Err(S3Error::new("InternalError", "the part was not stored"));
    };
    let mut answer = Answer::new(StatusCode::OK);
    if !call.has(Defect::OmitPartEtag) {
        answer = answer.header("etag", &call.quoted(&etag));
    }
    if let Some(claimed) = received.claimed.filter(|_| !call.has(Defect::OmitChecksums)) {
        answer = answer.header(&checksum::header(claimed.algorithm), &checksum::encoded(&claimed));
    }
    Ok(answer)
}
