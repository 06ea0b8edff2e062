//! The source of a copy: which object, on which conditions, and which of its bytes.

use percent_encoding::percent_decode_str;

use super::{Call, conditions, metadata};
use crate::dialect::Of;
use crate::http::S3Error;
use crate::model::Object;
use crate::policy::Action;
use crate::provider::{PlusInCopySource, Rule};

/// The object that `x-amz-copy-source` (or `x-oss-copy-source`) names, if the sender may read it and the conditions hold.
pub(crate) fn find(call: &Call<'_>) -> Result<Object, S3Error> {
    let (bucket, key) = named(call)?;
    let store = call.service.store.lock();
    let from = store.buckets.get(&bucket).ok_or_else(|| S3Error::no_such_bucket(&bucket))?;
    call.check_owner(call.dialect().stated_owner(&call.request, Of::Source)?, Some(from))?;
    if !call.may(from, &bucket, &key, Action::GetObject, false) {
        return Err(S3Error::access_denied());
    }
    let object = from.keys.get(&key).and_then(|state| state.object.as_ref());
    let object = object.ok_or_else(|| S3Error::no_such_key(&key))?;
    conditions::check(&call.dialect().header("copy-source-"), &call.request, object)?;
    let message = "Operation is not valid for the source object's storage class";
    metadata::check_readable(call.dialect().names(), &object.meta, message)?;
    Ok(object.clone())
}

/// Returns the bucket and the key that the header names.
pub(crate) fn named(call: &Call<'_>) -> Result<(String, String), S3Error> {
    let name = call.dialect().header("copy-source");
    let header = call.request.header(&name).unwrap_or_default();
    let invalid = || {
        let message = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        S3Error::invalid_argument(message, &name, header)
    };
    let (path, query) = header.split_once('?').map_or((header, None), |(path, query)| (path, Some(query)));
    if let Some(query) = query {
        call.dialect().check_source_version(query.strip_prefix("versionId="))?;
    }
    // Where a plus sign is a blank, one of the key's own has to come as %2B.
    let plus_is_blank = Rule::PlusInCopySource(PlusInCopySource::Blank);
    let path = match call.service.provider.rules.say(plus_is_blank) {
        Some(true) => path.replace('+', " "),
        _ => path.to_owned(),
    };
    let path = percent_decode_str(&path).decode_utf8().map_err(|_| invalid())?;
    let (bucket, key) = path.strip_prefix('/').unwrap_or(&path).split_once('/').ok_or_else(invalid)?;
    if bucket.is_empty() || key.is_empty() {
        return Err(invalid());
    }
    Ok((bucket.to_owned(), key.to_owned()))
}
