//! UploadPartCopy: `PUT /bucket/key?partNumber=N&uploadId=ID` with `x-amz-copy-source`.

use md5::{Digest, Md5};
use percent_encoding::percent_decode_str;

use super::Call;
use crate::http::{Answer, S3Error, Xml, iso8601};
use crate::model::{self, Body, Content, Defect, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let (upload, number) = (call.upload(), call.part_number()?);
    call.apply(Operation::BeginPart { upload: upload.clone(), number, size: None })?;
    let content = source(call)?;
    let mut hasher = Md5::new();
    content.pieces().flatten().for_each(|piece| hasher.update(&piece));
    let body = Body { content, md5: hasher.finalize().into() };
    let model::Answer::Stored(etag) = call.apply(Operation::UploadPart { upload, number, body })? else {
        return Err(S3Error::new("InternalError", "the part was not stored"));
    };
    let now = call.service.store.lock().now();
    Ok(Answer::xml(Xml::document("CopyPartResult", |xml| {
        xml.text("LastModified", iso8601(now));
        xml.text("ETag", format!("\"{etag}\""));
    })))
}

/// The bytes that the headers ask for.
fn source(call: &Call<'_>) -> Result<Content, S3Error> {
    const CONDITIONS: [&str; 4] = [
        "x-amz-copy-source-if-match",
        "x-amz-copy-source-if-none-match",
        "x-amz-copy-source-if-modified-since",
        "x-amz-copy-source-if-unmodified-since",
    ];
    if let Some(condition) = CONDITIONS.into_iter().find(|name| call.request.headers.contains_key(*name)) {
        return Err(S3Error::not_implemented(condition));
    }
    let header = call.request.header("x-amz-copy-source").unwrap_or_default();
    let invalid = || {
        let message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        S3Error::invalid_argument(message, "x-amz-copy-source", header)
    };
    let path = percent_decode_str(header).decode_utf8().map_err(|_| invalid())?;
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or_else(invalid)?;
    if bucket.is_empty() || key.is_empty() {
        return Err(invalid());
    }
    let store = call.service.store.lock();
    let from = store.buckets.get(bucket).ok_or_else(|| S3Error::no_such_bucket(bucket))?;
    if from.owner != call.principal {
        return Err(S3Error::new("AccessDenied", "Access Denied"));
    }
    let object = from.keys.get(key).and_then(|state| state.object.as_ref());
    let object = object.ok_or_else(|| S3Error::from((model::Refusal::NoSuchKey, key)))?;
    match call.request.header("x-amz-copy-source-range") {
        None => Ok(object.content.clone()),
        Some(_) if call.has(Defect::IgnoreCopyRange) => Ok(object.content.clone()),
        Some(range) => {
            let (first, last) = bounds(range, object.content.len())?;
            Ok(object.content.range(first, last + 1))
        }
    }
}

/// The first and the last byte; both have to be given, and to lie within the source.
fn bounds(range: &str, size: u64) -> Result<(u64, u64), S3Error> {
    let name = "x-amz-copy-source-range";
    let (first, last) = range
        .strip_prefix("bytes=")
        .and_then(|bounds| bounds.split_once('-'))
        .and_then(|(first, last)| Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?)))
        .filter(|(first, last)| first <= last)
        .ok_or_else(|| {
            let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
            S3Error::invalid_argument(message, name, range)
        })?;
    if last >= size {
        let message = format!("Range specified is not valid for source object of size: {size}");
        return Err(S3Error::invalid_argument(&message, name, range));
    }
    Ok((first, last))
}
