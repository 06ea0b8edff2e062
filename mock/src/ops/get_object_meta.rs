//! GetObjectMeta of OSS: `HEAD /bucket/key?objectMeta`, which shows size, ETag and time alone.

use crate::call::Call;
use crate::dialect::documents::ObjectMeta;
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let model::Answer::Object(object) = call.carry_out(Operation::Head).await? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    Ok(call.answer(&ObjectMeta(&object)))
}
