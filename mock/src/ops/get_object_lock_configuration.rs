//! GetObjectLockConfiguration: `GET /bucket?object-lock`. No bucket of the mock has a lock.

use crate::call::Call;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.bucket(&mut call.service.store.lock(), Action::Own)?;
    let message = "Object Lock configuration does not exist for this bucket";
    Err(S3Error::new("ObjectLockConfigurationNotFoundError", message)
        .with("BucketName", call.request.bucket()))
}
