//! What is asked of one key, and what is answered.

use super::{Algorithm, Checksum, ChecksumType, Content, Md5, Meta, Object, Time, UploadId};

/// What a client asks of one key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// CreateMultipartUpload.
    Create {
        /// Metadata of the object to be.
        meta: Meta,
        /// The checksum that its parts and the object shall have.
        checksum: Option<(Algorithm, ChecksumType)>,
        /// Who asks.
        initiator: String,
        /// Whether the key has to be free.
        forbid_overwrite: bool,
        /// Whether the parts shall come in order, each once.
        sequential: bool,
    },
    /// The head of an UploadPart request: its body is under way.
    BeginPart {
        /// The upload.
        upload: UploadId,
        /// The number, as sent.
        number: i64,
        /// The declared size.
        size: Option<u64>,
        /// Which checksum comes with it.
        claimed: Claimed,
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
        /// Of which parts.
        list: List,
        /// What else the request asks.
        terms: Terms,
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
        /// What must hold of the object that is there.
        conditions: Conditions,
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
    /// Their checksum, by the algorithm that the server wants.
    pub checksum: Option<Checksum>,
    /// Which checksum came with them.
    pub claimed: Claimed,
}

/// Which checksum came with the bytes of a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Claimed {
    /// None.
    #[default]
    Nothing,
    /// One of this algorithm.
    With(Algorithm),
    /// The server copied the bytes itself.
    Copied,
}

/// What must hold of the object that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Conditions {
    /// There is one with this ETag.
    pub if_match: Option<String>,
    /// There is none.
    pub if_none: bool,
    /// There is none, in the words of OSS.
    pub forbid_overwrite: bool,
}

/// What a completion asks beside its list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Terms {
    /// What must hold of the object that is there.
    pub conditions: Conditions,
    /// The checksum of the object, as sent.
    pub checksum: Option<(Algorithm, String)>,
    /// What that checksum covers.
    pub checksum_type: Option<ChecksumType>,
    /// The size of the object.
    pub size: Option<u64>,
    /// Metadata that the object gets beside that of its creation.
    pub meta: Meta,
}

/// Of which parts an object is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum List {
    /// Of these, as sent.
    Parts(Vec<ListedPart>),
    /// Of all that have arrived.
    All,
}

/// An entry of the list in a CompleteMultipartUpload request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ListedPart {
    /// The number, as sent.
    pub number: i64,
    /// The ETag, as sent.
    pub etag: String,
    /// Checksums, as sent.
    pub checksums: Vec<(Algorithm, String)>,
}

/// What a server chooses by itself when something comes into being.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// A fresh upload id.
    pub id: Option<UploadId>,
    /// The present time.
    pub at: Time,
    /// An ETag, where the rules leave it to the server.
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
    /// The body may come; its checksum by this algorithm is wanted.
    Continue(Algorithm),
    /// The part, or the object, was stored under this ETag.
    Stored(String),
    /// The object exists now, under this ETag.
    Completed(String),
    /// Done; nothing to tell.
    Done,
    /// A page of parts.
    Parts(PartsPage),
    /// The uploads of the key, in the order of listings.
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
    /// The checksum that was asked for at its creation.
    pub checksum: Option<(Algorithm, ChecksumType)>,
    /// Who created it.
    pub initiator: String,
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
    /// Its checksum, if the upload has an algorithm, or the rules have one that is always shown.
    pub checksum: Option<Checksum>,
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
    /// A listed part that was never sent, or has another ETag now; or a list that leaves parts out.
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
    /// A part comes with another checksum than the upload's, or without one.
    OtherAlgorithm {
        /// The upload's.
        expected: Algorithm,
        /// The part's.
        sent: Option<Algorithm>,
    },
    /// A listed part lacks its checksum.
    ListedWithoutChecksum {
        /// The upload's algorithm.
        algorithm: Algorithm,
        /// The number.
        number: i64,
    },
    /// A listed part bears a checksum of another algorithm.
    ListedOtherAlgorithm {
        /// The algorithm.
        algorithm: Algorithm,
        /// The number.
        number: i64,
    },
    /// With checksums, part numbers have to be consecutive from one.
    NotConsecutive(UploadId),
    /// The completion names another type of checksum than the creation; `None` if that named none.
    OtherChecksumType(Option<ChecksumType>),
    /// The checksum of the object differs.
    ObjectChecksum(Algorithm),
    /// The size of the object differs.
    ObjectSize {
        /// As sent.
        stated: u64,
        /// As it is.
        computed: u64,
    },
    /// A condition does not hold.
    Precondition(Condition),
    /// A condition is stated, and the key was written or deleted since the upload was created.
    Conflict(Condition),
    /// The key is taken, and must not be overwritten.
    AlreadyExists,
    /// A part of a sequential upload is out of its turn.
    NotSequential {
        /// Its number.
        number: u32,
        /// The number whose turn it is.
        next: u32,
    },
    /// A part of a sequential upload is there already.
    PartExists {
        /// Its number.
        number: u32,
        /// The ETag of the part that is there.
        etag: String,
    },
}

/// A condition on the object that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// If-Match.
    IfMatch,
    /// If-None-Match.
    IfNoneMatch,
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
    /// See [`Refusal::InvalidPartOrder`] and [`Refusal::NotConsecutive`].
    InvalidPartOrder,
    /// See [`Refusal::TooSmall`].
    EntityTooSmall,
    /// See [`Refusal::TooLarge`].
    EntityTooLarge,
    /// See [`Refusal::NoSuchKey`].
    NoSuchKey,
    /// See [`Refusal::OtherAlgorithm`] and what else contradicts the creation.
    InvalidRequest,
    /// See [`Refusal::ObjectChecksum`] and [`Refusal::ListedOtherAlgorithm`].
    BadDigest,
    /// See [`Refusal::Precondition`].
    PreconditionFailed,
    /// See [`Refusal::Conflict`].
    ConditionalRequestConflict,
    /// See [`Refusal::AlreadyExists`].
    FileAlreadyExists,
    /// See [`Refusal::NotSequential`].
    PartNotSequential,
    /// See [`Refusal::PartExists`].
    PartAlreadyExist,
}

impl Refusal {
    /// The kind of refusal.
    pub fn code(&self) -> Code {
        match self {
            Self::NoSuchUpload(_) => Code::NoSuchUpload,
            Self::PartNumber(_) | Self::ListedNumber(_) => Code::InvalidArgument,
            Self::EmptyList => Code::MalformedXml,
            Self::InvalidPart { .. } => Code::InvalidPart,
            Self::InvalidPartOrder(_) | Self::NotConsecutive(_) => Code::InvalidPartOrder,
            Self::TooSmall { .. } => Code::EntityTooSmall,
            Self::TooLarge { .. } => Code::EntityTooLarge,
            Self::NoSuchKey => Code::NoSuchKey,
            Self::OtherAlgorithm { .. }
            | Self::ListedWithoutChecksum { .. }
            | Self::OtherChecksumType(_)
            | Self::ObjectSize { .. } => Code::InvalidRequest,
            Self::ListedOtherAlgorithm { .. } | Self::ObjectChecksum(_) => Code::BadDigest,
            Self::Precondition(_) => Code::PreconditionFailed,
            Self::Conflict(_) => Code::ConditionalRequestConflict,
            Self::AlreadyExists => Code::FileAlreadyExists,
            Self::NotSequential { .. } => Code::PartNotSequential,
            Self::PartExists { .. } => Code::PartAlreadyExist,
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
