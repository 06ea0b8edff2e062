//! What sets one operation apart from others.

/// What the rest of the suite has to know of an operation, without knowing which one it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile<'a> {
    /// It changes nothing.
    pub reads: bool,
    /// The model of multipart upload knows it.
    pub modelled: bool,
    /// Its answer has no body.
    pub head: bool,
    /// The documents let an Error come inside a 200.
    pub late_error: bool,
    /// It reads a sub-resource, which a server may pass over and answer the object.
    pub sub_resource: bool,
    /// It lists what the server has, and the case names no prefix: what other rows have is passed over.
    pub own_only: bool,
    /// It follows the markers of a listing of uploads to its last page.
    pub walks_uploads: bool,
    /// Another server is called back.
    pub called_back: bool,
    /// It is a request in words of HTTP, whose meaning its case says.
    pub by_hand: bool,
    /// It names the bucket in the path, however the endpoint is addressed.
    pub in_path: bool,
    /// It stops in the middle of its body.
    pub stop: Option<Stop<'a>>,
}

/// A request that stops in the middle of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop<'a> {
    /// It waits for a `release` of this name.
    Hold(&'a str),
    /// Its connection is closed.
    Cut,
}

/// What is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests, clean-up included.
    pub requests: u64,
    /// Bytes of bodies.
    pub bytes: u64,
    /// Bytes that the server copies.
    pub copied: u64,
}

impl Cost {
    /// Requests without a body.
    pub const fn requests(requests: u64) -> Self {
        Self { requests, bytes: 0, copied: 0 }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            requests: self.requests.saturating_add(other.requests),
            bytes: self.bytes.saturating_add(other.bytes),
            copied: self.copied.saturating_add(other.copied),
        }
    }
}
