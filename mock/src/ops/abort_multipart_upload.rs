//! AbortMultipartUpload: `DELETE /bucket/key?uploadId=ID`.

use http::StatusCode;

use super::{Call, unsettled};
use crate::defects::Defect;
use crate::http::{Answer, S3Error};
use crate::model::Operation;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let upload = call.upload();
    if call.has(Defect::RepeatedAbortFails) && call.ended(&upload) {
        return Err(S3Error::new("InternalError", "We encountered an internal error. Please try again."));
    }
    unsettled::doom(call);
    call.apply(Operation::Abort { upload }).map_err(|error| error.ec_of("NoSuchUpload", "0042-00000002"))?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
