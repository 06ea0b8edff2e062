//! The numbers and switches that decisions depend on.

use super::Algorithm;

/// Everything in which providers differ, as far as the model is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Numbers.
    pub limits: Limits,
    /// What an ETag is.
    pub etags: ETags,
    /// What comes of a completion that is sent again.
    pub repeated_completion: Repeated,
    /// What comes of parts that were sent and not listed.
    pub unlisted_parts: Unlisted,
    /// What comes of an abort of an upload that has ended.
    pub repeated_abort: Repeated,
    /// Whether an abort of an upload that never was is answered with success.
    pub unknown_abort_succeeds: bool,
    /// In which order the uploads of a key are listed.
    pub uploads_by: UploadOrder,
    /// The checksum that is computed where none is asked for.
    pub usual_checksum: Algorithm,
}

impl Rules {
    /// Whether the usual checksum of a part is told although nobody asked for it.
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ETags {
    /// The MD5 of a part; the MD5 of the joined digests and `-N` for an object of N parts.
    #[default]
    Md5,
    /// The MD5 of a part in uppercase; an object of N parts has the MD5 of the joined text of its parts'
    /// ETags and `-N`, or the server's own choice: documents call it unique and say no more.
    Uppercase,
    /// The server's own choice, bound when it is first seen.
    Opaque,
}

/// In which order the uploads of a key are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UploadOrder {
    /// The oldest first.
    #[default]
    Time,
    /// By their ids.
    Id,
}

/// What comes of a completion, or an abort, that is sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeated {
    /// It is answered as before, or the upload is gone: documents say both.
    #[default]
    Open,
    /// The upload is gone.
    Gone,
}

/// What comes of parts that were sent and not listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unlisted {
    /// They are thrown away.
    #[default]
    Dropped,
    /// The completion is refused.
    Refused,
}
