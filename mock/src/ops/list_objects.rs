//! ListObjects and ListObjectsV2: `GET /bucket`, and `GET /bucket?list-type=2`.

use super::{Call, list_multipart_uploads::encoding, metadata};
use crate::http::{Answer, S3Error, url_encoded};
use crate::model::{Defect, Object, Time};
use crate::policy::Action;
use crate::provider::Dialect;

/// Keys on one page.
const PAGE: u32 = 1_000;
/// Where OSS is not asked for so many.
const PAGE_OF_OSS: u32 = 100;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let encoded = encoding(call)?;
    let encode = |text: &str| if encoded { url_encoded(text) } else { text.to_owned() };
    let text = |name| request.query(name).unwrap_or_default();
    let max = page_size(call)? as usize;
    let second = request.query("list-type") == Some("2");
    // The token is the last entry of the page before.
    let token = request.query("continuation-token").filter(|_| second);
    let after = if second { token.unwrap_or_else(|| text("start-after")) } else { text("marker") };
    let (prefix, delimiter) = (text("prefix"), text("delimiter"));

    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::ListBucket)?;
    let spoils = |c: char| (c < ' ' && !"\t\r\n".contains(c)) || matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut listed = bucket.keys.keys().filter(|key| key.starts_with(prefix));
    if call.has(Defect::KeysSpoilListings) && listed.any(|key| key.contains(spoils)) {
        return Err(S3Error::new("InternalError", "We encountered an internal error. Please try again."));
    }
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
    // Version 1 of OSS's listing always tells owners, version 2 on demand.
    let tells_owners = call.is_oss() && (!second || request.query("fetch-owner") == Some("true"));
    Ok(call.result("ListBucketResult", |xml| {
        xml.text("Name", request.bucket());
        xml.text("Prefix", encode(prefix));
        if second {
            xml.value("KeyCount", objects.len() + prefixes.len());
        } else {
            xml.text("Marker", encode(after));
        }
        xml.value("MaxKeys", max);
        if call.is_oss() || !delimiter.is_empty() {
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
        if truncated && !second && (call.is_oss() || !delimiter.is_empty()) {
            xml.text("NextMarker", encode(&last));
        }
        for (key, object) in objects {
            xml.nest("Contents", |xml| {
                xml.text("Key", encode(key));
                xml.text("LastModified", call.time(object.modified));
                xml.text("ETag", format!("\"{}\"", object.etag));
                if call.is_oss() {
                    xml.text("Type", if object.parts.is_some() { "Multipart" } else { "Normal" });
                }
                xml.value("Size", object.content.len());
                xml.text("StorageClass", metadata::storage_class(call.dialect(), &object.meta));
                if tells_owners {
                    xml.named_owner(&bucket.owner);
                }
            });
        }
        for prefix in &prefixes {
            xml.nest("CommonPrefixes", |xml| xml.text("Prefix", encode(prefix)));
        }
    }))
}

/// The size of a page: S3 takes what is too large for the largest, OSS refuses it.
fn page_size(call: &Call<'_>) -> Result<u32, S3Error> {
    let asked = call.request.count("max-keys")?;
    match (call.dialect(), asked) {
        (Dialect::S3, asked) => Ok(asked.unwrap_or(PAGE).min(PAGE)),
        (Dialect::Oss, None) => Ok(PAGE_OF_OSS),
        (Dialect::Oss, Some(asked)) if (1..=PAGE).contains(&asked) => Ok(asked),
        (Dialect::Oss, Some(asked)) => {
            let message = "Argument max-keys must be an integer between 1 and 1000.";
            Err(S3Error::invalid_argument(message, "max-keys", &asked.to_string()).ec("0015-00000402"))
        }
    }
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
        sequential: false,
    }
}
