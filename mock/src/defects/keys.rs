//! Mistakes about keys.

use super::mistake::{At, Mistake, request};
use super::requests::refuse;
use crate::call::Call;
use crate::call::points::Instead;
use crate::http::S3Error;
use crate::model::UploadId;

pub(super) const MISTAKES: &[Mistake] = &[
    Mistake::new(
        "share-upload-ids",
        "An upload id is good for every key.",
        At::Several(&[
            At::Request(|call| {
                let id = UploadId(call.request.query("uploadId")?.to_owned());
                let store = call.service.store.lock();
                let bucket = store.buckets.get(call.request.bucket())?;
                let of_id = bucket.keys.iter().find(|(_, state)| state.uploads.contains_key(&id));
                let key = of_id.map(|(key, _)| key.clone());
                drop(store);
                call.request.key = Some(key?);
                None
            }),
            // The answer shows the key that was asked for.
            At::Answer(|told, answer| {
                if told.request.has_query("uploadId")
                    && let Some(root) = super::documents::root(answer).filter(|_| !told.refused)
                {
                    super::documents::each(root, "Key", &mut |key| key.text = told.request.key().to_owned());
                }
            }),
        ]),
    ),
    request("refuse-long-keys", "Long keys are refused early.", |call| {
        let is_longest = length(call) >= call.service.rules.limits.max_key_bytes?;
        refuse(is_longest, || S3Error::new("KeyTooLongError", "Your key is too long"))
    }),
    request(
        "completion-refuses-longest-keys",
        "Uploads under the longest keys cannot be completed.",
        |call| {
            let is_longest = Some(length(call)) == call.service.rules.limits.max_key_bytes;
            let completes = call.operation == "CompleteMultipartUpload";
            refuse(is_longest && completes, || S3Error::new("KeyTooLongError", "Your key is too long"))
        },
    ),
    request("mangle-keys", "Characters of a key other than the harmless ones are replaced.", |call| {
        let harmless = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
        with_key(call, |key| key.chars().map(|c| if harmless(c) { c } else { '_' }).collect())
    }),
    request("tidy-slashes", "Slashes that nobody needs are taken out of keys.", |call| {
        with_key(call, |key| by_segment(key.split('/').filter(|segment| !segment.is_empty())))
    }),
    request("strip-dots", "Dots at the beginning of a segment are taken out of keys.", |call| {
        with_key(call, |key| by_segment(key.split('/').map(|segment| segment.trim_start_matches('.'))))
    }),
];

fn length(call: &Call<'_>) -> u64 {
    call.request.key().len() as u64
}

fn with_key(call: &mut Call<'_>, change: impl FnOnce(&str) -> String) -> Instead {
    call.request.key = call.request.key.as_deref().map(change);
    None
}

fn by_segment<'s>(segments: impl Iterator<Item = &'s str>) -> String {
    segments.collect::<Vec<_>>().join("/")
}
