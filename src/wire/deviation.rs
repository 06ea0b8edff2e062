//! Aspects of an answer that are not as the documents promise, beside what the answer says.

use std::fmt;

/// An element or header of an answer that is missing, empty or odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// The operation, in the words of S3; `Error` for the document of a refusal.
    pub operation: &'static str,
    /// The element or header, such as `ETag` or `Part.Size`.
    pub aspect: &'static str,
    /// What was there in its place: `missing`, `empty`, or the odd value.
    pub seen: String,
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in the answer of {} is {}", self.aspect, self.operation, self.seen)
    }
}
