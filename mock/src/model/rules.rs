//! The numbers and choices that decisions depend on.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Algorithm;

/// Everything in which providers differ, as far as the model is concerned. The default is Amazon S3, but that it has
/// few limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Numbers.
    pub limits: Limits,
    /// What an ETag is.
    pub etags: ETags,
    /// What comes of a completion that is sent again.
    pub repeated_completion: Repeated,
    /// What comes of an abort of an upload that has ended.
    pub repeated_abort: Repeated,
    /// What comes of an abort of an upload that the key never had.
    pub unknown_abort: UnknownAbort,
    /// What comes of parts that were sent and not listed.
    pub unlisted_parts: UnlistedParts,
    /// What comes of a conditional completion of a key that was written or deleted since the creation.
    pub completion_after_write: CompletionAfterWrite,
    /// In which order the uploads of a key are listed.
    pub upload_order: UploadOrder,
    /// The checksum that is computed where none is asked for.
    pub usual_checksum: Algorithm,
}

impl Rules {
    /// Whether the usual checksum of a part is shown although nobody asked for it.
    pub(super) fn tells_usual_checksum(&self) -> bool {
        self.usual_checksum == Algorithm::Crc64ecma
    }
}

/// The limits of a provider; an absent one does not exist there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The smallest part number.
    pub min_part_number: u32,
    /// The largest part number.
    pub max_part_number: u32,
    /// The smallest part that is not the last of the completed list.
    pub min_part_size: Option<u64>,
    /// The largest part.
    pub max_part_size: Option<u64>,
    /// The largest object made of parts.
    pub max_object_size: Option<u64>,
    /// The largest object of a single put.
    pub max_put_size: Option<u64>,
    /// The longest key in bytes.
    pub max_key_bytes: Option<u64>,
    /// Parts on one page of a listing.
    pub list_parts_page: u32,
    /// Uploads on one page of a listing.
    pub list_uploads_page: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            min_part_number: 1,
            max_part_number: 10_000,
            min_part_size: None,
            max_part_size: None,
            max_object_size: None,
            max_put_size: None,
            max_key_bytes: None,
            list_parts_page: 1_000,
            list_uploads_page: 1_000,
        }
    }
}

/// What an ETag is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ETags {
    /// The MD5 of a part; the MD5 of the joined digests and `-N` for an object of N parts.
    #[default]
    Md5,
    /// The MD5 of a part in uppercase; an object of N parts has the MD5 of the joined text of its parts'
    /// ETags and `-N`, or the server's own choice: documents call it unique and say no more.
    Uppercase,
    /// The server's own choice, bound when it is first seen.
    #[serde(skip)]
    Opaque,
}

/// In which order the uploads of a key are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UploadOrder {
    /// The oldest first.
    #[default]
    Time,
    /// By their ids.
    Id,
}

/// What comes of a completion, or an abort, that is sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Repeated {
    /// It is answered with success, or refused: documents say both.
    #[default]
    Open,
    /// It is refused: the upload is gone.
    Refused,
}

/// What comes of an abort of an upload that the key never had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownAbort {
    /// Either of the others.
    Open,
    /// It is refused.
    #[default]
    Refused,
    /// It succeeds; an id that has not the form of one may be refused too.
    Succeeds,
}

/// What comes of parts that were sent and not listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnlistedParts {
    /// Either of the others.
    Open,
    /// They are thrown away.
    #[default]
    Dropped,
    /// The completion is refused.
    Refused,
}

/// What comes of a conditional completion of a key that was written since the creation of the upload, where the
/// condition holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CompletionAfterWrite {
    /// Either of the others.
    Open,
    /// It is refused: another write came between.
    #[default]
    Refused,
    /// It is done.
    Done,
}
