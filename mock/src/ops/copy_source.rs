//! The source of a copy: which object, on which conditions, and which of its bytes.

use percent_encoding::percent_decode_str;

use super::{Call, conditions};
use crate::http::S3Error;
use crate::model::{self, Object};
use crate::policy::Action;

/// The object that `x-amz-copy-source` names, if the sender may read it and the conditions hold.
pub(super) fn find(call: &Call<'_>) -> Result<Object, S3Error> {
    let header = call.request.header("x-amz-copy-source").unwrap_or_default();
    let invalid = || {
        let message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        S3Error::invalid_argument(message, "x-amz-copy-source", header)
    };
    let (path, version) = header.split_once('?').map_or((header, None), |(path, query)| (path, Some(query)));
    if version.is_some() {
        return Err(S3Error::not_implemented("x-amz-copy-source"));
    }
    let path = percent_decode_str(path).decode_utf8().map_err(|_| invalid())?;
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or_else(invalid)?;
    if bucket.is_empty() || key.is_empty() {
        return Err(invalid());
    }
    let store = call.service.store.lock();
    let from = store.buckets.get(bucket).ok_or_else(|| S3Error::no_such_bucket(bucket))?;
    if !call.may(from, bucket, key, Action::GetObject, false) {
        return Err(S3Error::access_denied());
    }
    let object = from.keys.get(key).and_then(|state| state.object.as_ref());
    let object = object.ok_or_else(|| S3Error::from((model::Refusal::NoSuchKey, key)))?;
    conditions::check(&conditions::COPY, &call.request, &call.service.rules, object)?;
    Ok(object.clone())
}

/// The first and the last byte; both have to be given, and to lie within the source.
pub(super) fn bounds(range: &str, size: u64) -> Result<(u64, u64), S3Error> {
    let name = "x-amz-copy-source-range";
    let digits =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let (first, last) = range
        .strip_prefix("bytes=")
        .and_then(|bounds| bounds.split_once('-'))
        .and_then(|(first, last)| Some((digits(first)?, digits(last)?)))
        .filter(|(first, last)| first <= last)
        .ok_or_else(|| {
            let message = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy";
            S3Error::invalid_argument(message, name, range)
        })?;
    if first >= size {
        let message = "The specified copy range is invalid for the source object size";
        return Err(S3Error::new("InvalidRequest", message));
    }
    if last >= size {
        let message = format!("Range specified is not valid for source object of size: {size}");
        return Err(S3Error::invalid_argument(&message, name, range));
    }
    Ok((first, last))
}
