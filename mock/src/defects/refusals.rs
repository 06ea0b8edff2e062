//! Requests that are refused although nothing is wrong with them.

use super::mistake::{Mistake, answer, request};
use super::requests::{has, internal_error, refuse};
use crate::call::Call;
use crate::call::points::Instead;
use crate::http::{Answer, Content, S3Error};
use crate::model::{Upload, UploadId};

pub(super) const MISTAKES: &[Mistake] = &[
    request("no-upload-part", "UploadPart is answered with 501.", |call| absent(call, "UploadPart")),
    request("no-upload-part-copy", "UploadPartCopy is answered with 501.", |call| {
        absent(call, "UploadPartCopy")
    }),
    request("no-completion", "CompleteMultipartUpload is answered with 501.", |call| {
        absent(call, "CompleteMultipartUpload")
    }),
    request("no-abort", "AbortMultipartUpload is answered with 501.", |call| {
        absent(call, "AbortMultipartUpload")
    }),
    request("no-list-parts", "ListParts is answered with 501.", |call| absent(call, "ListParts")),
    request("no-upload-listing", "ListMultipartUploads is answered with 501.", |call| {
        absent(call, "ListMultipartUploads")
    }),
    request("fail-on-malformed-ids", "An upload id that is none by its form ends in status 500.", |call| {
        let id = call.request.query("uploadId").unwrap_or_default();
        refuse(id.bytes().any(|byte| !byte.is_ascii_hexdigit()), internal_error)
    }),
    request("fail-on-empty-ids", "An upload id that is empty ends in status 500.", |call| {
        refuse(call.request.query("uploadId") == Some(""), internal_error)
    }),
    request("repeated-abort-fails", "A repeated abort is answered with status 500.", |call| {
        refuse(call.operation == "AbortMultipartUpload" && has_ended(call), internal_error)
    }),
    request("repeated-completion-fails", "A repeated completion is answered with status 500.", |call| {
        refuse(call.operation == "CompleteMultipartUpload" && has_ended(call), internal_error)
    }),
    request(
        "overtaken-completion-fails",
        "A completion fails with status 500 if the key was written since the creation.",
        |call| {
            let overtaken = upload_is(call, |upload| upload.overtaken);
            refuse(call.operation == "CompleteMultipartUpload" && overtaken, internal_error)
        },
    ),
    request("refuse-large-pages", "A page size beyond the largest is refused.", |call| {
        let is_large = page(call).is_some_and(|asked| (1_001..=i32::MAX as u64).contains(&asked));
        refuse(is_large, || S3Error::invalid_argument("The page is too large", "max", "beyond the largest"))
    }),
    request("largest-pages-fail", "Page sizes beyond all reason are answered with status 500.", |call| {
        refuse(page(call) > Some(1_000_000), internal_error)
    }),
    request("refuse-signed-urls", "Requests signed in their URL are refused.", |call| {
        refuse(call.dialect().is_signed_url(&call.request), S3Error::access_denied)
    }),
    request(
        "keys-spoil-listings",
        "No object can be listed beside one whose key XML cannot carry.",
        |call| {
            let spoils = |c: char| (c < ' ' && !"\t\r\n".contains(c)) || matches!(c, '\u{fffe}' | '\u{ffff}');
            let prefix = call.request.query("prefix").unwrap_or_default();
            let store = call.service.store.lock();
            let bucket =
                store.buckets.get(call.request.bucket()).filter(|_| call.operation == "ListObjects")?;
            let mut listed = bucket.keys.keys().filter(|key| key.starts_with(prefix));
            refuse(listed.any(|key| key.contains(spoils)), internal_error)
        },
    ),
    answer(
        "answer-other-methods",
        "A method that a resource does not allow is answered with success, and does nothing.",
        |told, answer| {
            if told.refused && answer.status == 405 && told.request.key.is_some() {
                *answer = Answer::new(http::StatusCode::OK);
            }
        },
    ),
    answer("refuse-with-status-500", "A refused completion is answered with status 500.", |told, answer| {
        let completes = crate::ops::route::operation(told.request) == "CompleteMultipartUpload";
        let code = match &answer.content {
            Content::Document(root) => root.child("Code").unwrap_or_default(),
            _ => "",
        };
        // The rules of a completion, not those of any request.
        if told.refused && completes && OF_COMPLETIONS.contains(&code) {
            answer.status = http::StatusCode::INTERNAL_SERVER_ERROR;
        }
    }),
];

const OF_COMPLETIONS: [&str; 10] = [
    "ConditionalRequestConflict",
    "FileAlreadyExists",
    "InvalidRequest",
    "NoSuchUpload",
    "InvalidPart",
    "InvalidPartOrder",
    "EntityTooSmall",
    "EntityTooLarge",
    "BadDigest",
    "PreconditionFailed",
];

fn absent(call: &Call<'_>, operation: &str) -> Instead {
    refuse(call.operation == operation, || S3Error::not_implemented(call.operation))
}

fn has_ended(call: &Call<'_>) -> bool {
    call.look(|state| state.ended.contains_key(&id(call))).unwrap_or_default()
}

fn upload_is(call: &Call<'_>, fits: impl FnOnce(&Upload) -> bool) -> bool {
    call.look(|state| state.uploads.get(&id(call)).is_some_and(fits)).unwrap_or_default()
}

fn id(call: &Call<'_>) -> UploadId {
    call.upload()
}

/// How many entries a listing of uploads or parts is asked for.
fn page(call: &Call<'_>) -> Option<u64> {
    let of = ["max-uploads", "max-parts"].into_iter().find(|name| has(call, name))?;
    call.request.query(of)?.parse().ok()
}
