//! Checksums of what was sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// A checksum algorithm of S3 or OSS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-32.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/XZ, which OSS tells by itself.
    Crc64ecma,
    /// CRC-64/NVME.
    Crc64nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Checksum {
    /// The name in headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "crc32",
            Self::Crc32c => "crc32c",
            Self::Crc64ecma => "crc64ecma",
            Self::Crc64nvme => "crc64nvme",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// The header of a value.
    pub fn header(self) -> String {
        match self {
            Self::Crc64ecma => "x-oss-hash-crc64ecma".to_owned(),
            other => format!("x-amz-checksum-{}", other.name()),
        }
    }

    /// The element of a value.
    pub fn element(self) -> String {
        match self {
            Self::Crc64ecma => "HashCrc64ecma".to_owned(),
            other => format!("Checksum{}", other.name().to_uppercase()),
        }
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        let crc = |algorithm, size: usize| checksum(algorithm, bytes).to_be_bytes()[8 - size..].to_vec();
        match self {
            Self::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc, 4),
            Self::Crc32c => crc(CrcAlgorithm::Crc32Iscsi, 4),
            Self::Crc64ecma => crc(CrcAlgorithm::Crc64Xz, 8),
            Self::Crc64nvme => crc(CrcAlgorithm::Crc64Nvme, 8),
            Self::Sha1 => Sha1::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
        }
    }

    /// The value of some bytes.
    pub fn of(self, bytes: &[u8]) -> String {
        self.text(&self.digest(bytes))
    }

    /// As headers and elements have it: S3 in base64, OSS as a decimal number.
    fn text(self, digest: &[u8]) -> String {
        match self {
            Self::Crc64ecma => {
                digest.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte)).to_string()
            }
            _ => STANDARD.encode(digest),
        }
    }

    /// A value of the right form that is not that of the bytes.
    pub fn other_than(self, bytes: &[u8]) -> String {
        let mut digest = self.digest(bytes);
        digest[0] ^= 0xff;
        self.text(&digest)
    }

    /// The value over the values of parts, with their number behind it.
    pub fn composite<'b>(self, parts: impl IntoIterator<Item = &'b [u8]>) -> String {
        let digests: Vec<Vec<u8>> = parts.into_iter().map(|part| self.digest(part)).collect();
        format!("{}-{}", self.of(&digests.concat()), digests.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_documents() {
        let letters = [b'A', b'B', b'C'].map(|letter| vec![letter; 5 << 20]);
        let parts = || letters.iter().map(Vec::as_slice);
        assert_eq!(Checksum::Crc32.composite(parts()), "Z+ry2Q==-3");
        assert_eq!(Checksum::Sha256.composite(parts()), "uWBwpe1dxI4Vw8Gf0X9ynOdw/SS6VBzfWm9giiv1sf4=-3");
        assert_eq!(Checksum::Crc64nvme.of(&letters.concat()), "i+6LR0y3eFo=");
        assert_ne!(Checksum::Sha1.of(b"a"), Checksum::Sha1.other_than(b"a"));
        let [a, b, c] = letters.each_ref().map(|letter| Checksum::Crc64ecma.of(letter));
        assert_eq!([&*a, &*b, &*c], ["13998473907625856268", "9813215583196983424", "12823580273455408132"]);
        assert_eq!(Checksum::Crc64ecma.of(&letters.concat()), "4158647184891736421");
        assert_eq!(Checksum::Crc64ecma.of(b"123456789"), "11051210869376104954");
    }
}
