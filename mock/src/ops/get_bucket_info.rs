//! GetBucketInfo of OSS: `GET /bucket?bucketInfo`.

use super::{Call, acl, list_buckets::Place};
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::Own)?;
    Ok(call.result("BucketInfo", |xml| {
        xml.nest("Bucket", |xml| {
            xml.text("Name", call.request.bucket());
            xml.text("CreationDate", call.time(bucket.created));
            Place::of(call).write(xml);
            acl::write_word(xml, &bucket.owner, "private");
            xml.text("DataRedundancyType", "LRS");
        });
    }))
}
