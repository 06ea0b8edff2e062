//! Headers that an object keeps and gives back.

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
    "x-amz-website-redirect-location",
];

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
        if KEPT.contains(&name) || name.starts_with("x-amz-meta-") {
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
    meta.entry("content-type".to_owned()).or_insert_with(|| "binary/octet-stream".to_owned());
    Ok(meta)
}

/// The storage class as listings show it.
pub(super) fn storage_class(meta: &Meta) -> &str {
    meta.get("x-amz-storage-class").map_or("STANDARD", String::as_str)
}

/// Gives the headers back.
pub(super) fn show(meta: &Meta, answer: Answer) -> Answer {
    meta.iter().fold(answer, |answer, (name, value)| answer.header(name, value))
}
