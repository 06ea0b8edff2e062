//! Encryption on OSS: asked for at the creation, told again with every answer, and not to be asked for elsewhere.

use super::Call;
use crate::http::{Answer, S3Error};
use crate::model::{Defect, Meta, UploadId};

const HEADER: &str = "x-oss-server-side-encryption";
/// The headers that ask for encryption, which an object keeps.
pub(super) const HEADERS: [&str; 3] =
    [HEADER, "x-oss-server-side-data-encryption", "x-oss-server-side-encryption-key-id"];

const KNOWN: [&str; 3] = ["AES256", "KMS", "SM4"];

/// Refuses an encryption that there is none of.
pub(super) fn check(call: &Call<'_>, meta: &Meta) -> Result<(), S3Error> {
    match meta.get(HEADER) {
        Some(other) if !KNOWN.contains(&other.as_str()) && !call.has(Defect::TakeUnknownEncryption) => {
            let message =
                "The encryption request you specified is not valid. Supported value: AES256, KMS, SM4.";
            Err(S3Error::new("InvalidEncryptionAlgorithmError", message).with("ServerSideEncryption", other))
        }
        _ => Ok(()),
    }
}

/// Refuses headers that belong to the creation.
pub(super) fn forbid(call: &Call<'_>, forgiven: Defect) -> Result<(), S3Error> {
    let asked = HEADERS.into_iter().find_map(|name| Some((name, call.request.header(name)?)));
    match asked.filter(|_| call.is_oss() && !call.has(forgiven)) {
        Some((name, value)) => {
            let message = "Encryption can be asked for at the initiation of an upload alone.";
            Err(S3Error::invalid_argument(message, name, value))
        }
        None => Ok(()),
    }
}

/// Tells how the object of an upload will be encrypted.
pub(super) fn tell_of_upload(call: &Call<'_>, upload: &UploadId, answer: Answer) -> Answer {
    match call.look(|state| state.uploads.get(upload).map(|open| open.meta.clone())).flatten() {
        Some(meta) => tell(call, &meta, answer),
        None => answer,
    }
}

/// Tells how an object is encrypted.
pub(super) fn tell(call: &Call<'_>, meta: &Meta, answer: Answer) -> Answer {
    let told = HEADERS.into_iter().filter(|_| !call.has(Defect::OmitEncryption));
    told.filter_map(|name| Some((name, meta.get(name)?)))
        .fold(answer, |answer, (name, value)| answer.header(name, value))
}
