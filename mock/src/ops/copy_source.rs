//! The source of a copy: which object, on which conditions, and which of its bytes.

use percent_encoding::percent_decode_str;

use super::{Call, conditions, headers, metadata, versions};
use crate::defects::Defect;
use crate::http::S3Error;
use crate::model::{self, Object};
use crate::policy::Action;
use crate::provider::Dialect;

/// The object that `x-amz-copy-source` (or `x-oss-copy-source`) names, if the sender may read it and the conditions hold.
pub(super) fn find(call: &Call<'_>) -> Result<Object, S3Error> {
    let (bucket, key) = named(call)?;
    let store = call.service.store.lock();
    let from = store.buckets.get(&bucket).ok_or_else(|| S3Error::no_such_bucket(&bucket))?;
    if !call.is_oss() {
        headers::check_owner(call, &store, "x-amz-source-expected-bucket-owner", &bucket)?;
    }
    if !call.may(from, &bucket, &key, Action::GetObject, false) {
        return Err(S3Error::access_denied());
    }
    let object = from.keys.get(&key).and_then(|state| state.object.as_ref());
    let object = object.ok_or_else(|| S3Error::refused(model::Refusal::NoSuchKey, &key, call.dialect()))?;
    conditions::check(conditions::Kind::Copy, &call.request, &call.service.defects, object)?;
    let message = "Operation is not valid for the source object's storage class";
    metadata::check_readable(call.dialect(), &object.meta, message)?;
    Ok(object.clone())
}

/// Returns the bucket and the key that the header names.
pub(super) fn named(call: &Call<'_>) -> Result<(String, String), S3Error> {
    let name = call.dialect().header("copy-source");
    let header = call.request.header(&name).unwrap_or_default();
    let invalid = || {
        let message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        S3Error::invalid_argument(message, &name, header)
    };
    let (path, query) = header.split_once('?').map_or((header, None), |(path, query)| (path, Some(query)));
    match query.map(|query| query.strip_prefix("versionId=")) {
        None => {}
        Some(Some(versions::NULL)) if !call.is_oss() => {}
        Some(Some(version)) if !call.is_oss() => {
            return Err(S3Error::invalid_argument("Invalid version id specified", &name, version));
        }
        Some(_) => return Err(S3Error::not_implemented(&name)),
    }
    // A plus sign is a blank, as in forms; one of the key's own has to come as %2B.
    let path = match call.dialect() {
        Dialect::S3 => path.replace('+', " "),
        Dialect::Oss => path.to_owned(),
    };
    let path = percent_decode_str(&path).decode_utf8().map_err(|_| invalid())?;
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or_else(invalid)?;
    let misread = misread(call, header);
    let (bucket, key) = misread.as_ref().map_or((bucket, key), |(bucket, key)| (bucket, key));
    if bucket.is_empty() || key.is_empty() {
        return Err(invalid());
    }
    Ok((bucket.to_owned(), key.to_owned()))
}

/// Returns bucket and key as deliberate mistakes read them.
fn misread(call: &Call<'_>, header: &str) -> Option<(String, String)> {
    let path = if call.has(Defect::KeepSourceEncoded) {
        header.to_owned()
    } else if call.has(Defect::TakePlusInSource) {
        percent_decode_str(header).decode_utf8().ok()?.into_owned()
    } else {
        return None;
    };
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/')?;
    Some((bucket.to_owned(), key.to_owned()))
}

/// The first and the last byte to copy; `None` stands for all.
pub(super) fn bounds(call: &Call<'_>, range: &str, size: u64) -> Result<Option<(u64, u64)>, S3Error> {
    match call.dialect() {
        Dialect::S3 => strict(range, size).map(Some),
        Dialect::Oss => {
            let mut found = lenient(range, size, call.has(Defect::IgnoreOpenCopyRanges));
            if range.ends_with('-') && call.has(Defect::ShortenOpenCopyRanges) {
                found = found.map(|(first, last)| (first, last.saturating_sub(1)));
            }
            match found {
                None if call.has(Defect::RefuseBadCopyRanges) => {
                    let message = "The range does not fit the source.";
                    Err(S3Error::invalid_argument(message, "x-oss-copy-source-range", range))
                }
                found => Ok(found),
            }
        }
    }
}

fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten()
}

/// On OSS, a range that breaks the rules does not count; one without an end goes to the last byte.
fn lenient(range: &str, size: u64, only_closed: bool) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let first = digits(first)?;
    let last = match last {
        "" if !only_closed => size.checked_sub(1)?,
        last => digits(last)?,
    };
    (first <= last && last < size).then_some((first, last))
}

/// On S3, both have to be given, and to lie within the source.
fn strict(range: &str, size: u64) -> Result<(u64, u64), S3Error> {
    let name = "x-amz-copy-source-range";
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_oss_a_range_is_closed_or_open_or_none() {
        let of = |range| lenient(range, 10, false);
        assert_eq!(of("bytes=2-5"), Some((2, 5)));
        assert_eq!(of("bytes=2-"), Some((2, 9)));
        for broken in ["bytes=5-2", "bytes=0-10", "bytes=10-", "bytes=-3", "2-5", "bytes=a-b", ""] {
            assert_eq!(of(broken), None, "{broken}");
        }
    }
}
