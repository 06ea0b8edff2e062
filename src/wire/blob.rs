//! Bytes of the suite's own making, with their digests.

use std::sync::OnceLock;

use bytes::Bytes;
use md5::{Digest, Md5};
use sha2::Sha256;

/// Bytes with digests that are computed once.
#[derive(Debug)]
pub struct Blob {
    /// The bytes.
    pub bytes: Bytes,
    /// What they were made from, for the evidence.
    pub made_from: String,
    md5: OnceLock<[u8; 16]>,
    sha256: OnceLock<String>,
}

impl Blob {
    /// Keeps bytes.
    pub fn new(bytes: Bytes, made_from: String) -> Self {
        Self { bytes, made_from, md5: OnceLock::new(), sha256: OnceLock::new() }
    }

    /// The MD5 of the bytes.
    pub fn md5(&self) -> [u8; 16] {
        *self.md5.get_or_init(|| Md5::digest(&self.bytes).into())
    }

    /// The SHA-256 of the bytes, in hex.
    pub fn sha256(&self) -> &str {
        self.sha256.get_or_init(|| hex::encode(Sha256::digest(&self.bytes)))
    }

    /// How many they are.
    pub fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}
