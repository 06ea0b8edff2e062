//! HeadBucket: `HEAD /bucket`.

use http::StatusCode;

use super::Call;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.bucket(&mut call.service.store.lock(), Action::ListBucket)?;
    Ok(Answer::new(StatusCode::OK).header(&call.dialect().header("bucket-region"), &call.service.region))
}
