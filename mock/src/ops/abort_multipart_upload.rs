//! AbortMultipartUpload: `DELETE /bucket/key?uploadId=ID`.

use http::StatusCode;

use crate::call::Call;
use crate::http::{Answer, S3Error};
use crate::model::Operation;

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let upload = call.upload();
    call.carry_out(Operation::Abort { upload }).await?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
