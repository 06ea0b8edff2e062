//! Encryption: asked for at the creation, told again with every answer, and not to be asked for elsewhere. Of
//! S3's there is only the kind that needs no key, which changes nothing that a client could see.

use super::Call;
use crate::defects::Defect;
use crate::http::{Answer, S3Error};
use crate::model::{Meta, UploadId};
use crate::provider::Dialect;

const HEADER: &str = "x-oss-server-side-encryption";
/// The header of S3, of which one kind needs no key.
pub(super) const HEADER_OF_S3: &str = "x-amz-server-side-encryption";

const KNOWN: [&str; 3] = ["AES256", "KMS", "SM4"];
/// Those of S3 that need a service of keys.
const WITH_KEYS_OF_S3: [&str; 3] = ["aws:kms", "aws:kms:dsse", "aws:fsx"];

/// The headers by which OSS is asked for encryption, which an object keeps.
pub(super) const HEADERS: [&str; 3] =
    [HEADER, "x-oss-server-side-data-encryption", "x-oss-server-side-encryption-key-id"];

fn headers(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::S3 => &[HEADER_OF_S3],
        Dialect::Oss => &HEADERS,
    }
}

/// Refuses an encryption that there is none of.
pub(super) fn check(call: &Call<'_>, meta: &Meta) -> Result<(), S3Error> {
    match meta.get(HEADER_OF_S3).map(String::as_str) {
        None | Some("AES256") => {}
        Some(known) if WITH_KEYS_OF_S3.contains(&known) => {
            return Err(S3Error::not_implemented(HEADER_OF_S3));
        }
        Some(other) => {
            let message = "The encryption method specified is not supported";
            return Err(S3Error::invalid_argument(message, HEADER_OF_S3, other));
        }
    }
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
    let asked = headers(call.dialect()).iter().find_map(|name| Some((*name, call.request.header(name)?)));
    match asked.filter(|_| !call.has(forgiven)) {
        Some((name, value)) if !call.is_oss() => {
            let message = format!("{name} header is not supported for this operation.");
            Err(S3Error::invalid_argument(&message, name, value))
        }
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
    let told = headers(call.dialect()).iter().filter(|_| !call.has(Defect::OmitEncryption));
    told.filter_map(|name| Some((*name, meta.get(*name)?)))
        .fold(answer, |answer, (name, value)| answer.header(name, value))
}
