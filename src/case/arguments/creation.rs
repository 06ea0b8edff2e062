//! What begins an upload.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::Expr;
use crate::language::KeyName;
use crate::language::{Algorithm, ChecksumType};

arguments! {
    /// What `create_upload` can be told.
    CreateUpload {
        /// The key; each row has one of its own unless told.
        key: Option<KeyName>,
        /// A name for the upload.
        r#as: Option<String>,
        /// Content-Type of the object.
        content_type: Option<String>,
        /// Cache-Control of the object.
        cache_control: Option<String>,
        /// Content-Disposition of the object.
        content_disposition: Option<String>,
        /// Content-Encoding of the object.
        content_encoding: Option<String>,
        /// Content-Language of the object.
        content_language: Option<String>,
        /// Expires of the object.
        expires: Option<String>,
        /// User metadata of the object.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
        /// Storage class of the object.
        storage_class: Option<String>,
        /// Tags of the object.
        #[serde(default)]
        tagging: BTreeMap<String, String>,
        /// Canned ACL of the object.
        acl: Option<String>,
        /// Whether an object that is there forbids the upload.
        forbid_overwrite: Option<bool>,
        /// Parts have to come in order, one at a time.
        #[serde(default)]
        sequential: bool,
        /// How the server shall encrypt the object.
        encryption: Option<String>,
        /// How the answer tells the key; `url` is known.
        encoding_type: Option<String>,
        /// The checksum that parts and object shall have.
        checksum: Option<Algorithm>,
        /// What the checksum of the object covers.
        checksum_type: Option<ChecksumType>,
    }
}

arguments! {
    /// What `create_uploads` can be told.
    CreateUploads {
        /// How many.
        count: Expr,
        /// One key for all, or one for each.
        key: ManyKeys,
        /// A name: NAME.1 is the first.
        r#as: Option<String>,
    }
}

/// Whether several uploads share a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ManyKeys {
    /// One key for all.
    Same,
    /// A key for each.
    Each,
}
