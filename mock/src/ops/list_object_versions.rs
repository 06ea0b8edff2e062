//! ListObjectVersions: `GET /bucket?versions`. Each object is listed as the version `null` of its key.

use super::list_objects::{self, Query};
use super::{Call, list_multipart_uploads::encoding, metadata, versions};
use crate::http::{Answer, S3Error, url_encoded};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let encoded = encoding(call)?;
    let encode = |text: &str| if encoded { url_encoded(text) } else { text.to_owned() };
    let text = |name| request.query(name).unwrap_or_default();
    let (key_marker, id_marker) = (text("key-marker"), text("version-id-marker"));
    if key_marker.is_empty() && !id_marker.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(S3Error::invalid_argument(message, "version-id-marker", id_marker));
    }
    let max = list_objects::page_size(call)?;
    let query = Query { prefix: text("prefix"), delimiter: text("delimiter"), after: key_marker, max };
    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::ListBucket)?;
    let page = list_objects::page(call, bucket, &query);
    let ends_in_a_prefix = page.prefixes.last() == Some(&page.last);
    Ok(call.result("ListVersionsResult", |xml| {
        xml.text("Name", request.bucket());
        xml.text("Prefix", encode(query.prefix));
        xml.text("KeyMarker", encode(key_marker));
        xml.text("VersionIdMarker", id_marker);
        if page.truncated {
            xml.text("NextKeyMarker", encode(&page.last));
            if !ends_in_a_prefix {
                xml.text("NextVersionIdMarker", versions::NULL);
            }
        }
        xml.value("MaxKeys", max);
        if !query.delimiter.is_empty() {
            xml.text("Delimiter", encode(query.delimiter));
        }
        if encoded {
            xml.text("EncodingType", "url");
        }
        xml.value("IsTruncated", page.truncated);
        for (key, object) in &page.objects {
            xml.nest("Version", |xml| {
                xml.text("Key", encode(key));
                xml.text("VersionId", versions::NULL);
                xml.value("IsLatest", true);
                xml.text("LastModified", call.time(object.modified));
                xml.text("ETag", format!("\"{}\"", object.etag));
                list_objects::write_checksum(call, xml, object);
                xml.value("Size", object.content.len());
                xml.text("StorageClass", metadata::storage_class(call.dialect(), &object.meta));
                xml.owner(&bucket.owner);
            });
        }
        for prefix in &page.prefixes {
            xml.nest("CommonPrefixes", |xml| xml.text("Prefix", encode(prefix)));
        }
    }))
}
