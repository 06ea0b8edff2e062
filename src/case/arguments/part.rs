//! What calls about a part can be told.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::Expr;
use crate::language::Offset;
use crate::language::{Algorithm, Rightness};
use crate::language::{ByteRange, KeyName, Numbers, PartNumber, UploadRef};

arguments! {
    /// What `upload_part` can be told.
    UploadPart {
        /// The part number.
        number: PartNumber,
        /// The size of the body; `full` unless told.
        size: Option<Expr>,
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// A name for the bytes.
        r#as: Option<String>,
        /// The Content-MD5 header.
        content_md5: Option<ContentMd5>,
        /// Checksums to send.
        #[serde(default)]
        checksum: BTreeMap<Algorithm, Rightness>,
        /// User metadata, which belongs to the creation.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
        /// How the server shall encrypt the part, which belongs to the creation.
        encryption: Option<String>,
        /// How the body is framed and signed.
        sent_as: Option<SentAs>,
        /// The length that a body in chunks declares for its content, where it is not the right one.
        decoded_length: Option<Expr>,
        /// Closes the connection in the middle of the body.
        cut: Option<Half>,
        /// Waits in the middle of the body for a `release`.
        hold: Option<Half>,
    }
}

/// What Content-MD5 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentMd5 {
    /// The digest of the body.
    Right,
    /// The digest of something else.
    Wrong,
    /// No digest.
    Malformed,
}

/// How a body is framed and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SentAs {
    /// As it is, with its digest signed.
    Plain,
    /// In chunks with a signature each.
    SignedChunks,
    /// In signed chunks with a signed trailer.
    SignedTrailer,
    /// In chunks without signatures, with a trailer.
    UnsignedTrailer,
}

/// The one place where a body can be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// After half of its bytes.
    Half,
}

arguments! {
    /// What `upload_parts` can be told.
    UploadParts {
        /// The part numbers, in the order in which they are sent.
        numbers: Numbers,
        /// The size of each; `full` unless told, and `tail` for the highest number.
        size: Option<Expr>,
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// Another order than the written one.
        order: Option<SendOrder>,
        /// How many are under way at a time.
        at_once: Option<u8>,
        /// The checksum to send with each.
        checksum: Option<Algorithm>,
        /// The key of an object that each part is copied from, whole; nothing is sent.
        source: Option<KeyName>,
    }
}

/// In which order parts are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendOrder {
    /// Mixed by the seed.
    Shuffled,
}

arguments! {
    /// What `upload_part_copy` can be told.
    UploadPartCopy {
        /// The part number.
        number: PartNumber,
        /// The key of the source.
        source: KeyName,
        /// Whether the source is URL-encoded, as it has to be; it is unless told otherwise.
        source_encoded: Option<bool>,
        /// First and last byte of the source.
        range: Option<ByteRange>,
        /// The name of the step whose ETag the source must have, or `wrong`.
        if_match: Option<String>,
        /// The name of the step whose ETag the source must not have, or `wrong`.
        if_none_match: Option<String>,
        /// A time from now, such as -1h, since which the source must have changed.
        if_modified_since: Option<Offset>,
        /// A time from now since which the source must not have changed.
        if_unmodified_since: Option<Offset>,
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// A name for the bytes.
        r#as: Option<String>,
    }
}
