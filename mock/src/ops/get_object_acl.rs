//! GetObjectAcl: `GET /bucket/key?acl`.

use super::{Call, acl};
use crate::defects::Defect;
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};
use crate::provider::Dialect;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let model::Answer::Object(object) = call.apply(Operation::Head)? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    let store = call.service.store.lock();
    let owner = store.buckets.get(call.request.bucket()).map_or("", |bucket| bucket.owner.as_str());
    Ok(call.result("AccessControlPolicy", |xml| match call.dialect() {
        Dialect::S3 => acl::write_grants(xml, owner, &object.meta),
        Dialect::Oss => match acl::word(&object.meta) {
            "default" if call.has(Defect::TellPrivateForDefault) => acl::write_word(xml, owner, "private"),
            word => acl::write_word(xml, owner, word),
        },
    }))
}
