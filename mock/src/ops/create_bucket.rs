//! CreateBucket: `PUT /bucket`.

use std::collections::btree_map::Entry;

use http::StatusCode;

use crate::call::Call;
use crate::http::{Answer, S3Error};
use crate::store::Bucket;

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let document = call.document().await?;
    if !document.is_empty && document.root.is_none() {
        return Err(S3Error::malformed_xml());
    }
    let Some(owner) = call.principal.clone() else { return Err(S3Error::access_denied()) };
    let name = call.request.bucket();
    if !valid(name) {
        return Err(
            S3Error::new("InvalidBucketName", "The specified bucket is not valid.").with("BucketName", name)
        );
    }
    let mut store = call.service.store.lock();
    let created = store.now();
    match store.buckets.entry(name.to_owned()) {
        Entry::Vacant(place) => {
            let mut bucket = Bucket::new(&owner, created);
            bucket.settings.take_ownership(call.request.header("x-amz-object-ownership"))?;
            place.insert(bucket);
        }
        Entry::Occupied(bucket) if bucket.get().owner == owner => {
            if !call.dialect().creates_again(&call.service.region) {
                let message =
                    "Your previous request to create the named bucket succeeded and you already own it.";
                return Err(S3Error::new("BucketAlreadyOwnedByYou", message).with("BucketName", name));
            }
        }
        Entry::Occupied(_) => {
            let message = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.";
            return Err(S3Error::new("BucketAlreadyExists", message).with("BucketName", name));
        }
    }
    Ok(Answer::new(StatusCode::OK).header("location", &format!("/{name}")))
}

fn valid(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
    let outer = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = name.as_bytes();
    (3..=63).contains(&name.len())
        && bytes.iter().all(|b| inner(*b))
        && outer(bytes.first())
        && outer(bytes.last())
        && !name.contains("..")
}
