//! A history as it is kept in a report. Names of blobs stand for bytes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What clients asked and saw, in the order in which they began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct History {
    /// The calls.
    pub calls: Vec<Call>,
}

/// One call of one client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// The client, or the lane of a race.
    pub client: String,
    /// When it began, in microseconds from the start of the run.
    pub start_us: u64,
    /// When its answer had come; null if none came that says whether it happened.
    pub end_us: Option<u64>,
    /// What was asked.
    pub ask: Ask,
    /// What was seen.
    pub saw: Saw,
}

/// What was asked of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Ask {
    /// CreateMultipartUpload.
    CreateUpload {
        /// The key, below the prefix of the row.
        key: String,
        /// Whether the parts shall come in order, each once.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        sequential: bool,
        /// The metadata that the object shall have, by name.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        meta: BTreeMap<String, String>,
    },
    /// UploadPart.
    UploadPart {
        /// The key.
        key: String,
        /// The upload id.
        upload: String,
        /// The part number, as sent.
        number: i64,
        /// The bytes.
        content: Vec<Piece>,
        /// Their MD5, in hex.
        md5: String,
    },
    /// UploadPartCopy.
    UploadPartCopy {
        /// The key.
        key: String,
        /// The upload id.
        upload: String,
        /// The part number.
        number: i64,
        /// The key of the source.
        source: String,
        /// First and last byte, if not all.
        range: Option<(u64, u64)>,
        /// The bytes, where nothing changes the source.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<Vec<Piece>>,
    },
    /// CompleteMultipartUpload.
    CompleteUpload {
        /// The key.
        key: String,
        /// The upload id.
        upload: String,
        /// Numbers and ETags as listed; null asks for everything that was sent.
        list: Option<Vec<(i64, String)>>,
    },
    /// AbortMultipartUpload.
    AbortUpload {
        /// The key.
        key: String,
        /// The upload id.
        upload: String,
    },
    /// ListParts.
    ListParts {
        /// The key.
        key: String,
        /// The upload id.
        upload: String,
        /// Only numbers above this one.
        after: u32,
        /// At most so many.
        max: u32,
    },
    /// What a listing of uploads tells of this key.
    ListUploads {
        /// The key.
        key: String,
    },
    /// What a listing of objects tells of this key.
    ListObjects {
        /// The key.
        key: String,
    },
    /// PutObject.
    PutObject {
        /// The key.
        key: String,
        /// The bytes.
        content: Vec<Piece>,
        /// Their MD5, in hex.
        md5: String,
        /// The metadata that the object shall have, by name.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        meta: BTreeMap<String, String>,
    },
    /// GetObject.
    GetObject {
        /// The key.
        key: String,
        /// First and last byte, if not all.
        range: Option<(u64, u64)>,
    },
    /// HeadObject.
    HeadObject {
        /// The key.
        key: String,
    },
    /// DeleteObject.
    DeleteObject {
        /// The key.
        key: String,
    },
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Saw {
    /// No answer, or one that does not say whether it happened.
    Nothing,
    /// A refusal.
    Refused {
        /// The status.
        status: u16,
        /// The code.
        code: String,
    },
    /// An upload exists now.
    Created {
        /// Its id.
        upload: String,
    },
    /// A part, or an object, was stored.
    Stored {
        /// Its ETag, without quotes; null if the answer bore none.
        etag: Option<String>,
    },
    /// The object of an upload exists now.
    Completed {
        /// Its ETag, without quotes; null if the answer bore none.
        etag: Option<String>,
    },
    /// Done; nothing to tell.
    Done,
    /// A page of parts.
    Parts {
        /// The parts.
        parts: Vec<SeenPart>,
        /// Whether more follow.
        truncated: bool,
    },
    /// The uploads of the key.
    Uploads {
        /// Their ids, in the order of the listing.
        ids: Vec<String>,
    },
    /// An object, or a range of it.
    Object {
        /// Its ETag, without quotes; null if the answer bore none.
        etag: Option<String>,
        /// The size; null if the answer bore none.
        size: Option<u64>,
        /// The bytes; null where none were asked for.
        content: Option<Vec<Piece>>,
        /// Its metadata, by name; null where no call of the history says any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        meta: Option<BTreeMap<String, String>>,
    },
    /// The entry of the key in a listing of objects; null if it has none.
    Listed {
        /// The entry.
        object: Option<SeenObject>,
    },
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeenObject {
    /// Its ETag, without quotes; null if the listing bore none.
    pub etag: Option<String>,
    /// Its size; null if the listing bore none.
    pub size: Option<u64>,
}

/// A part in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeenPart {
    /// Its number.
    pub number: u32,
    /// Its ETag, without quotes; null if the listing bore none.
    pub etag: Option<String>,
    /// Its size; null if the listing bore none.
    pub size: Option<u64>,
}

/// A run of bytes of one blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Piece {
    /// The blob; null for bytes that nobody sent.
    pub blob: Option<u64>,
    /// The first byte in it.
    pub start: u64,
    /// How many.
    pub len: u64,
}

impl History {
    /// About how many bytes it takes: a server can make the answers in it as long as it likes.
    pub fn weight(&self) -> usize {
        serde_json::to_string(self).expect("a history has no keys but texts").len()
    }
}

impl Call {
    /// Whether it had ended when another one began.
    pub fn is_before(&self, later: &Self) -> bool {
        self.end_us.is_some_and(|end| end < later.start_us)
    }

    /// Whether it completed an upload, by its answer.
    pub fn has_completed(&self, upload: &str) -> bool {
        matches!(&self.ask, Ask::CompleteUpload { upload: of, .. } if of == upload)
            && matches!(self.saw, Saw::Completed { .. })
    }

    /// Whether it aborted an upload, by its answer.
    pub fn has_aborted(&self, upload: &str) -> bool {
        matches!(&self.ask, Ask::AbortUpload { upload: of, .. } if of == upload) && self.saw == Saw::Done
    }
}

impl Ask {
    /// Whether it changes nothing, however it is answered.
    pub fn reads(&self) -> bool {
        matches!(
            self,
            Self::GetObject { .. }
                | Self::HeadObject { .. }
                | Self::ListParts { .. }
                | Self::ListUploads { .. }
                | Self::ListObjects { .. }
        )
    }

    /// The upload that is asked about.
    pub fn upload(&self) -> Option<&String> {
        match self {
            Self::UploadPart { upload, .. }
            | Self::UploadPartCopy { upload, .. }
            | Self::CompleteUpload { upload, .. }
            | Self::AbortUpload { upload, .. }
            | Self::ListParts { upload, .. } => Some(upload),
            _ => None,
        }
    }

    /// The key that is asked about.
    pub fn key(&self) -> &str {
        match self {
            Self::CreateUpload { key, .. }
            | Self::UploadPart { key, .. }
            | Self::UploadPartCopy { key, .. }
            | Self::CompleteUpload { key, .. }
            | Self::AbortUpload { key, .. }
            | Self::ListParts { key, .. }
            | Self::ListUploads { key }
            | Self::ListObjects { key }
            | Self::PutObject { key, .. }
            | Self::GetObject { key, .. }
            | Self::HeadObject { key }
            | Self::DeleteObject { key } => key,
        }
    }
}
