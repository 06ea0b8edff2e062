//! DeleteObjectTagging: `DELETE /bucket/key?tagging`.

use http::StatusCode;

use crate::call::Call;
use crate::http::{Answer, S3Error};
use crate::model::Operation;

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.carry_out(Operation::Head).await?;
    let tagging = call.dialect().header("tagging");
    call.change_meta(|meta| _ = meta.remove(&tagging))?;
    Ok(Answer::new(StatusCode::NO_CONTENT))
}
