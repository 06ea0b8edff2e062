//! ListObjects and ListObjectsV2: `GET /bucket`, and `GET /bucket?list-type=2`.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Call, list_multipart_uploads::encoding, metadata};
use crate::defects::Defect;
use crate::http::{Answer, S3Error, Xml, url_encoded};
use crate::model::{Object, Time};
use crate::policy::Action;
use crate::provider::Dialect;
use crate::store::Bucket;

/// Keys on one page.
const PAGE: u32 = 1_000;
/// Where OSS is not asked for so many.
const PAGE_OF_OSS: u32 = 100;

/// What a page of objects is asked by.
pub(super) struct Query<'q> {
    pub(super) prefix: &'q str,
    pub(super) delimiter: &'q str,
    /// Only entries behind this one.
    pub(super) after: &'q str,
    pub(super) max: u32,
}

/// A page of objects, and of prefixes that stand for several.
#[derive(Default)]
pub(super) struct Page<'b> {
    pub(super) objects: Vec<(&'b String, &'b Object)>,
    pub(super) prefixes: Vec<String>,
    pub(super) truncated: bool,
    /// The last entry of the page.
    pub(super) last: String,
}

/// Returns the page of a bucket that a query asks for.
pub(super) fn page<'b>(call: &Call<'_>, bucket: &'b Bucket, query: &Query<'_>) -> Page<'b> {
    let (prefix, delimiter) = (query.prefix, query.delimiter);
    let mut page = Page::default();
    for (key, state) in &bucket.keys {
        let early = call.has(Defect::ListUnfinishedObjects) && !state.uploads.is_empty();
        let object = state.object.as_ref().or(early.then(|| &*NOTHING)).filter(|_| key.starts_with(prefix));
        let Some(object) = object else { continue };
        let rolled = (!delimiter.is_empty())
            .then(|| key[prefix.len()..].find(delimiter))
            .flatten()
            .map(|at| key[..prefix.len() + at + delimiter.len()].to_owned());
        let entry = rolled.as_ref().unwrap_or(key);
        if entry.as_str() <= query.after || page.prefixes.last() == Some(entry) {
            continue;
        }
        if page.objects.len() + page.prefixes.len() == query.max as usize {
            page.truncated = query.max > 0;
            break;
        }
        page.last.clone_from(entry);
        match rolled {
            Some(prefix) => page.prefixes.push(prefix),
            None => page.objects.push((key, object)),
        }
    }
    page
}

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let request = &call.request;
    let encoded = encoding(call)?;
    let encode = |text: &str| if encoded { url_encoded(text) } else { text.to_owned() };
    let text = |name| request.query(name).unwrap_or_default();
    let max = page_size(call)?;
    let second = request.query("list-type") == Some("2");
    let token = request.query("continuation-token").filter(|_| second);
    let after = match token {
        Some(token) => entry_of_token(token)?,
        None => text(if second { "start-after" } else { "marker" }).to_owned(),
    };
    let query = Query { prefix: text("prefix"), delimiter: text("delimiter"), after: &after, max };

    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::ListBucket)?;
    let spoils = |c: char| (c < ' ' && !"\t\r\n".contains(c)) || matches!(c, '\u{fffe}' | '\u{ffff}');
    let mut listed = bucket.keys.keys().filter(|key| key.starts_with(query.prefix));
    if call.has(Defect::KeysSpoilListings) && listed.any(|key| key.contains(spoils)) {
        return Err(S3Error::new("InternalError", "We encountered an internal error. Please try again."));
    }
    let page = page(call, bucket, &query);
    // Version 1 always tells owners, version 2 on demand.
    let tells_owners = !second || request.query("fetch-owner") == Some("true");
    Ok(call.result("ListBucketResult", |xml| {
        xml.text("Name", request.bucket());
        xml.text("Prefix", encode(query.prefix));
        if second {
            xml.value("KeyCount", page.objects.len() + page.prefixes.len());
            if let Some(start) = request.query("start-after") {
                xml.text("StartAfter", encode(start));
            }
        } else {
            xml.text("Marker", encode(&after));
        }
        xml.value("MaxKeys", max);
        if call.is_oss() || !query.delimiter.is_empty() {
            xml.text("Delimiter", encode(query.delimiter));
        }
        if encoded {
            xml.text("EncodingType", "url");
        }
        xml.value("IsTruncated", page.truncated);
        if let Some(token) = token {
            xml.text("ContinuationToken", token);
        }
        if page.truncated && second {
            xml.text("NextContinuationToken", token_of(&page.last));
        }
        // Without a delimiter the last key itself is the next marker.
        if page.truncated && !second && (call.is_oss() || !query.delimiter.is_empty()) {
            xml.text("NextMarker", encode(&page.last));
        }
        for (key, object) in page.objects {
            xml.nest("Contents", |xml| {
                xml.text("Key", encode(key));
                xml.text("LastModified", call.time(object.modified));
                xml.text("ETag", format!("\"{}\"", object.etag));
                if call.is_oss() {
                    xml.text("Type", if object.parts.is_some() { "Multipart" } else { "Normal" });
                } else {
                    write_checksum(call, xml, object);
                }
                xml.value("Size", object.content.len());
                xml.text("StorageClass", metadata::storage_class(call.dialect(), &object.meta));
                match call.dialect() {
                    _ if !tells_owners => {}
                    Dialect::S3 => xml.owner(&bucket.owner),
                    Dialect::Oss => xml.named_owner(&bucket.owner),
                }
            });
        }
        for prefix in &page.prefixes {
            xml.nest("CommonPrefixes", |xml| xml.text("Prefix", encode(prefix)));
        }
    }))
}

/// Writes by which algorithm an object has a checksum, and what it covers.
pub(super) fn write_checksum(call: &Call<'_>, xml: &mut Xml, object: &Object) {
    let told = !call.ignores_checksums() && !call.has(Defect::OmitChecksums);
    if let Some(kept) = object.checksum.as_ref().filter(|_| told) {
        xml.text("ChecksumAlgorithm", kept.checksum.algorithm.name());
        xml.text("ChecksumType", kept.of.name());
    }
}

/// How a continuation token begins, so that one of somebody else's is recognized.
const TOKEN: &str = "after:";

/// Returns the token by which a listing goes on behind an entry.
fn token_of(entry: &str) -> String {
    STANDARD.encode(format!("{TOKEN}{entry}"))
}

fn entry_of_token(token: &str) -> Result<String, S3Error> {
    let decoded = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let entry = decoded.and_then(|text| text.strip_prefix(TOKEN).map(str::to_owned));
    entry.ok_or_else(|| {
        let message = "The continuation token provided is incorrect";
        S3Error::invalid_argument(message, "continuation-token", token)
    })
}

/// The size of a page: S3 takes what is too large for the largest, OSS refuses it.
pub(super) fn page_size(call: &Call<'_>) -> Result<u32, S3Error> {
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
static NOTHING: LazyLock<Object> = LazyLock::new(|| Object {
    content: Default::default(),
    etag: String::new(),
    meta: Default::default(),
    modified: Time::default(),
    parts: None,
    checksum: None,
    sequential: false,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_somebody_else_is_refused() {
        assert_eq!(entry_of_token(&token_of("a/ä b")).expect("its own"), "a/ä b");
        for token in ["", "a/b", "YS9i"] {
            assert!(entry_of_token(token).is_err(), "{token}");
        }
    }
}
