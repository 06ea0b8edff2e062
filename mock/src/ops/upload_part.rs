//! UploadPart: `PUT /bucket/key?partNumber=N&uploadId=ID`.

use crate::call::{Call, encryption};
use crate::checks::Check;
use crate::dialect::StoredBytes;
use crate::dialect::documents::StoredPart;
use crate::http::{Answer, S3Error, checksum, expected_length};
use crate::model::{self, Operation};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let dialect = call.dialect();
    let (upload, number) = (call.upload(), call.part_number()?);
    encryption::forbid(&call)?;
    if let Some((name, value)) = dialect.metadata_of_part(&call.request) {
        let message = "Metadata cannot be specified in this context.";
        let refusal = S3Error::invalid_argument(message, name, value);
        call.checks().pass(Check::MetadataOfPart, Err(refusal))?;
    }
    let claimed = if call.ignores_checksums() {
        Default::default()
    } else {
        checksum::Claim::of(&call.request)?.claimed()
    };
    let size = expected_length(&call.request, dialect.body_rules())?;
    let begin = Operation::BeginPart { upload: upload.clone(), number, size, claimed };
    let model::Answer::Continue(wanted) = call.carry_out(begin).await? else {
        return Err(S3Error::new("InternalError", "the part was not begun"));
    };
    let received = call.content(wanted).await?;
    let (md5, checksum) = (received.body.md5, received.body.checksum.clone());
    let upload_part = Operation::UploadPart { upload: upload.clone(), number, body: received.body };
    let model::Answer::Stored(etag) = call.carry_out(upload_part).await? else {
        return Err(S3Error::new("InternalError", "the part was not stored"));
    };
    let meta = call.meta_of(&upload);
    let (checksum, claimed) = (checksum.as_ref(), received.claimed.as_ref());
    let bytes = StoredBytes { md5, checksum, claimed };
    Ok(call.answer(&StoredPart { etag: &etag, bytes, meta: meta.as_ref() }))
}
