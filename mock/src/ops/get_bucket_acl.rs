//! GetBucketAcl: `GET /bucket?acl`. Every bucket of the mock is private.

use super::{Call, acl};
use crate::http::{Answer, S3Error};
use crate::model::Meta;
use crate::policy::Action;
use crate::provider::Dialect;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::Own)?;
    Ok(call.result("AccessControlPolicy", |xml| match call.dialect() {
        Dialect::S3 => acl::write_grants(xml, &bucket.owner, &Meta::new()),
        Dialect::Oss => acl::write_word(xml, &bucket.owner, "private"),
    }))
}
