//! What a dialect writes into answers.

use std::time::Duration;

use super::Asking;
use crate::http::{Answer, S3Error, Xml};
use crate::model::{Checksum, ChecksumType, Meta, Object, UploadId};

/// What an answer shows about its request.
pub(crate) struct Asked<'r> {
    /// The operation, as S3 calls it.
    pub(crate) operation: &'r str,
    /// Whether nothing may follow the head of the answer.
    pub(crate) head: bool,
    pub(crate) host: &'r str,
    pub(crate) resource: &'r str,
    pub(crate) request_id: &'r str,
}

/// Bytes of an object or a part that came with a request and are stored.
#[derive(Debug)]
pub(crate) struct StoredBytes<'s> {
    pub(crate) md5: [u8; 16],
    /// What the server keeps.
    pub(crate) checksum: Option<&'s Checksum>,
    /// What came with the request.
    pub(crate) claimed: Option<&'s Checksum>,
}

/// What a read shows of an object.
#[derive(Debug)]
pub(crate) struct ReadObject<'s> {
    pub(crate) object: &'s Object,
    pub(crate) is_whole: bool,
    /// The checksum of what is shown, as text, with its algorithm and what it covers.
    pub(crate) checksum: Option<&'s (Checksum, String, ChecksumType)>,
}

/// How a dialect writes answers.
pub(crate) trait Writes {
    /// Names the request in the headers of its answer.
    fn sign_off(&self, answer: Answer, request_id: &str, took: Duration) -> Answer;

    /// The answer of an error.
    fn error(&self, error: &S3Error, asked: &Asked<'_>) -> Answer;

    /// The refusal of a storage class that there is none of.
    fn no_such_class(&self, header: &str, class: &str) -> S3Error;

    /// The refusal of too much metadata.
    fn too_much_metadata(&self) -> S3Error;

    /// The refusal of encryption where it cannot be asked for.
    fn misplaced_encryption(&self, header: &str, value: &str) -> S3Error;

    /// The refusal of a completion without a list.
    fn no_list(&self) -> S3Error;

    /// A fresh upload id.
    fn upload_id(&self) -> UploadId;

    /// Where a bucket of this region is, as GetBucketLocation shows it.
    fn location(&self, region: &str) -> String;

    /// Writes who owns something; accounts are named by their access key.
    fn write_owner(&self, xml: &mut Xml, id: &str);

    /// Writes the ACL of an object.
    fn write_acl(&self, xml: &mut Xml, owner: &str, meta: &Meta);

    /// Writes the ACL of a bucket, which is private.
    fn write_bucket_acl(&self, xml: &mut Xml, owner: &str);

    /// Writes where a listed bucket is.
    fn write_place(&self, _xml: &mut Xml, _asking: Asking<'_>) {}

    /// Writes the checksum of a listed part.
    fn write_checksum(&self, xml: &mut Xml, checksum: &Checksum);

    /// Writes how a listed object was made, or what is known of its checksum.
    fn write_kind(&self, xml: &mut Xml, object: &Object, ignores_checksums: bool);

    /// Shows an object that was put.
    fn show_put(&self, answer: Answer, stored: &StoredBytes<'_>) -> Answer {
        self.show_part(answer, stored)
    }

    /// Shows a part that was sent.
    fn show_part(&self, answer: Answer, stored: &StoredBytes<'_>) -> Answer;

    /// Shows, beside the document of an answer, what an object or a part is that the server made of its own bytes.
    fn show_made(&self, answer: Answer, _etag: &str, _checksum: Option<&Checksum>) -> Answer {
        answer
    }

    /// Shows which bytes of the source were copied.
    fn show_copied_range(&self, answer: Answer, _bounds: Option<(u64, u64)>, _size: u64) -> Answer {
        answer
    }

    /// Shows what a read is about.
    fn show_read(&self, answer: Answer, asking: Asking<'_>, read: &ReadObject<'_>) -> Answer;
}
