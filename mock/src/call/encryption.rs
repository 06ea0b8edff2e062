//! Encryption: asked for at the creation, and not to be asked for elsewhere. Of
//! S3's there is only the kind that needs no key, which changes nothing that a client could see.

use super::Call;
use crate::http::S3Error;

/// Refuses headers that belong to the creation.
pub(crate) fn forbid(call: &Call<'_>) -> Result<(), S3Error> {
    let dialect = call.dialect();
    let mut headers = dialect.names().encryption.iter();
    match headers.find_map(|name| Some((*name, call.request.header(name)?))) {
        Some((name, value)) => Err(dialect.misplaced_encryption(name, value)),
        None => Ok(()),
    }
}
