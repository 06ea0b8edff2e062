//! CreateMultipartUpload: `POST /bucket/key?uploads`.

use super::{Call, metadata};
use crate::http::{Answer, S3Error, Xml, checksum};
use crate::model::{self, Defect, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let mut meta = metadata::of(&call.request)?;
    if call.has(Defect::LoseTags) {
        meta.remove("x-amz-tagging");
    }
    let asked = if call.ignores_checksums() {
        None
    } else {
        match checksum::asked(&call.request) {
            Err(_) if call.has(Defect::AcceptImpossibleChecksums) => None,
            asked => asked?,
        }
    };
    let initiator = call.principal().to_owned();
    let operation = Operation::Create { meta, checksum: asked, initiator };
    let model::Answer::Created(id) = call.apply(operation)? else {
        return Err(S3Error::new("InternalError", "no upload was created"));
    };
    let answer = Answer::xml(Xml::document("InitiateMultipartUploadResult", |xml| {
        xml.text("Bucket", call.request.bucket());
        xml.text("Key", call.request.key());
        xml.text("UploadId", id.0);
    }));
    Ok(match asked.filter(|_| !call.has(Defect::OmitChecksums)) {
        Some((algorithm, of)) => answer
            .header("x-amz-checksum-algorithm", algorithm.name())
            .header("x-amz-checksum-type", of.name()),
        None => answer,
    })
}
