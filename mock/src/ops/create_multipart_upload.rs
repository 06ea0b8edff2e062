//! CreateMultipartUpload: `POST /bucket/key?uploads`. OSS calls it InitiateMultipartUpload.

use super::list_multipart_uploads::encoding;
use super::{Call, encryption, metadata};
use crate::defects::Defect;
use crate::http::{Answer, S3Error, checksum, url_encoded};
use crate::model::{self, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let mut meta = metadata::of(call)?;
    if call.has(Defect::LoseTags) {
        meta.remove(&call.dialect().header("tagging"));
    }
    if call.is_oss() {
        // On OSS the completion gives the ACL.
        meta.remove(call.dialect().object_acl());
    }
    let asked = if call.ignores_checksums() {
        None
    } else {
        match checksum::asked(&call.request) {
            Err(_) if call.has(Defect::AcceptImpossibleChecksums) => None,
            asked => asked?,
        }
    };
    let encoded = encodes_names(call)?;
    let operation = Operation::Create {
        meta: meta.clone(),
        checksum: asked,
        initiator: call.principal().to_owned(),
        forbid_overwrite: call.forbids_overwrite(),
        sequential: call.is_oss() && call.request.has_query("sequential"),
    };
    let model::Answer::Created(id) = call.apply(operation)? else {
        return Err(S3Error::new("InternalError", "no upload was created"));
    };
    let answer = call.result("InitiateMultipartUploadResult", |xml| {
        if encoded {
            xml.text("EncodingType", "url");
        }
        xml.text("Bucket", call.request.bucket());
        let key = call.request.key();
        xml.text("Key", if encoded { url_encoded(key) } else { key.to_owned() });
        xml.text("UploadId", id.0);
    });
    let answer = encryption::tell(call, &meta, answer);
    let untold = call.has(Defect::OmitChecksums) || call.has(Defect::OmitChecksumOfCreation);
    Ok(match asked.filter(|_| !untold) {
        Some((algorithm, of)) => answer
            .header("x-amz-checksum-algorithm", algorithm.name())
            .header("x-amz-checksum-type", of.name()),
        None => answer,
    })
}

/// Whether the key in the answer to a creation or a completion is to be URL-encoded: OSS takes that
/// parameter there too.
pub(super) fn encodes_names(call: &Call<'_>) -> Result<bool, S3Error> {
    Ok(call.is_oss() && encoding(call)? && !call.has(Defect::IgnoreEncodingOfResults))
}
