//! DeleteObject: `DELETE /bucket/key`.

use http::StatusCode;

use super::Call;
use crate::http::{Answer, S3Error};
use crate::model::Operation;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.apply(Operation::Delete)?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
