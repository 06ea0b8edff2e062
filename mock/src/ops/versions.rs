//! Version ids. No bucket of the mock was ever versioned: every object is the version `null` of its key.

use http::Method;

use super::Call;
use crate::http::S3Error;

/// The version of an object that was stored without versioning.
pub(super) const NULL: &str = "null";

/// Refuses a version that there cannot be.
pub(super) fn check(call: &Call<'_>) -> Result<(), S3Error> {
    let request = &call.request;
    let Some(version) = request.query("versionId").filter(|_| !call.is_oss()) else { return Ok(()) };
    let refuse = |message| Err(S3Error::invalid_argument(message, "versionId", version));
    if ![Method::GET, Method::HEAD, Method::DELETE].contains(&request.method) || request.key.is_none() {
        return refuse("This operation does not accept a version-id.");
    }
    match version {
        NULL => Ok(()),
        "" => refuse("Version id cannot be the empty string"),
        _ => refuse("Invalid version id specified"),
    }
}
