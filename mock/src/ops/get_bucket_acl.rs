//! GetBucketAcl: `GET /bucket?acl`. Every bucket of the mock is private.

use crate::call::Call;
use crate::dialect::documents::Acl;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::Own)?;
    Ok(call.answer(&Acl { owner: &bucket.owner, meta: None }))
}
