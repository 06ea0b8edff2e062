//! ListMultipartUploads: `GET /bucket?uploads`.

use super::{Call, metadata};
use crate::defects::{Defect, list_uploads};
use crate::http::{Answer, S3Error, url_encoded};
use crate::model::{KeyState, Time, UploadId, UploadsQuery};
use crate::policy::Action;
use crate::store::Bucket;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let limit = call.service.rules.limits.list_uploads_page;
    let max = call.count("max-uploads")?.unwrap_or(limit).min(limit);
    let encoded = encoding(call)?;
    let encode = |text: &str| if encoded { url_encoded(text) } else { text.to_owned() };
    let text = |name| request.query(name).unwrap_or_default();
    // Without a key marker the upload id marker is ignored.
    let (key_marker, upload_id_marker) = match text("key-marker") {
        "" if call.has(Defect::TakeLoneUploadIdMarker) => ("", text("upload-id-marker")),
        "" => ("", ""),
        key => (key, text("upload-id-marker")),
    };
    let query = UploadsQuery {
        prefix: text("prefix").to_owned(),
        delimiter: Some(text("delimiter").to_owned()).filter(|delimiter| !delimiter.is_empty()),
        key_marker: key_marker.to_owned(),
        upload_id_marker: Some(upload_id_marker.to_owned()).filter(|marker| !marker.is_empty()),
        max,
    };
    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::ListBucketMultipartUploads)?;
    // OSS compares a marker with ids, whether an upload has it or not.
    if !call.is_oss() && !known_marker(&query, bucket) {
        return Err(S3Error::invalid_argument(
            "Invalid uploadId marker",
            "upload-id-marker",
            upload_id_marker,
        ));
    }
    let mut page = list_uploads(&bucket.keys, &call.service.rules, &query, &call.service.defects);
    if query.key_marker.is_empty() && !upload_id_marker.is_empty() {
        page.uploads.retain(|upload| *upload.id.0 > *upload_id_marker);
    }
    // Told on the last page too, as AWS does.
    let last = page.uploads.last().map(|upload| (upload.key.clone(), upload.id.0.clone()));
    let (next_key, next_id) = page.next.clone().or(last).unwrap_or_default();
    if call.has(Defect::CutByOtherUploads)
        && let Some(last) = page.uploads.last()
    {
        let prefix = query.prefix.trim_end_matches('/');
        let around = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
        let open = |(key, state): (&String, &KeyState)| {
            *key > last.key && key.starts_with(around) && !state.uploads.is_empty()
        };
        page.truncated |= bucket.keys.iter().any(open);
    }
    if call.has(Defect::ReverseListedUploads) {
        page.uploads.reverse();
    }
    let tells_next = page.truncated || !call.has(Defect::OmitLastUploadMarkers);
    let shows_owners = !call.is_oss() || call.has(Defect::ShowOwners);
    let dialect = call.dialect();
    Ok(call.result("ListMultipartUploadsResult", |xml| {
        xml.text("Bucket", request.bucket());
        xml.text("KeyMarker", encode(text("key-marker")));
        xml.text("UploadIdMarker", if call.is_oss() { text("upload-id-marker") } else { upload_id_marker });
        if tells_next {
            xml.text("NextKeyMarker", encode(&next_key));
        }
        if tells_next && !call.service.lacks("upload_id_marker") {
            xml.text("NextUploadIdMarker", &next_id);
        }
        if (call.is_oss() || !query.prefix.is_empty()) && !call.has(Defect::OmitListedPrefix) {
            xml.text("Prefix", encode(&query.prefix));
        }
        if call.is_oss() || query.delimiter.is_some() {
            xml.text("Delimiter", encode(query.delimiter.as_deref().unwrap_or_default()));
        }
        if encoded {
            xml.text("EncodingType", "url");
        }
        xml.value("MaxUploads", max);
        xml.value("IsTruncated", page.truncated);
        for upload in &page.uploads {
            let open = bucket.keys.get(&upload.key).and_then(|state| state.uploads.get(&upload.id));
            xml.nest("Upload", |xml| {
                xml.text("Key", encode(&upload.key));
                xml.text("UploadId", &upload.id.0);
                if shows_owners {
                    xml.initiator(open.map_or("", |upload| upload.initiator.as_str()));
                    xml.owner(&bucket.owner);
                }
                let class = open
                    .map_or(dialect.standard_class(), |open| metadata::storage_class(dialect, &open.meta));
                if !call.has(Defect::OmitListedStorageClass) {
                    xml.text("StorageClass", class);
                }
                if let Some((algorithm, of)) = open.and_then(|open| open.checksum) {
                    xml.text("ChecksumAlgorithm", algorithm.name());
                    xml.text("ChecksumType", of.name());
                }
                let long_past = call.has(Defect::ListLongPast);
                xml.text("Initiated", call.time(if long_past { Time::default() } else { upload.initiated }));
            });
        }
        for prefix in &page.prefixes {
            xml.nest("CommonPrefixes", |xml| xml.text("Prefix", encode(prefix)));
        }
    }))
}

/// An id marker has to be that of an upload of the marked key.
fn known_marker(query: &UploadsQuery, bucket: &Bucket) -> bool {
    let Some(marker) = &query.upload_id_marker else { return true };
    let id = UploadId(marker.clone());
    bucket
        .keys
        .get(&query.key_marker)
        .is_some_and(|state| state.uploads.contains_key(&id) || state.ended.contains_key(&id))
}

/// Whether names in the answer are to be URL-encoded.
pub(super) fn encoding(call: &Call<'_>) -> Result<bool, S3Error> {
    match call.request.query("encoding-type") {
        None => Ok(false),
        Some("url") => Ok(!call.has(Defect::IgnoreEncodingType)),
        Some(_) if call.has(Defect::AcceptAnyEncoding) => Ok(false),
        Some(other) => {
            let message = "Invalid Encoding Method specified in Request";
            Err(S3Error::invalid_argument(message, "encoding-type", other))
        }
    }
}
