//! ListParts: `GET /bucket/key?uploadId=ID`.

use super::list_multipart_uploads::encoding;
use super::{Call, metadata};
use crate::defects::Defect;
use crate::http::{Answer, S3Error, checksum, url_encoded};
use crate::model::{self, Operation, Time};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let page = call.service.rules.limits.list_parts_page;
    let max = call.count("max-parts")?.unwrap_or(page).min(page);
    let after = call.count("part-number-marker")?.unwrap_or(0);
    let upload = call.upload();
    let answer = call.apply(Operation::ListParts { upload: upload.clone(), after, max })?;
    let model::Answer::Parts(mut listed) = answer else {
        return Err(S3Error::new("InternalError", "nothing was listed"));
    };
    if call.has(Defect::ListPartsInTextOrder) {
        listed.parts.sort_by_key(|part| part.number.to_string());
    }
    let (owner, storage_class) = {
        let store = call.service.store.lock();
        let bucket = store.buckets.get(request.bucket());
        let open = bucket.and_then(|bucket| bucket.keys.get(request.key())?.uploads.get(&upload));
        let dialect = call.dialect();
        let class =
            open.map_or(dialect.standard_class(), |open| metadata::storage_class(dialect, &open.meta));
        (bucket.map_or("", |bucket| bucket.owner.as_str()).to_owned(), class.to_owned())
    };
    let root = if call.has(Defect::MisnameListParts) { "ListPartsResponse" } else { "ListPartsResult" };
    let encoded = call.is_oss() && encoding(call)?;
    let shows_owners = !call.is_oss() || call.has(Defect::ShowOwners);
    let names_algorithm = !call.has(Defect::OmitChecksums) && !call.has(Defect::OmitListedAlgorithm);
    let last = listed.parts.last().map_or(0, |part| part.number);
    Ok(call.result(root, |xml| {
        if encoded {
            xml.text("EncodingType", "url");
        }
        xml.text("Bucket", request.bucket());
        let key = request.key();
        xml.text("Key", if encoded { url_encoded(key) } else { key.to_owned() });
        xml.text("UploadId", &upload.0);
        if shows_owners && !call.has(Defect::OmitInitiator) {
            xml.initiator(&listed.initiator);
        }
        if shows_owners {
            xml.owner(&owner);
        }
        if !call.has(Defect::OmitListedStorageClass) {
            xml.text("StorageClass", &storage_class);
        }
        xml.value("PartNumberMarker", after);
        if listed.truncated || !call.has(Defect::OmitLastPartMarker) {
            xml.value("NextPartNumberMarker", last);
        }
        xml.value("MaxParts", max);
        if !call.has(Defect::OmitIsTruncated) {
            xml.value("IsTruncated", listed.truncated);
        }
        if let Some((algorithm, of)) = listed.checksum.filter(|_| names_algorithm) {
            xml.text("ChecksumAlgorithm", algorithm.name());
            xml.text("ChecksumType", of.name());
        }
        for part in &listed.parts {
            xml.nest("Part", |xml| {
                xml.value("PartNumber", part.number);
                let long_past = call.has(Defect::ListLongPast);
                xml.text("LastModified", call.time(if long_past { Time::default() } else { part.arrived }));
                xml.text("ETag", format!("\"{}\"", part.etag));
                xml.value("Size", part.size);
                let told = part.checksum.as_ref().filter(|_| !call.has(Defect::OmitChecksums));
                if let Some(value) = told.filter(|_| call.is_oss()) {
                    if !call.has(Defect::OmitCrc64OfListedParts) {
                        xml.text("HashCrc64ecma", call.crc64(value));
                    }
                } else if let Some(value) = told {
                    xml.text(&checksum::element(value.algorithm), checksum::encoded(value));
                }
            });
        }
    }))
}
