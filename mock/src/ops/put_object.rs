//! PutObject: `PUT /bucket/key`.

use http::StatusCode;

use super::{Call, metadata};
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    for name in ["if-match", "if-none-match"] {
        if call.request.headers.contains_key(name) {
            return Err(S3Error::not_implemented(name));
        }
    }
    // Told before the body comes, so that nothing is sent in vain.
    call.bucket(&mut call.service.store.lock())?;
    let meta = metadata::of(&call.request)?;
    let body = call.content().await?;
    match call.apply(Operation::Put { body, meta })? {
        model::Answer::Stored(etag) => Ok(Answer::new(StatusCode::OK).header("etag", &call.quoted(&etag))),
        _ => Err(S3Error::new("InternalError", "the object was not stored")),
    }
}
