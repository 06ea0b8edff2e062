//! Mistakes about what OSS alone promises.

pub(super) mod answers;
pub(super) mod callbacks;
pub(super) mod copies;
pub(super) mod requests;
pub(super) mod signatures;
