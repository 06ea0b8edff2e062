//! The dialect of OSS: headers that begin with `x-oss-`, signatures of its own, and callbacks.

mod acl;
mod auth;
pub(crate) mod callback;
mod errors;
mod hosts;
mod numbers;
mod reads;
mod v1;
mod v4;
mod writes;

use super::{Dialect, Names};

/// The dialect of OSS.
#[derive(Debug)]
pub(super) struct Oss;

static NAMES: Names = Names {
    prefix: "x-oss-",
    object_acl: ACL,
    encryption: &[ENCRYPTION, "x-oss-server-side-data-encryption", "x-oss-server-side-encryption-key-id"],
    storage_classes: &["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"],
    archived_classes: &[],
    standard_class: "Standard",
    shows_standard_class: true,
    default_content_type: "application/octet-stream",
    most_metadata: 8 << 10,
    encodes_metadata: false,
    part_number_argument: "PartNumber",
    small_part_etag: "PartETag",
    request_id_length: 24,
    elsewhere: ELSEWHERE,
    namespace: None,
    shows_initiators: false,
    shows_empty_arguments: true,
    knows_markers: false,
    encodes_keys_of_uploads: true,
    deletes_by_condition: false,
    shows_region_to_all: false,
    region: OSS_REGION,
};

/// The region that signatures of OSS have to name unless another is set.
pub const OSS_REGION: &str = "cn-hangzhou";

/// The header of the ACL of an object.
const ACL: &str = "x-oss-object-acl";

const ENCRYPTION: &str = "x-oss-server-side-encryption";

/// Sub-resources that the mock does not have.
const ELSEWHERE: &[&str] = &[
    "append",
    "asyncFetch",
    "cname",
    "comp",
    "encryption",
    "live",
    "metaQuery",
    "objectInfo",
    "ownershipControls",
    "policy",
    "publicAccessBlock",
    "qosInfo",
    "referer",
    "resourceGroup",
    "stat",
    "style",
    "symlink",
    "transferAcceleration",
    "versionId",
    "versions",
    "vod",
    "worm",
    "x-oss-process",
];

impl Dialect for Oss {
    fn names(&self) -> &'static Names {
        &NAMES
    }
}
