//! ACLs of OSS: one word.

use super::ACL;
use crate::http::{S3Error, Xml};
use crate::model::Meta;

/// The ACLs of objects; there are no others.
const KNOWN: &[&str] = &["default", "private", "public-read", "public-read-write"];

/// Whether a header is the one of ACLs.
pub(super) fn is_header(name: &str) -> bool {
    name == ACL
}

/// Refuses a word that is no ACL.
pub(super) fn check(meta: &Meta) -> Result<(), S3Error> {
    match meta.get(ACL) {
        Some(acl) if !KNOWN.contains(&acl.as_str()) => {
            Err(S3Error::invalid_argument("There is no such ACL.", ACL, acl))
        }
        _ => Ok(()),
    }
}

/// Writes an ACL.
pub(super) fn write(xml: &mut Xml, owner: &str, word: &str) {
    xml.named_owner(owner);
    xml.nest("AccessControlList", |xml| xml.text("Grant", word));
}

/// The ACL of an object, which is that of its bucket unless it has its own.
pub(super) fn word(meta: &Meta) -> &str {
    meta.get(ACL).map_or("default", String::as_str)
}
