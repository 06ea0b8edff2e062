//! PutObject: `PUT /bucket/key`.

use crate::call::{Call, call_back, metadata};
use crate::dialect::StoredBytes;
use crate::dialect::documents::PutObject;
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};
use crate::policy::Action;

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let dialect = call.dialect();
    let conditions = dialect.put_conditions(call.asking())?;
    let callback = dialect.callback(&call.request)?;
    // Refused before the body comes, so that nothing is sent in vain.
    call.bucket(&mut call.service.store.lock(), Action::PutObject)?;
    let meta = metadata::of(&call)?;
    let asked = dialect.put_algorithm(call.asking())?;
    let received = call.content(asked.unwrap_or(call.service.rules.usual_checksum)).await?;
    let (md5, checksum) = (received.body.md5, received.body.checksum.clone());
    let put = Operation::Put { body: received.body, meta: meta.clone(), conditions };
    let model::Answer::Stored(etag) = call.carry_out(put).await? else {
        return Err(S3Error::new("InternalError", "the object was not stored"));
    };
    let (checksum, claimed) = (checksum.as_ref(), received.claimed.as_ref());
    let bytes = StoredBytes { md5, checksum, claimed };
    let answer = call.answer(&PutObject { etag: &etag, bytes, meta: &meta });
    call_back::finish(&call, callback, answer).await
}
