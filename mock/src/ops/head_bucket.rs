//! HeadBucket: `HEAD /bucket`.

use http::StatusCode;

use crate::call::Call;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let region = &call.service.region;
    let mut store = call.service.store.lock();
    let exists = store.buckets.contains_key(call.request.bucket());
    match call.bucket(&mut store, Action::ListBucket) {
        Ok(_) => Ok(Answer::new(StatusCode::OK).header(&call.dialect().header("bucket-region"), region)),
        // Whoever may not see a bucket still learns where it is: SDKs ask so, without a signature.
        Err(error) if exists && call.dialect().names().shows_region_to_all => {
            Err(error.header("x-amz-bucket-region", region))
        }
        Err(error) => Err(error),
    }
}
