//! What S3 writes into answers.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::super::{Asked, Asking, ReadObject, StoredBytes, Writes};
use super::{S3, acl, errors};
use crate::http::{Answer, S3Error, Xml, checksum};
use crate::model::{Checksum, ChecksumType, Meta, Object, UploadId};

impl Writes for S3 {
    fn sign_off(&self, answer: Answer, request_id: &str, _took: Duration) -> Answer {
        answer.header("x-amz-request-id", request_id).header("x-amz-id-2", &host_id(request_id))
    }

    fn error(&self, error: &S3Error, asked: &Asked<'_>) -> Answer {
        errors::answer(error, asked)
    }

    fn no_such_class(&self, _header: &str, class: &str) -> S3Error {
        S3Error::new("InvalidStorageClass", "The storage class you specified is not valid")
            .with("StorageClassRequested", class)
    }

    fn too_much_metadata(&self) -> S3Error {
        S3Error::new("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
    }

    fn misplaced_encryption(&self, header: &str, value: &str) -> S3Error {
        let message = format!("{header} header is not supported for this operation.");
        S3Error::invalid_argument(&message, header, value)
    }

    fn no_list(&self) -> S3Error {
        S3Error::new("InvalidRequest", "You must specify at least one part")
    }

    /// Ids that sort by time let an id serve as marker in a listing that is sorted by time.
    fn upload_id(&self) -> UploadId {
        UploadId(uuid::Uuid::now_v7().simple().to_string())
    }

    /// us-east-1 is shown as nothing.
    fn location(&self, region: &str) -> String {
        if region == "us-east-1" { String::new() } else { region.to_owned() }
    }

    fn write_owner(&self, xml: &mut Xml, id: &str) {
        xml.owner(id);
    }

    fn write_acl(&self, xml: &mut Xml, owner: &str, meta: &Meta) {
        acl::write(xml, owner, meta);
    }

    fn write_bucket_acl(&self, xml: &mut Xml, owner: &str) {
        acl::write(xml, owner, &Meta::new());
    }

    fn write_checksum(&self, xml: &mut Xml, checksum: &Checksum) {
        xml.text(checksum::element(checksum.algorithm), checksum::encoded(checksum));
    }

    fn write_kind(&self, xml: &mut Xml, object: &Object, ignores_checksums: bool) {
        if let Some(kept) = object.checksum.as_ref().filter(|_| !ignores_checksums) {
            xml.text("ChecksumAlgorithm", kept.checksum.algorithm.name());
            xml.text("ChecksumType", kept.checksum_type.name());
        }
    }

    fn show_put(&self, answer: Answer, stored: &StoredBytes<'_>) -> Answer {
        let answer = self.show_part(answer, stored);
        match stored.claimed {
            Some(_) => answer.header("x-amz-checksum-type", ChecksumType::FullObject.name()),
            None => answer,
        }
    }

    fn show_part(&self, answer: Answer, stored: &StoredBytes<'_>) -> Answer {
        match stored.claimed {
            Some(claimed) => answer.header(&checksum::header(claimed.algorithm), &checksum::encoded(claimed)),
            None => answer,
        }
    }

    /// Checksums are shown to those who ask for them.
    fn show_read(&self, answer: Answer, asking: Asking<'_>, read: &ReadObject<'_>) -> Answer {
        let mode = asking.header("x-amz-checksum-mode");
        let asked = mode.is_some_and(|mode| mode.eq_ignore_ascii_case("ENABLED"));
        match read.checksum.filter(|_| asked) {
            Some((value, text, checksum_type)) => answer
                .header(&checksum::header(value.algorithm), text)
                .header("x-amz-checksum-type", checksum_type.name()),
            None => answer,
        }
    }
}

/// The second name of a request, which S3 gives as Base64.
pub(super) fn host_id(request_id: &str) -> String {
    STANDARD.encode(Sha256::digest(request_id))
}
