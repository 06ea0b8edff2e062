//! Headers that an object keeps and gives back.

use percent_encoding::percent_decode_str;

use super::acl;
use crate::http::{Answer, Request, S3Error};
use crate::model::Meta;

const KEPT: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-amz-storage-class",
    "x-amz-tagging",
    "x-amz-website-redirect-location",
];

/// The most bytes of user metadata, names and values together.
const MOST_METADATA: usize = 2 << 10;
/// The most tags of an object.
const MOST_TAGS: usize = 10;

const STORAGE_CLASSES: &[&str] = &[
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];

/// What a PutObject or CreateMultipartUpload request says about its object.
pub(super) fn of(request: &Request) -> Result<Meta, S3Error> {
    let mut meta = Meta::new();
    for (name, value) in &request.headers {
        let name = name.as_str();
        if KEPT.contains(&name) || name.starts_with("x-amz-meta-") || acl::is_header(name) {
            let value = String::from_utf8_lossy(value.as_bytes());
            meta.entry(name.to_owned())
                .and_modify(|all| {
                    all.push(',');
                    all.push_str(&value);
                })
                .or_insert(value.into_owned());
        }
    }
    if let Some(class) = meta.get("x-amz-storage-class") {
        if !STORAGE_CLASSES.contains(&class.as_str()) {
            return Err(S3Error::new("InvalidStorageClass", "The storage class you specified is not valid")
                .with("StorageClassRequested", class));
        }
        if class == "STANDARD" {
            meta.remove("x-amz-storage-class");
        }
    }
    let user =
        meta.iter().filter_map(|(name, value)| Some(name.strip_prefix("x-amz-meta-")?.len() + value.len()));
    let size: usize = user.sum();
    if size > MOST_METADATA {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(S3Error::new("MetadataTooLarge", message)
            .with("Size", size)
            .with("MaxSizeAllowed", MOST_METADATA));
    }
    // In chunks came the body, not the object.
    if let Some(coding) = meta.remove("content-encoding") {
        let kept: Vec<&str> =
            coding.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect();
        if !kept.is_empty() {
            meta.insert("content-encoding".to_owned(), kept.join(","));
        }
    }
    acl::check(&meta)?;
    check_tags(&meta)?;
    meta.entry("content-type".to_owned()).or_insert_with(|| "binary/octet-stream".to_owned());
    Ok(meta)
}

/// The storage class as listings show it.
pub(super) fn storage_class(meta: &Meta) -> &str {
    meta.get("x-amz-storage-class").map_or("STANDARD", String::as_str)
}

/// The metadata of a copy: the source's, but storage class, tags and ACL as the copy asks.
pub(super) fn copied(source: &Meta, own: Meta) -> Meta {
    let of_copy = |name: &str| name == "x-amz-storage-class" || acl::is_header(name);
    let kept =
        source.iter().filter(|(name, _)| !of_copy(name)).map(|(name, value)| (name.clone(), value.clone()));
    kept.chain(own.into_iter().filter(|(name, _)| of_copy(name))).collect()
}

/// The tags, as the header of a creation gave them.
pub(super) fn tags(meta: &Meta) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let header = meta.get("x-amz-tagging").map_or("", String::as_str);
    let pairs = header.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| (decode(k), decode(v)))
        .collect()
}

fn check_tags(meta: &Meta) -> Result<(), S3Error> {
    let tags = tags(meta);
    if tags.len() > MOST_TAGS {
        return Err(S3Error::new("InvalidTag", "Object tags cannot be greater than 10"));
    }
    let mut keys: Vec<&String> = tags.iter().map(|(key, _)| key).collect();
    keys.sort();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(S3Error::new("InvalidTag", "Cannot provide multiple Tags with the same key"));
    }
    if tags
        .iter()
        .any(|(key, value)| key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256)
    {
        return Err(S3Error::new("InvalidTag", "The tag that you have specified is invalid"));
    }
    Ok(())
}

/// Gives the headers back.
pub(super) fn show(meta: &Meta, answer: Answer) -> Answer {
    let shown = meta.iter().filter(|(name, _)| *name != "x-amz-tagging" && !acl::is_header(name));
    let answer = shown.fold(answer, |answer, (name, value)| answer.header(name, value));
    match tags(meta).len() {
        0 => answer,
        count => answer.header("x-amz-tagging-count", &count.to_string()),
    }
}
