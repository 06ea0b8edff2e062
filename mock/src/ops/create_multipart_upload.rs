//! CreateMultipartUpload: `POST /bucket/key?uploads`.

use super::{Call, metadata};
use crate::http::{Answer, S3Error, Xml};
use crate::model::{self, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let meta = metadata::of(&call.request)?;
    let model::Answer::Created(id) = call.apply(Operation::Create { meta })? else {
        return Err(S3Error::new("InternalError", "no upload was created"));
    };
    Ok(Answer::xml(Xml::document("InitiateMultipartUploadResult", |xml| {
        xml.text("Bucket", call.request.bucket());
        xml.text("Key", call.request.key());
        xml.text("UploadId", id.0);
    })))
}
