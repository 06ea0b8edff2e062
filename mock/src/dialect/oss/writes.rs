//! What OSS writes into answers.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::super::documents::quoted;
use super::super::{Asked, Asking, ReadObject, StoredBytes, Writes};
use super::{Oss, acl, errors, hosts};
use crate::http::{Answer, S3Error, Xml, checksum};
use crate::model::{Checksum, Meta, Object, UploadId};

const CRC64: &str = "x-oss-hash-crc64ecma";

impl Writes for Oss {
    fn sign_off(&self, answer: Answer, request_id: &str, took: Duration) -> Answer {
        answer
            .header("x-oss-request-id", request_id)
            .header("x-oss-server-time", &took.as_millis().to_string())
    }

    fn error(&self, error: &S3Error, asked: &Asked<'_>) -> Answer {
        errors::answer(error, asked)
    }

    fn no_such_class(&self, header: &str, class: &str) -> S3Error {
        S3Error::invalid_argument("The storage class you specified is not valid", header, class)
    }

    fn too_much_metadata(&self) -> S3Error {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        S3Error::new("InvalidArgument", message).ec("0011-00000002")
    }

    fn misplaced_encryption(&self, header: &str, value: &str) -> S3Error {
        let message = "Encryption can be asked for at the initiation of an upload alone.";
        S3Error::invalid_argument(message, header, value)
    }

    fn no_list(&self) -> S3Error {
        S3Error::malformed_xml()
    }

    /// Ids of OSS do not sort by time, so that a listing by time is not taken for one by ids.
    fn upload_id(&self) -> UploadId {
        UploadId(format!("{:X}", uuid::Uuid::new_v4().simple()))
    }

    fn location(&self, region: &str) -> String {
        format!("oss-{region}")
    }

    fn write_owner(&self, xml: &mut Xml, id: &str) {
        xml.named_owner(id);
    }

    fn write_acl(&self, xml: &mut Xml, owner: &str, meta: &Meta) {
        acl::write(xml, owner, acl::word(meta));
    }

    fn write_bucket_acl(&self, xml: &mut Xml, owner: &str) {
        acl::write(xml, owner, "private");
    }

    fn write_place(&self, xml: &mut Xml, asking: Asking<'_>) {
        let endpoint = hosts::endpoint(asking.header("host").unwrap_or_default());
        let region = asking.region;
        xml.text("Location", self.location(region));
        xml.text("Region", region);
        xml.text("ExtranetEndpoint", endpoint);
        xml.text("IntranetEndpoint", endpoint);
        xml.text("StorageClass", "Standard");
    }

    fn write_checksum(&self, xml: &mut Xml, checksum: &Checksum) {
        xml.text("HashCrc64ecma", checksum::decimal(checksum));
    }

    fn write_kind(&self, xml: &mut Xml, object: &Object, _ignores_checksums: bool) {
        xml.text("Type", kind(object));
    }

    fn show_part(&self, answer: Answer, stored: &StoredBytes<'_>) -> Answer {
        let answer = answer.header("content-md5", &STANDARD.encode(stored.md5));
        with_crc64(answer, stored.checksum)
    }

    fn show_made(&self, answer: Answer, etag: &str, checksum: Option<&Checksum>) -> Answer {
        with_crc64(answer.header("etag", &quoted(etag)), checksum)
    }

    fn show_copied_range(&self, answer: Answer, bounds: Option<(u64, u64)>, size: u64) -> Answer {
        match bounds {
            Some((first, last)) => answer.header("content-range", &format!("bytes {first}-{last}/{size}")),
            None => answer,
        }
    }

    fn show_read(&self, answer: Answer, _asking: Asking<'_>, read: &ReadObject<'_>) -> Answer {
        let object = read.object;
        let answer = answer.header("x-oss-object-type", kind(object));
        let answer = with_crc64(answer, object.checksum.as_ref().map(|kept| &kept.checksum));
        // Of parts that came in any order, nobody has the MD5 of them all.
        if read.is_whole && (object.parts.is_none() || object.sequential) {
            let mut md5 = Md5::new();
            object.content.pieces().flatten().for_each(|piece| md5.update(&piece));
            return answer.header("content-md5", &STANDARD.encode(md5.finalize()));
        }
        answer
    }
}

/// How an object was made.
fn kind(object: &Object) -> &'static str {
    if object.parts.is_some() { "Multipart" } else { "Normal" }
}

fn with_crc64(answer: Answer, checksum: Option<&Checksum>) -> Answer {
    match checksum {
        Some(checksum) => answer.header(CRC64, &checksum::decimal(checksum)),
        None => answer,
    }
}
