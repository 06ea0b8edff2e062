//! ListMultipartUploads: `GET /bucket?uploads`.

use crate::call::{Call, encoding};
use crate::dialect::documents::Uploads;
use crate::http::{Answer, S3Error};
use crate::model::{UploadId, UploadsQuery};
use crate::policy::Action;
use crate::store::Bucket;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let (request, names) = (&call.request, call.dialect().names());
    let limit = call.service.rules.limits.list_uploads_page;
    let max = call.count("max-uploads")?.unwrap_or(limit).min(limit);
    let encodes_keys = encoding::of_listing(call)?;
    let text = |name| request.query(name).unwrap_or_default();
    // Without a key marker the upload id marker is ignored.
    let (key_marker, upload_id_marker) = match text("key-marker") {
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
    if names.knows_markers && !known_marker(&query, bucket) {
        return Err(S3Error::invalid_argument(
            "Invalid uploadId marker",
            "upload-id-marker",
            upload_id_marker,
        ));
    }
    let page = call.points().list_uploads(&bucket.keys, &call.service.rules, &query);
    let bucket = &*bucket;
    let open = |key: &str, id: &UploadId| bucket.keys.get(key)?.uploads.get(id);
    let (query, page, owner) = (&query, &page, bucket.owner.as_str());
    Ok(call.answer(&Uploads { query, page, owner, open: &open, encodes_keys }))
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
