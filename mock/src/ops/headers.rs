//! Which headers of its own S3 takes with any request. What would change the meaning of a request and is not
//! known here is refused: nothing may look done that is not.

use super::Call;
use crate::accounts;
use crate::http::S3Error;
use crate::model::Algorithm;
use crate::provider::Dialect;
use crate::store::Inner;

/// Those that some operation heeds, behind `x-amz-`.
const HEEDED: &[&str] = &[
    "acl",
    "checksum-algorithm",
    "checksum-mode",
    "checksum-type",
    "content-sha256",
    "copy-source",
    "copy-source-if-match",
    "copy-source-if-modified-since",
    "copy-source-if-none-match",
    "copy-source-if-unmodified-since",
    "copy-source-range",
    "date",
    "decoded-content-length",
    "expected-bucket-owner",
    "grant-full-control",
    "grant-read",
    "grant-read-acp",
    "grant-write",
    "grant-write-acp",
    "max-parts",
    "metadata-directive",
    "mp-object-size",
    "object-attributes",
    "object-ownership",
    "part-number-marker",
    "request-payer",
    "sdk-checksum-algorithm",
    "security-token",
    "server-side-encryption",
    "source-expected-bucket-owner",
    "storage-class",
    "tagging",
    "tagging-directive",
    "trailer",
    "website-redirect-location",
];

/// Those that change nothing here: what SDKs say about themselves, consents to what does not arise, and the
/// wish for a digest behind the body, which need not be granted.
const HARMLESS: &[&str] = &[
    "api-version",
    "bypass-governance-retention",
    "cf-id",
    "confirm-remove-self-bucket-access",
    "invocation-id",
    "optional-object-attributes",
    "te",
    "user-agent",
];

/// Refuses headers that imply what the mock does not have, and those that name the wrong owner.
pub(super) fn check(call: &Call<'_>) -> Result<(), S3Error> {
    if call.dialect() != Dialect::S3 {
        return Ok(());
    }
    for name in call.request.headers.keys() {
        if let Some(own) = name.as_str().strip_prefix(Dialect::S3.prefix()) {
            check_name(call, name.as_str(), own)?;
        }
    }
    match call.request.header("x-amz-request-payer") {
        None | Some("requester") => {}
        Some(other) => {
            let message = "Invalid value for x-amz-request-payer header";
            return Err(S3Error::invalid_argument(message, "x-amz-request-payer", other));
        }
    }
    let store = call.service.store.lock();
    check_owner(call, &store, "x-amz-expected-bucket-owner", call.request.bucket())
}

fn check_name(call: &Call<'_>, name: &str, own: &str) -> Result<(), S3Error> {
    let value = call.request.header(name).unwrap_or_default();
    let of_checksum =
        |rest: &str| Algorithm::ALL.iter().any(|algorithm| algorithm.name().eq_ignore_ascii_case(rest));
    let known = HEEDED.contains(&own)
        || HARMLESS.contains(&own)
        || own.starts_with("meta-")
        || own.strip_prefix("checksum-").is_some_and(of_checksum);
    let switched_off = ["bucket-object-lock-enabled", "server-side-encryption-bucket-key-enabled"]
        .contains(&own)
        && value.eq_ignore_ascii_case("false");
    if known || switched_off {
        return Ok(());
    }
    if own.starts_with("object-lock-") {
        return Err(S3Error::new("InvalidRequest", "Bucket is missing Object Lock Configuration"));
    }
    Err(S3Error::not_implemented(name))
}

/// Refuses the request if the owner of a bucket is not the one that a header expects.
pub(super) fn check_owner(call: &Call<'_>, store: &Inner, header: &str, bucket: &str) -> Result<(), S3Error> {
    let Some(expected) = call.request.header(header) else { return Ok(()) };
    if expected.len() != 12 || !expected.bytes().all(|b| b.is_ascii_digit()) {
        let message = format!(
            "The value of the expected bucket owner parameter must be an AWS Account ID... [{expected}]"
        );
        return Err(S3Error::new("InvalidBucketOwnerAWSAccountID", message));
    }
    // A bucket that is not there is told as missing.
    match store.buckets.get(bucket) {
        Some(bucket) if accounts::number(&bucket.owner) != Some(expected) => Err(S3Error::access_denied()),
        _ => Ok(()),
    }
}
