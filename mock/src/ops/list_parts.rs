//! ListParts: `GET /bucket/key?uploadId=ID`.

use super::{Call, metadata};
use crate::http::{Answer, S3Error, Xml, checksum, iso8601};
use crate::model::{self, Defect, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let page = call.service.rules.limits.list_parts_page;
    let max = call.count("max-parts")?.unwrap_or(page).min(page);
    let after = call.count("part-number-marker")?.unwrap_or(0);
    let upload = call.upload();
    let answer = call.apply(Operation::ListParts { upload: upload.clone(), after, max })?;
    let model::Answer::Parts(listed) = answer else {
        return Err(S3Error::new("InternalError", "nothing was listed"));
    };
    let (owner, storage_class) = {
        let store = call.service.store.lock();
        let bucket = store.buckets.get(request.bucket());
        let open = bucket.and_then(|bucket| bucket.keys.get(request.key())?.uploads.get(&upload));
        let class = open.map_or("STANDARD", |open| metadata::storage_class(&open.meta));
        (bucket.map_or("", |bucket| bucket.owner.as_str()).to_owned(), class.to_owned())
    };
    let root = if call.has(Defect::MisnameListParts) { "ListPartsResponse" } else { "ListPartsResult" };
    Ok(Answer::xml(Xml::document(root, |xml| {
        xml.text("Bucket", request.bucket());
        xml.text("Key", request.key());
        xml.text("UploadId", &upload.0);
        if !call.has(Defect::OmitInitiator) {
            xml.initiator(&listed.initiator);
        }
        xml.owner(&owner);
        xml.text("StorageClass", &storage_class);
        xml.value("PartNumberMarker", after);
        xml.value("NextPartNumberMarker", listed.parts.last().map_or(0, |part| part.number));
        xml.value("MaxParts", max);
        if !call.has(Defect::OmitIsTruncated) {
            xml.value("IsTruncated", listed.truncated);
        }
        if let Some((algorithm, of)) = listed.checksum.filter(|_| !call.has(Defect::OmitChecksums)) {
            xml.text("ChecksumAlgorithm", algorithm.name());
            xml.text("ChecksumType", of.name());
        }
        for part in &listed.parts {
            xml.nest("Part", |xml| {
                xml.value("PartNumber", part.number);
                xml.text("LastModified", iso8601(part.arrived));
                xml.text("ETag", format!("\"{}\"", part.etag));
                xml.value("Size", part.size);
                if let Some(value) = part.checksum.as_ref().filter(|_| !call.has(Defect::OmitChecksums)) {
                    xml.text(&checksum::element(value.algorithm), checksum::encoded(value));
                }
            });
        }
    })))
}
