//! What listings can be asked for.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::Expr;
use crate::language::{KeyName, PartNumber, UploadRef};

arguments! {
    /// What `list_parts` can be told.
    ListParts {
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// At most so many on a page.
        max_parts: Option<PartNumber>,
        /// Only numbers above this one.
        part_number_marker: Option<PartNumber>,
        /// How the answer tells the key; `url` is known.
        encoding_type: Option<String>,
        /// Follows the markers to the last page.
        #[serde(default)]
        walk: bool,
        /// A name: NAME.1 is part 1 as listed.
        r#as: Option<String>,
    }
}

arguments! {
    /// What `list_uploads` can be told.
    ListUploads {
        /// Only keys that begin so.
        prefix: Option<String>,
        /// Rolls keys up to this text.
        delimiter: Option<String>,
        /// At most so many on a page.
        max_uploads: Option<PartNumber>,
        /// How names are told; `url` is known.
        encoding_type: Option<String>,
        /// Only what comes after this key.
        key_marker: Option<String>,
        /// Also what comes after this upload of the marked key.
        upload_id_marker: Option<UploadRef>,
        /// Follows the markers to the last page.
        #[serde(default)]
        walk: bool,
        /// A name: NAME.1 is the first upload listed.
        r#as: Option<String>,
    }
}

arguments! {
    /// What `list_objects` can be told.
    ListObjects {
        /// Only keys that begin so.
        prefix: Option<String>,
        /// Rolls keys up to this text.
        delimiter: Option<String>,
        /// At most so many on a page.
        max_keys: Option<Expr>,
        /// How names are told; `url` is known.
        encoding_type: Option<String>,
        /// The older of the two operations.
        #[serde(default)]
        v1: bool,
    }
}
