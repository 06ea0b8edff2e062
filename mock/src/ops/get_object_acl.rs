//! GetObjectAcl: `GET /bucket/key?acl`.

use crate::call::Call;
use crate::dialect::documents::Acl;
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let model::Answer::Object(object) = call.carry_out(Operation::Head).await? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    let store = call.service.store.lock();
    let owner = store.buckets.get(call.request.bucket()).map_or("", |bucket| bucket.owner.as_str());
    Ok(call.answer(&Acl { owner, meta: Some(&object.meta) }))
}
