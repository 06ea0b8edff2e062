//! The rules of multipart upload, once: pure, without I/O, clock or randomness.
//!
//! Two faces over one set of decisions (`decide.rs`):
//! [`apply`] gives one lawful answer and changes the state (the mock);
//! [`admits`] gives every state in which an observed answer is lawful (the oracle).
//! Ids, times and contents come from outside.

mod admits;
mod apply;
mod checksum;
mod complete;
mod content;
mod decide;
mod listing;
mod operation;
mod rules;
mod state;

pub use admits::{UNSEEN, admits, lawful};
pub use apply::apply;
pub(crate) use checksum::combined;
pub use checksum::{Algorithm, Checksum, ChecksumType, Hasher, ObjectChecksum};
pub(crate) use complete::{all_of, as_sent, is_gapless, objects};
pub use content::{Blob, Content, Slice};
pub(crate) use decide::{etag_of_bytes, unquoted};
pub use listing::{ListedUpload, UploadsPage, UploadsQuery, list_uploads};
pub(crate) use listing::{entries, page};
pub use operation::{
    Answer, Body, Claimed, Code, Condition, Conditions, Event, Given, List, ListedPart, Observed, Operation,
    PartEntry, PartsPage, Refusal, Terms,
};
pub use rules::{ETags, Limits, Repeated, Rules, Unlisted, UploadOrder};
pub use state::{Ending, KeyState, Md5, Meta, Object, ObjectPart, Part, Time, Upload, UploadId};
