//! AbortMultipartUpload: `DELETE /bucket/key?uploadId=ID`.

use http::StatusCode;

use super::Call;
use crate::http::{Answer, S3Error};
use crate::model::Operation;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.apply(Operation::Abort { upload: call.upload() })?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
