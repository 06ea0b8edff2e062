//! UploadPart: `PUT /bucket/key?partNumber=N&uploadId=ID`.

use http::StatusCode;

use super::Call;
use crate::http::{Answer, S3Error, declared_length};
use crate::model::{self, Defect, Operation};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let (upload, number) = (call.upload(), call.part_number()?);
    if call.has(Defect::StorePartAsObject) && upload.0.is_empty() {
        return super::put_object::handle(call).await;
    }
    let size = declared_length(&call.request)?;
    call.apply(Operation::BeginPart { upload: upload.clone(), number, size })?;
    let body = call.content().await?;
    match call.apply(Operation::UploadPart { upload, number, body })? {
        model::Answer::Stored(_) if call.has(Defect::OmitPartEtag) => Ok(Answer::new(StatusCode::OK)),
        model::Answer::Stored(etag) => Ok(Answer::new(StatusCode::OK).header("etag", &call.quoted(&etag))),
        _ => Err(S3Error::new("InternalError", "the part was not stored")),
    }
}
