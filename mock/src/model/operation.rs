//! What is asked of one key, and what is answered.

use super::{Content, Md5, Meta, Object, Time, UploadId};

/// What a client asks of one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// CreateMultipartUpload.
    Create {
        /// Metadata of the object to be.
        meta: Meta,
    },
    /// The head of an UploadPart request: its body is under way.
    BeginPart {
        /// The upload.
        upload: UploadId,
        /// The number, as sent.
        number: i64,
        /// The declared size.
        size: Option<u64>,
    },
    /// UploadPart, with its body arrived.
    UploadPart {
        /// The upload.
        upload: UploadId,
        /// The number, as sent.
        number: i64,
        /// What arrived.
        body: Body,
    },
    /// CompleteMultipartUpload.
    Complete {
        /// The upload.
        upload: UploadId,
        /// The list of the request, as sent.
        list: Vec<ListedPart>,
    },
    /// AbortMultipartUpload.
    Abort {
        /// The upload.
        upload: UploadId,
    },
    /// ListParts.
    ListParts {
        /// The upload.
        upload: UploadId,
        /// Only numbers above this one.
        after: u32,
        /// At most so many.
        max: u32,
    },
    /// The uploads of this key, as a share of ListMultipartUploads.
    ListUploads,
    /// PutObject.
    Put {
        /// What arrived.
        body: Body,
        /// Metadata of the object.
        meta: Meta,
    },
    /// GetObject.
    Get,
    /// HeadObject.
    Head,
    /// DeleteObject.
    Delete,
}

/// Bytes that arrived, with their digest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Body {
    /// The bytes.
    pub content: Content,
    /// Their MD5.
    pub md5: Md5,
}

/// An entry of the list in a CompleteMultipartUpload request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListedPart {
    /// The number, as sent.
    pub number: i64,
    /// The ETag, as sent.
    pub etag: String,
}

/// What a server chooses by itself when something comes into being.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// A fresh upload id.
    pub id: Option<UploadId>,
    /// The present time.
    pub at: Time,
    /// An ETag, where ETags are opaque.
    pub etag: Option<String>,
}

/// An operation together with what the server chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What is asked.
    pub operation: Operation,
    /// What is chosen.
    pub given: Given,
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An upload with this id exists now.
    Created(UploadId),
    /// The body may come.
    Continue,
    /// The part, or the object, was stored under this ETag.
    Stored(String),
    /// The object exists now, under this ETag.
    Completed(String),
    /// Done; nothing to tell.
    Done,
    /// A page of parts.
    Parts(PartsPage),
    /// The uploads of the key, oldest first.
    Uploads(Vec<(UploadId, Time)>),
    /// The object, for Get and Head alike.
    Object(Box<Object>),
    /// Refused; nothing was changed.
    Refused(Refusal),
}

/// A page of ListParts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartsPage {
    /// The parts, by ascending number.
    pub parts: Vec<PartEntry>,
    /// Whether more follow.
    pub truncated: bool,
    /// When the upload was created.
    pub initiated: Time,
}

/// A part in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartEntry {
    /// Number.
    pub number: u32,
    /// ETag without quotes.
    pub etag: String,
    /// Size in bytes.
    pub size: u64,
    /// When it arrived.
    pub arrived: Time,
}

/// Why something is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The upload does not exist, or no longer.
    NoSuchUpload(UploadId),
    /// A number outside the range.
    PartNumber(i64),
    /// A number below one in the list of a completion.
    ListedNumber(i64),
    /// No entry in the list.
    EmptyList,
    /// A listed part that was never sent, or has another ETag now.
    InvalidPart {
        /// The upload.
        upload: UploadId,
        /// The number.
        number: i64,
        /// The ETag that was listed.
        etag: String,
    },
    /// The list does not ascend.
    InvalidPartOrder(UploadId),
    /// A part other than the last is too small.
    TooSmall {
        /// Its number.
        number: u32,
        /// Its ETag.
        etag: String,
        /// Its size.
        size: u64,
        /// The smallest size.
        least: u64,
    },
    /// A part or an object is too large.
    TooLarge {
        /// Its size.
        size: u64,
        /// The largest size.
        most: u64,
    },
    /// No object there.
    NoSuchKey,
}

/// Why something is refused, without the particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// See [`Refusal::NoSuchUpload`].
    NoSuchUpload,
    /// See [`Refusal::PartNumber`] and [`Refusal::ListedNumber`].
    InvalidArgument,
    /// See [`Refusal::EmptyList`].
    MalformedXml,
    /// See [`Refusal::InvalidPart`].
    InvalidPart,
    /// See [`Refusal::InvalidPartOrder`].
    InvalidPartOrder,
    /// See [`Refusal::TooSmall`].
    EntityTooSmall,
    /// See [`Refusal::TooLarge`].
    EntityTooLarge,
    /// See [`Refusal::NoSuchKey`].
    NoSuchKey,
}

impl Refusal {
    /// The kind of refusal.
    pub fn code(&self) -> Code {
        match self {
            Self::NoSuchUpload(_) => Code::NoSuchUpload,
            Self::PartNumber(_) | Self::ListedNumber(_) => Code::InvalidArgument,
            Self::EmptyList => Code::MalformedXml,
            Self::InvalidPart { .. } => Code::InvalidPart,
            Self::InvalidPartOrder(_) => Code::InvalidPartOrder,
            Self::TooSmall { .. } => Code::EntityTooSmall,
            Self::TooLarge { .. } => Code::EntityTooLarge,
            Self::NoSuchKey => Code::NoSuchKey,
        }
    }
}

/// What a client saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// An answer that was no refusal.
    Answered(Answer),
    /// A refusal.
    Refused(Code),
    /// A time-out, a reset or a 5xx: it may or may not have happened.
    Nothing,
}
