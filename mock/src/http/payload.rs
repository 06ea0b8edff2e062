//! What a signature says of the body that comes with it.

use super::sigv4::Signer;

/// Who asks, and what was signed about the body.
#[derive(Debug)]
pub(crate) struct Signed {
    /// The access key; `None` for a request that is not signed.
    pub(crate) principal: Option<String>,
    pub(crate) payload: Payload,
}

/// What the request says about its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// Nothing.
    Unsigned,
    /// Its SHA-256.
    Sha256(String),
    /// It comes in chunks.
    Chunks {
        /// What signs each of them.
        signer: Option<ChunkSigner>,
        /// Whether a trailer follows.
        trailer: bool,
    },
}

/// Signs chunk after chunk, each with the signature before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChunkSigner {
    pub(crate) signer: Signer,
    pub(crate) previous: String,
}

impl Payload {
    /// The digest that the signature names, if it names one.
    pub(crate) fn sha256(&self) -> Option<String> {
        match self {
            Self::Sha256(named) => Some(named.clone()),
            _ => None,
        }
    }
}
