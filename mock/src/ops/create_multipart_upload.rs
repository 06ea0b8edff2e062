//! CreateMultipartUpload: `POST /bucket/key?uploads`. OSS calls it InitiateMultipartUpload.

use crate::call::{Call, encoding, metadata};
use crate::dialect::documents::Created;
use crate::http::{Answer, S3Error, checksum};
use crate::model::{self, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let dialect = call.dialect();
    let mut meta = metadata::of(call)?;
    dialect.leave_to_completion(&mut meta);
    let checksum = if call.ignores_checksums() { None } else { checksum::asked(&call.request)? };
    let encodes_key = encoding::of_upload(call)?;
    let operation = Operation::Create {
        meta: meta.clone(),
        checksum,
        initiator: call.principal().to_owned(),
        forbid_overwrite: dialect.forbids_overwrite(&call.request),
        sequential: dialect.is_sequential(&call.request),
    };
    let model::Answer::Created(upload) = call.carry_out(operation).await? else {
        return Err(S3Error::new("InternalError", "no upload was created"));
    };
    Ok(call.answer(&Created { upload: &upload, meta: &meta, checksum, encodes_key }))
}
