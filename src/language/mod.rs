//! The words of cases that stand for values: sizes and numbers, names of keys, parts and uploads, checksums,
//! times. What is read here knows no operation and no answer.

mod callback;
mod checksum;
mod copy_source;
mod delay;
mod expression;
mod hang_up;
mod offset;
mod reference;
mod scalar;

pub use callback::{Callback, CallbackAnswer, CallbackBody, CallbackBy, RawCallback};
pub use checksum::{Algorithm, ChecksumClaim, ChecksumType, ListedChecksum, Rightness};
pub use copy_source::CopySource;
pub use delay::Delay;
pub use expression::{Expr, Missing, Sizes};
pub use hang_up::HangUp;
pub use offset::Offset;
pub(crate) use reference::is_name;
pub use reference::{
    ByteRange, CompletedEntry, CompletedList, ContentItem, ETagForm, KeyName, ListedNumber, Numbers,
    PartNumber, PartRef, UploadRef,
};
pub(crate) use scalar::{scalar, scalar_or_map, scalar_or_seq};
