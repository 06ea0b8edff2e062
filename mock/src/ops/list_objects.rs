//! ListObjects and ListObjectsV2: `GET /bucket`, and `GET /bucket?list-type=2`.

use super::{Call, list_multipart_uploads::encoding, metadata};
use crate::http::{Answer, S3Error, Xml, iso8601, url_encoded};
use crate::model::{Defect, Object, Time};
use crate::policy::Action;

/// Keys on one page.
const PAGE: u32 = 1_000;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let encoded = encoding(call)?;
    let encode = |text: &str| if encoded { url_encoded(text) } else { text.to_owned() };
    let text = |name| request.query(name).unwrap_or_default();
    let max = request.count("max-keys")?.unwrap_or(PAGE).min(PAGE) as usize;
    let second = request.query("list-type") == Some("2");
    // The token is the last entry of the page before.
    let token = request.query("continuation-token").filter(|_| second);
    let after = if second { token.unwrap_or_else(|| text("start-after")) } else { text("marker") };
    let (prefix, delimiter) = (text("prefix"), text("delimiter"));

    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::ListBucket)?;
    let nothing = nothing();
    let mut objects: Vec<(&String, &Object)> = Vec::new();
    let mut prefixes: Vec<String> = Vec::new();
    let (mut truncated, mut last) = (false, String::new());
    for (key, state) in &bucket.keys {
        let early = call.has(Defect::ListUnfinishedObjects) && !state.uploads.is_empty();
        let object = state.object.as_ref().or(early.then_some(&nothing)).filter(|_| key.starts_with(prefix));
        let Some(object) = object else { continue };
        let rolled = (!delimiter.is_empty())
            .then(|| key[prefix.len()..].find(delimiter))
            .flatten()
            .map(|at| key[..prefix.len() + at + delimiter.len()].to_owned());
        let entry = rolled.as_ref().unwrap_or(key);
        if entry.as_str() <= after || prefixes.last() == Some(entry) {
            continue;
        }
        if objects.len() + prefixes.len() == max {
            truncated = max > 0;
            break;
        }
        last.clone_from(entry);
        match rolled {
            Some(prefix) => prefixes.push(prefix),
            None => objects.push((key, object)),
        }
    }
    Ok(Answer::xml(Xml::document("ListBucketResult", |xml| {
        xml.text("Name", request.bucket());
        xml.text("Prefix", encode(prefix));
        if second {
            xml.value("KeyCount", objects.len() + prefixes.len());
        } else {
            xml.text("Marker", encode(after));
        }
        xml.value("MaxKeys", max);
        if !delimiter.is_empty() {
            xml.text("Delimiter", encode(delimiter));
        }
        if encoded {
            xml.text("EncodingType", "url");
        }
        xml.value("IsTruncated", truncated);
        if let Some(token) = token {
            xml.text("ContinuationToken", token);
        }
        if truncated && second {
            xml.text("NextContinuationToken", &last);
        }
        // Without a delimiter the last key itself is the next marker.
        if truncated && !second && !delimiter.is_empty() {
            xml.text("NextMarker", encode(&last));
        }
        for (key, object) in objects {
            xml.nest("Contents", |xml| {
                xml.text("Key", encode(key));
                xml.text("LastModified", iso8601(object.modified));
                xml.text("ETag", format!("\"{}\"", object.etag));
                xml.value("Size", object.content.len());
                xml.text("StorageClass", metadata::storage_class(&object.meta));
            });
        }
        for prefix in &prefixes {
            xml.nest("CommonPrefixes", |xml| xml.text("Prefix", encode(prefix)));
        }
    })))
}

/// What a deliberate mistake shows in place of an object that is not there yet.
fn nothing() -> Object {
    Object {
        content: Default::default(),
        etag: String::new(),
        meta: Default::default(),
        modified: Time::default(),
        parts: None,
        checksum: None,
    }
}
