//! The dialect of S3: headers that begin with `x-amz-`, and SigV4.

mod acl;
mod auth;
mod errors;
mod headers;
mod reads;
mod tags;
mod writes;

use super::{Dialect, Names};

/// The dialect of S3.
#[derive(Debug)]
pub(super) struct S3;

static NAMES: Names = Names {
    prefix: "x-amz-",
    object_acl: ACL,
    encryption: &[ENCRYPTION],
    storage_classes: &[
        "STANDARD",
        "REDUCED_REDUNDANCY",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "GLACIER",
        "DEEP_ARCHIVE",
        "GLACIER_IR",
    ],
    archived_classes: &["GLACIER", "DEEP_ARCHIVE"],
    standard_class: "STANDARD",
    shows_standard_class: false,
    default_content_type: "binary/octet-stream",
    most_metadata: 2 << 10,
    encodes_metadata: true,
    part_number_argument: "partNumber",
    small_part_etag: "ETag",
    request_id_length: 16,
    elsewhere: &[],
    namespace: Some("http://s3.amazonaws.com/doc/2006-03-01/"),
    shows_initiators: true,
    shows_empty_arguments: false,
    knows_markers: true,
    encodes_keys_of_uploads: false,
    deletes_by_condition: true,
    shows_region_to_all: true,
    region: REGION,
};

/// The region that signatures have to name unless another is set.
pub const REGION: &str = "us-east-1";

/// The header of a canned ACL.
const ACL: &str = "x-amz-acl";

/// The header of encryption, of which one kind needs no key.
const ENCRYPTION: &str = "x-amz-server-side-encryption";

impl Dialect for S3 {
    fn names(&self) -> &'static Names {
        &NAMES
    }
}
