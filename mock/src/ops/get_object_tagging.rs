//! GetObjectTagging: `GET /bucket/key?tagging`.

use crate::call::Call;
use crate::dialect::documents::{Tags, tags_of};
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let model::Answer::Object(object) = call.carry_out(Operation::Head).await? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    let tags = tags_of(call.dialect(), &object.meta);
    Ok(call.answer(&Tags(tags)))
}
