//! How keys are written in answers.

use super::Call;
use crate::http::S3Error;

/// Whether names in the answer are to be URL-encoded.
pub(crate) fn of_listing(call: &Call<'_>) -> Result<bool, S3Error> {
    match call.request.query("encoding-type") {
        None => Ok(false),
        Some("url") => Ok(true),
        Some(other) => {
            let message = "Invalid Encoding Method specified in Request";
            Err(S3Error::invalid_argument(message, "encoding-type", other))
        }
    }
}

/// Whether the key in the answer to a creation or a completion is to be URL-encoded: OSS takes that
/// parameter there too.
pub(crate) fn of_upload(call: &Call<'_>) -> Result<bool, S3Error> {
    Ok(call.dialect().names().encodes_keys_of_uploads && of_listing(call)?)
}
