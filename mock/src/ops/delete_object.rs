//! DeleteObject: `DELETE /bucket/key`.

use http::StatusCode;

use crate::call::{Call, conditions};
use crate::http::{Answer, S3Error};
use crate::model::Operation;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let if_match = call.dialect().deletion_condition(&call.request);
    let key = call.request.key();
    call.apply_if(Operation::Delete, |state| conditions::check_deletion(state, key, if_match.as_deref()))?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
