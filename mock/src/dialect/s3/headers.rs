//! Which headers of its own S3 takes with any request. What would change the meaning of a request and is not
//! known here is refused: nothing may look done that is not.

use http::Method;

use super::super::documents::NULL_VERSION;
use super::super::{Asking, Of};
use crate::http::{Request, S3Error};
use crate::model::Algorithm;

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

/// Refuses headers that imply what the mock does not have.
pub(super) fn check(asking: Asking<'_>) -> Result<(), S3Error> {
    for name in asking.request.headers.keys() {
        if let Some(own) = name.as_str().strip_prefix("x-amz-") {
            check_name(asking, name.as_str(), own)?;
        }
    }
    match asking.request.header("x-amz-request-payer") {
        None | Some("requester") => {}
        Some(other) => {
            let message = "Invalid value for x-amz-request-payer header";
            return Err(S3Error::invalid_argument(message, "x-amz-request-payer", other));
        }
    }
    Ok(())
}

fn check_name(asking: Asking<'_>, name: &str, own: &str) -> Result<(), S3Error> {
    let value = asking.request.header(name).unwrap_or_default();
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

/// The account number that a header states of the owner of a bucket.
pub(super) fn stated_owner(request: &Request, of: Of) -> Result<Option<&str>, S3Error> {
    let header = match of {
        Of::Bucket => "x-amz-expected-bucket-owner",
        Of::Source => "x-amz-source-expected-bucket-owner",
    };
    match request.header(header) {
        Some(stated) if stated.len() != 12 || !stated.bytes().all(|b| b.is_ascii_digit()) => {
            let message = format!(
                "The value of the expected bucket owner parameter must be an AWS Account ID... [{stated}]"
            );
            Err(S3Error::new("InvalidBucketOwnerAWSAccountID", message))
        }
        stated => Ok(stated),
    }
}

/// Returns whether a parameter of a signed URL is a header that was moved there.
pub(super) fn hoists(name: &str) -> bool {
    const OF_THE_SIGNATURE: [&str; 8] = [
        "x-amz-algorithm",
        "x-amz-content-sha256",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-signedheaders",
    ];
    let name = name.to_ascii_lowercase();
    let is_condition = ["if-match", "if-none-match"].contains(&name.as_str());
    is_condition || (name.starts_with("x-amz-") && !OF_THE_SIGNATURE.contains(&name.as_str()))
}

/// Returns whether a header speaks of the body. Whoever signs a URL does not know the body: SDKs put the
/// checksum of an empty one there, and AWS was measured to pass over it.
pub(super) fn is_of_body(name: &str) -> bool {
    let is_value = name.strip_prefix("x-amz-checksum-").is_some_and(|rest| {
        Algorithm::ALL.iter().any(|algorithm| algorithm.name().eq_ignore_ascii_case(rest))
    });
    is_value || ["x-amz-sdk-checksum-algorithm", "x-amz-trailer"].contains(&name)
}

/// Refuses a version that there cannot be.
pub(super) fn check_version(request: &Request) -> Result<(), S3Error> {
    let Some(version) = request.query("versionId") else { return Ok(()) };
    let refuse = |message| Err(S3Error::invalid_argument(message, "versionId", version));
    if ![Method::GET, Method::HEAD, Method::DELETE].contains(&request.method) || request.key.is_none() {
        return refuse("This operation does not accept a version-id.");
    }
    match version {
        NULL_VERSION => Ok(()),
        "" => refuse("Version id cannot be the empty string"),
        _ => refuse("Invalid version id specified"),
    }
}
