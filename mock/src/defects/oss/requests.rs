//! Mistakes about what OSS takes and refuses.

use http::HeaderValue;

use crate::checks::Check;
use crate::defects::mistake::{Mistake, request, unchecked};
use crate::defects::requests::{is_one_of, without};

pub(in crate::defects) const MISTAKES: &[Mistake] = &[
    unchecked("take-any-key-start", "Keys may begin with characters that none may begin with.", |check| {
        check == Check::KeyStart
    })
    .of_oss(),
    unchecked(
        "take-path-style",
        "The bucket may stand in the path on an endpoint that has a name.",
        |check| check == Check::SecondLevel,
    )
    .of_oss(),
    unchecked(
        "all-takes-body",
        "A completion of everything may come with a list, which is passed over.",
        |check| check == Check::EmptyBody,
    )
    .of_oss(),
    unchecked(
        "ignore-content-md5-of-completion",
        "The Content-MD5 of the list of a completion is not looked at.",
        |check| check == Check::DocumentMd5,
    )
    .of_oss(),
    request(
        "ignore-complete-all",
        "A completion of everything is taken for one with an empty list.",
        |call| {
            without(call, &["x-oss-complete-all"]);
            None
        },
    )
    .of_oss(),
    request("ignore-conditions-of-put", "Conditions of a put are passed over.", |call| {
        if is_one_of(call, &["PutObject"]) {
            without(call, &["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]);
        }
        None
    })
    .of_oss(),
    request("take-encryption-of-parts", "A part may come with a header that asks for encryption.", |call| {
        if is_one_of(call, &["UploadPart"]) {
            without(call, ENCRYPTION);
        }
        None
    })
    .of_oss(),
    request(
        "take-encryption-of-completion",
        "A completion may come with a header that asks for encryption.",
        |call| {
            if is_one_of(call, &["CompleteMultipartUpload"]) {
                without(call, ENCRYPTION);
            }
            None
        },
    )
    .of_oss(),
    request(
        "ignore-encoding-of-results",
        "Names are never URL-encoded in the answers to a creation and a completion.",
        |call| {
            if is_one_of(call, &["CreateMultipartUpload", "CompleteMultipartUpload"]) {
                call.request.set_query("encoding-type", None);
            }
            None
        },
    )
    .of_oss(),
    request(
        "tell-other-content-type",
        "Objects of which nobody said what they are have the type that S3 gives them.",
        |call| {
            if is_one_of(call, &["CreateMultipartUpload", "PutObject"]) {
                let of_s3 = HeaderValue::from_static("binary/octet-stream");
                call.request.headers.entry("content-type").or_insert(of_s3);
            }
            None
        },
    )
    .of_oss(),
];

const ENCRYPTION: &[&str] = &[
    "x-amz-server-side-encryption",
    "x-oss-server-side-encryption",
    "x-oss-server-side-data-encryption",
    "x-oss-server-side-encryption-key-id",
];
