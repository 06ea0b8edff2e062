//! What calls about an object can be told.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::Expr;
use crate::language::{Algorithm, Rightness};
use crate::language::{ByteRange, KeyName, PartNumber};

arguments! {
    /// What `put_object` can be told.
    PutObject {
        /// The key.
        key: Option<KeyName>,
        /// The size of the body.
        size: Option<Expr>,
        /// A name for the bytes.
        r#as: Option<String>,
        /// Content-Type of the object.
        content_type: Option<String>,
        /// Canned ACL of the object.
        acl: Option<String>,
        /// Whether an object that is there forbids it.
        forbid_overwrite: Option<bool>,
        /// User metadata of the object.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
        /// Checksums to send.
        #[serde(default)]
        checksum: BTreeMap<Algorithm, Rightness>,
    }
}

arguments! {
    /// What `get_object` can be told.
    GetObject {
        /// The key.
        key: Option<KeyName>,
        /// First and last byte.
        range: Option<ByteRange>,
        /// One part of the object.
        part_number: Option<PartNumber>,
        /// Asks for checksums.
        #[serde(default)]
        checksum_mode: bool,
        /// The name of the step whose ETag the object must have, or `wrong`.
        if_match: Option<String>,
        /// The name of the step whose ETag the object must not have, or `wrong`.
        if_none_match: Option<String>,
    }
}

arguments! {
    /// What `head_object` can be told.
    HeadObject {
        /// The key.
        key: Option<KeyName>,
        /// One part of the object.
        part_number: Option<PartNumber>,
        /// Asks for checksums.
        #[serde(default)]
        checksum_mode: bool,
    }
}

arguments! {
    /// What `delete_object` can be told.
    DeleteObject {
        /// The key.
        key: Option<KeyName>,
    }
}

arguments! {
    /// What `get_object_tagging` can be told.
    GetObjectTagging {
        /// The key.
        key: Option<KeyName>,
    }
}

arguments! {
    /// What `get_object_acl` can be told.
    GetObjectAcl {
        /// The key.
        key: Option<KeyName>,
    }
}

arguments! {
    /// What `get_object_attributes` can be told.
    GetObjectAttributes {
        /// The key.
        key: Option<KeyName>,
        /// At most so many parts.
        max_parts: Option<Expr>,
        /// Only numbers above this one.
        part_number_marker: Option<Expr>,
        /// Names each attribute in a header line of its own, as some SDKs do.
        #[serde(default)]
        one_a_line: bool,
    }
}

arguments! {
    /// What `copy_object` can be told.
    CopyObject {
        /// The key of the source.
        source: KeyName,
        /// The key.
        key: Option<KeyName>,
        /// Whether an object that is there forbids it.
        forbid_overwrite: Option<bool>,
        /// A name for the object.
        r#as: Option<String>,
    }
}

arguments! {
    /// What `delete_objects` can be told.
    DeleteObjects {
        /// The keys.
        keys: Vec<KeyName>,
    }
}
