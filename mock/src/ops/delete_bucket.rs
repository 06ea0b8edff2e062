//! DeleteBucket: `DELETE /bucket`.

use http::StatusCode;

use crate::call::Call;
use crate::http::{Answer, S3Error};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::Own)?;
    // Uploads in progress go with the bucket; objects keep it.
    if bucket.keys.values().any(|state| state.object.is_some()) {
        let message = "The bucket you tried to delete is not empty";
        return Err(S3Error::new("BucketNotEmpty", message).with("BucketName", call.request.bucket()));
    }
    store.buckets.remove(call.request.bucket());
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
