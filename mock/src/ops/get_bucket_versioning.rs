//! GetBucketVersioning: `GET /bucket?versioning`. No bucket of the mock was ever versioned.

use super::Call;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.bucket(&mut call.service.store.lock(), Action::Own)?;
    Ok(call.result("VersioningConfiguration", |_| {}))
}
