//! What the digests alone cost, on one core.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crc_fast::CrcAlgorithm;
use md5::{Digest, Md5};
use sha2::Sha256;

/// Seconds a byte.
pub(crate) struct Hashing {
    md5: f64,
    sha256: f64,
    crc64: f64,
}

impl Hashing {
    pub(crate) fn measure() -> Self {
        let bytes: Vec<u8> =
            (0..8_u32 << 20).map(|i| i.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
        Self {
            md5: cost(&bytes, |bytes| _ = black_box(Md5::digest(bytes))),
            sha256: cost(&bytes, |bytes| _ = black_box(Sha256::digest(bytes))),
            crc64: cost(&bytes, |bytes| _ = black_box(crc_fast::checksum(CrcAlgorithm::Crc64Nvme, bytes))),
        }
    }

    /// The server knows no body: each is hashed for its ETag, its signature and its checksum.
    pub(crate) fn server(&self, received: u64) -> Duration {
        Duration::from_secs_f64(received as f64 * (self.md5 + self.sha256 + self.crc64))
    }

    /// The client hashes what it made once, and what it reads each time.
    pub(crate) fn client(&self, made: u64, read: u64) -> Duration {
        Duration::from_secs_f64(made as f64 * (self.md5 + self.sha256) + read as f64 * self.sha256)
    }
}

fn cost(bytes: &[u8], digest: impl Fn(&[u8])) -> f64 {
    let time = |_| {
        let start = Instant::now();
        digest(black_box(bytes));
        start.elapsed().as_secs_f64()
    };
    // Others use the machine too: the fastest of a few is the cost.
    (0..5).map(time).fold(f64::INFINITY, f64::min) / bytes.len() as f64
}
