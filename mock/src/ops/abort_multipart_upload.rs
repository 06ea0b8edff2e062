//! AbortMultipartUpload: `DELETE /bucket/key?uploadId=ID`.

use http::StatusCode;

use super::Call;
use crate::http::{Answer, S3Error};
use crate::model::{Defect, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let upload = call.upload();
    if call.has(Defect::RepeatedAbortFails) && call.ended(&upload) {
        return Err(S3Error::new("InternalError", "We encountered an internal error. Please try again."));
    }
    call.apply(Operation::Abort { upload })?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
