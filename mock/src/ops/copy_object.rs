//! CopyObject: `PUT /bucket/key` with `x-amz-copy-source`.

use super::{Call, copy_source, metadata, upload_part_copy::digests};
use crate::http::{Answer, S3Error, Xml, checksum, iso8601};
use crate::model::{self, Algorithm, ChecksumType, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let source = copy_source::find(call)?;
    let asked = match call.request.header("x-amz-checksum-algorithm") {
        Some(_) => checksum::asked(&call.request)?.map(|(algorithm, _)| algorithm),
        None => source.checksum.as_ref().map(|kept| kept.checksum.algorithm),
    };
    let algorithm = asked.unwrap_or(Algorithm::Crc64nvme);
    let replaces = match call.request.header("x-amz-metadata-directive") {
        None | Some("COPY") => false,
        Some("REPLACE") => true,
        Some(other) => {
            return Err(S3Error::invalid_argument(
                "Unknown metadata directive.",
                "x-amz-metadata-directive",
                other,
            ));
        }
    };
    let own = metadata::of(&call.request)?;
    let itself = call.request.header("x-amz-copy-source").is_some_and(|header| {
        let path = percent_encoding::percent_decode_str(header).decode_utf8_lossy();
        path.trim_start_matches('/') == format!("{}/{}", call.request.bucket(), call.request.key())
    });
    let changes = replaces || call.request.header("x-amz-storage-class").is_some();
    if itself && !changes {
        let message = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(S3Error::new("InvalidRequest", message));
    }
    let meta = if replaces { own } else { metadata::copied(&source.meta, own) };
    let body = digests(source.content, algorithm);
    let (of, value) = (ChecksumType::FullObject, body.checksum.clone());
    let operation = Operation::Put { body, meta, conditions: Default::default() };
    let model::Answer::Stored(etag) = call.apply(operation)? else {
        return Err(S3Error::new("InternalError", "the object was not stored"));
    };
    let now = call.service.store.lock().now();
    Ok(Answer::xml(Xml::document("CopyObjectResult", |xml| {
        xml.text("LastModified", iso8601(now));
        xml.text("ETag", call.quoted(&etag));
        if let Some(value) = value.filter(|_| !call.ignores_checksums()) {
            xml.text(&checksum::element(value.algorithm), checksum::encoded(&value));
            xml.text("ChecksumType", of.name());
        }
    })))
}
