//! ListBuckets: `GET /`. OSS takes a prefix, and shows where each bucket is.

use crate::call::Call;
use crate::dialect::documents::Buckets;
use crate::http::{Answer, S3Error};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let Some(own) = &call.principal else { return Err(S3Error::access_denied()) };
    let store = call.service.store.lock();
    let prefix = call.dialect().prefix_of_buckets(&call.request);
    let own_buckets =
        store.buckets.iter().filter(|(name, bucket)| bucket.owner == *own && name.starts_with(prefix));
    let buckets = own_buckets.map(|(name, bucket)| (name, bucket.created)).collect();
    Ok(call.answer(&Buckets { owner: own, buckets }))
}
