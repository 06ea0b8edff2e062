//! What is left out of the checks of a signature, by deliberate mistakes.

use crate::defects::{Defect, Defects};

/// Which checks are left out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Leniency {
    pub(crate) skew: bool,
    pub(crate) expiry: bool,
    pub(crate) signature: bool,
    pub(crate) region: bool,
    pub(crate) unsigned_headers: bool,
    pub(crate) tokens: bool,
    /// A request is signed in its header and in its URL.
    pub(crate) two_signatures: bool,
    pub(crate) v1_date: bool,
    pub(crate) v1_expiry: bool,
    pub(crate) v1_part_number: bool,
    pub(crate) v4_expiry: bool,
    pub(crate) v1_signature: bool,
    pub(crate) v4_signature: bool,
    /// The reverse: clocks have to agree to the minute.
    pub(crate) no_skew: bool,
    /// The reverse: nobody comes in with temporary credentials.
    pub(crate) no_tokens: bool,
}

impl Leniency {
    /// What the defects of a server leave out.
    pub(crate) fn of(defects: &Defects) -> Self {
        let has = |defect| defects.has(defect);
        Self {
            skew: has(Defect::IgnoreSkew),
            expiry: has(Defect::IgnoreExpiry),
            signature: has(Defect::IgnoreSignatures),
            region: has(Defect::IgnoreRegion),
            unsigned_headers: has(Defect::IgnoreUnsignedHeaders),
            tokens: has(Defect::IgnoreTokens),
            two_signatures: has(Defect::TakeTwoSignatures),
            v1_date: has(Defect::V1TakesAnyDate),
            v1_expiry: has(Defect::V1IgnoresExpiry),
            v1_part_number: has(Defect::V1IgnoresPartNumber),
            v4_expiry: has(Defect::V4IgnoresExpiry),
            v1_signature: has(Defect::V1IgnoresSignature),
            v4_signature: has(Defect::V4IgnoresSignature),
            no_skew: has(Defect::RefuseSlightSkew),
            no_tokens: has(Defect::RefuseTokens),
        }
    }
}
