//! DeleteObject: `DELETE /bucket/key`.

use http::StatusCode;

use super::Call;
use crate::http::{Answer, S3Error};
use crate::model::{KeyState, Operation, Refusal};
use crate::provider::Dialect;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let if_match = call.request.list("if-match").filter(|_| !call.is_oss());
    let key = call.request.key();
    call.apply_if(Operation::Delete, |state| check(state, key, if_match.as_deref()))?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}

/// Refuses to delete an object that has another ETag than the stated one, or is not there.
pub(super) fn check(state: &KeyState, key: &str, if_match: Option<&str>) -> Result<(), S3Error> {
    match (if_match, &state.object) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(S3Error::refused(Refusal::NoSuchKey, key, Dialect::S3)),
        (Some(etag), Some(object)) if etag == "*" || etag.trim_matches('"') == object.etag => Ok(()),
        (Some(_), Some(_)) => Err(S3Error::precondition_failed("If-Match")),
    }
}
