//! The rules of multipart upload, once: pure, without I/O, clock or randomness.
//!
//! Operations on one key have two faces over one set of decisions (`decide.rs`):
//! [`apply`] gives one lawful answer and changes the state (the mock);
//! [`admits`] gives every state in which an observed answer is lawful (the oracle).
//! Listings of a bucket (`listing.rs`) go over its keys. Ids, times and contents come from outside; whether a body is the
//! one that its checksum claims was looked at before.

mod admits;
mod apply;
pub(crate) mod checksum;
pub(crate) mod complete;
mod content;
pub(crate) mod decide;
pub(crate) mod listing;
mod operation;
mod rules;
mod state;

pub use admits::{UNSEEN, admits, lawful};
pub use apply::apply;
pub use checksum::{Algorithm, Checksum, ChecksumType, Hasher, ObjectChecksum};
pub use content::{Blob, Content, Slice};
pub use listing::{ListedUpload, UploadsPage, UploadsQuery, list_uploads};
pub use operation::{
    Answer, Body, Claimed, Code, Condition, Conditions, Event, Given, List, ListedPart, Observed, Operation,
    PartEntry, PartsPage, Refusal, Terms,
};
pub use rules::{
    CompletionAfterWrite, ETags, Limits, Repeated, Rules, UnknownAbort, UnlistedParts, UploadOrder,
};
pub use state::{Ending, KeyState, Md5, Meta, Object, ObjectPart, Part, Time, Upload, UploadId};
