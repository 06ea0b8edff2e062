//! DeleteObjectTagging: `DELETE /bucket/key?tagging`.

use http::StatusCode;

use super::Call;
use crate::http::{Answer, S3Error};
use crate::model::Operation;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.apply(Operation::Head)?;
    let tagging = call.dialect().header("tagging");
    call.change_meta(|meta| _ = meta.remove(&tagging))?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
