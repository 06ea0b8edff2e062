//! Checksums of parts and objects: which there are, and how those of parts make up that of the object.

use std::fmt;
use std::hash::Hasher as _;
use std::str::FromStr;

use crc_fast::{CrcAlgorithm, checksum_combine};
use md5::Md5;
use schemars::JsonSchema;
use serde::Deserialize;
use sha1::{Digest as _, Sha1};
use sha2::{Sha256, Sha512};
use twox_hash::{XxHash3_64, XxHash3_128, XxHash64};

/// An algorithm of additional checksums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// CRC-32 as in zip files.
    Crc32,
    /// CRC-32 of Castagnoli.
    Crc32c,
    /// CRC-64 as in NVM Express.
    #[default]
    Crc64nvme,
    /// CRC-64 as in xz, which OSS computes and nobody can ask for.
    Crc64ecma,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
    /// MD5, as an additional checksum.
    Md5,
    /// XXH64.
    Xxhash64,
    /// XXH3 of 64 bits.
    Xxhash3,
    /// XXH3 of 128 bits.
    Xxhash128,
}

impl Algorithm {
    /// Every algorithm that S3 knows.
    pub const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64nvme,
        Self::Sha1,
        Self::Sha256,
        Self::Sha512,
        Self::Md5,
        Self::Xxhash64,
        Self::Xxhash3,
        Self::Xxhash128,
    ];

    /// The name in headers that take one.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64nvme => "CRC64NVME",
            Self::Crc64ecma => "CRC64ECMA",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
            Self::Md5 => "MD5",
            Self::Xxhash64 => "XXHASH64",
            Self::Xxhash3 => "XXHASH3",
            Self::Xxhash128 => "XXHASH128",
        }
    }

    /// The size of a value in bytes.
    pub fn size(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64nvme | Self::Crc64ecma | Self::Xxhash64 | Self::Xxhash3 => 8,
            Self::Md5 | Self::Xxhash128 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// The type of an object's checksum where a creation names an algorithm and no type.
    pub fn default_type(self) -> ChecksumType {
        match self {
            Self::Crc64nvme | Self::Crc64ecma => ChecksumType::FullObject,
            _ => ChecksumType::Composite,
        }
    }

    /// Whether an object of parts can have this type.
    pub fn allows(self, checksum_type: ChecksumType) -> bool {
        match checksum_type {
            ChecksumType::Composite => !matches!(self, Self::Crc64nvme | Self::Crc64ecma),
            ChecksumType::FullObject => self.crc().is_some(),
        }
    }

    /// The algorithm of a CRC, which alone can be put together from those of parts.
    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Crc64ecma => Some(CrcAlgorithm::Crc64Xz),
            _ => None,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Algorithm {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name).ok_or(())
    }
}

/// What the checksum of an object of parts covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumType {
    /// The checksums of its parts.
    Composite,
    /// All its bytes.
    FullObject,
}

impl ChecksumType {
    /// The name in headers and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Composite => "COMPOSITE",
            Self::FullObject => "FULL_OBJECT",
        }
    }
}

impl fmt::Display for ChecksumType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ChecksumType {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Composite, Self::FullObject].into_iter().find(|of| of.name() == name).ok_or(())
    }
}

/// The checksum of some bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checksum {
    /// By which algorithm.
    pub algorithm: Algorithm,
    /// Its bytes.
    pub value: Vec<u8>,
}

/// The checksum of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectChecksum {
    /// The value.
    pub checksum: Checksum,
    /// What it covers.
    pub checksum_type: ChecksumType,
}

/// The checksum of an object of these parts, each with its size: over their checksums, or over all their bytes.
pub(crate) fn combined(
    algorithm: Algorithm,
    checksum_type: ChecksumType,
    parts: &[(&Checksum, u64)],
) -> Option<ObjectChecksum> {
    if parts.iter().any(|(part, _)| part.algorithm != algorithm || part.value.len() != algorithm.size()) {
        return None;
    }
    let value = match checksum_type {
        ChecksumType::Composite => {
            let mut hasher = Hasher::new(algorithm);
            parts.iter().for_each(|(part, _)| hasher.update(&part.value));
            hasher.finish().value
        }
        ChecksumType::FullObject => {
            let crc = algorithm.crc()?;
            let number = |value: &[u8]| value.iter().fold(0u64, |all, byte| all << 8 | u64::from(*byte));
            let ((first, _), rest) = parts.split_first()?;
            let all = rest.iter().fold(number(&first.value), |all, (part, size)| {
                checksum_combine(crc, all, number(&part.value), *size)
            });
            big_endian(all, algorithm.size())
        }
    };
    Some(ObjectChecksum { checksum: Checksum { algorithm, value }, checksum_type })
}

fn big_endian(value: u64, size: usize) -> Vec<u8> {
    value.to_be_bytes()[8 - size..].to_vec()
}

/// Computes a checksum piece by piece.
pub struct Hasher {
    algorithm: Algorithm,
    state: HasherState,
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

enum HasherState {
    Crc(crc_fast::Digest),
    Md5(Md5),
    Sha1(Sha1),
    Sha256(Sha256),
    Sha512(Sha512),
    Xxhash64(XxHash64),
    // Boxed: their buffers are many times as large as the other states.
    Xxhash3(Box<XxHash3_64>),
    Xxhash128(Box<XxHash3_128>),
}

impl Hasher {
    /// Begins.
    pub fn new(algorithm: Algorithm) -> Self {
        let crc = |algorithm| HasherState::Crc(crc_fast::Digest::new(algorithm));
        let state = match algorithm {
            Algorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc),
            Algorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi),
            Algorithm::Crc64nvme => crc(CrcAlgorithm::Crc64Nvme),
            Algorithm::Crc64ecma => crc(CrcAlgorithm::Crc64Xz),
            Algorithm::Md5 => HasherState::Md5(Md5::new()),
            Algorithm::Sha1 => HasherState::Sha1(Sha1::new()),
            Algorithm::Sha256 => HasherState::Sha256(Sha256::new()),
            Algorithm::Sha512 => HasherState::Sha512(Sha512::new()),
            Algorithm::Xxhash64 => HasherState::Xxhash64(XxHash64::with_seed(0)),
            Algorithm::Xxhash3 => HasherState::Xxhash3(Box::new(XxHash3_64::new())),
            Algorithm::Xxhash128 => HasherState::Xxhash128(Box::new(XxHash3_128::new())),
        };
        Self { algorithm, state }
    }

    /// Takes a piece in.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.state {
            HasherState::Crc(digest) => digest.update(piece),
            HasherState::Md5(digest) => digest.update(piece),
            HasherState::Sha1(digest) => digest.update(piece),
            HasherState::Sha256(digest) => digest.update(piece),
            HasherState::Sha512(digest) => digest.update(piece),
            HasherState::Xxhash64(hash) => hash.write(piece),
            HasherState::Xxhash3(hash) => hash.write(piece),
            HasherState::Xxhash128(hash) => hash.write(piece),
        }
    }

    /// Ends. Numbers are written with the highest byte first, as in xxHash's canonical form.
    pub fn finish(self) -> Checksum {
        let value = match self.state {
            HasherState::Crc(digest) => big_endian(digest.finalize(), self.algorithm.size()),
            HasherState::Md5(digest) => digest.finalize().to_vec(),
            HasherState::Sha1(digest) => digest.finalize().to_vec(),
            HasherState::Sha256(digest) => digest.finalize().to_vec(),
            HasherState::Sha512(digest) => digest.finalize().to_vec(),
            HasherState::Xxhash64(hash) => hash.finish().to_be_bytes().to_vec(),
            HasherState::Xxhash3(hash) => hash.finish().to_be_bytes().to_vec(),
            HasherState::Xxhash128(hash) => hash.finish_128().to_be_bytes().to_vec(),
        };
        Checksum { algorithm: self.algorithm, value }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn checksum(algorithm: Algorithm, bytes: &[u8]) -> Checksum {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(bytes);
        hasher.finish()
    }

    #[test]
    fn check_values_of_the_crcs() {
        for (algorithm, check) in [
            (Algorithm::Crc32, "cbf43926"),
            (Algorithm::Crc32c, "e3069283"),
            (Algorithm::Crc64nvme, "ae8b14860a799888"),
            (Algorithm::Crc64ecma, "995dc9bbdf1939fa"),
        ] {
            assert_eq!(hex::encode(checksum(algorithm, b"123456789").value), check);
        }
    }

    /// The values of `abc`: NIST's of SHA-512, RFC 1321's of MD5, and what xxhsum prints.
    #[test]
    fn check_values_of_the_hashes() {
        for (algorithm, check) in [
            (
                Algorithm::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
            (Algorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Algorithm::Xxhash64, "44bc2cf5ad770999"),
            (Algorithm::Xxhash3, "78af5f94892f3950"),
            (Algorithm::Xxhash128, "06b05ab6733a618578af5f94892f3950"),
        ] {
            let value = checksum(algorithm, b"abc").value;
            assert_eq!((hex::encode(&value), value.len()), (check.to_owned(), algorithm.size()));
            assert_eq!(algorithm.default_type(), ChecksumType::Composite);
            assert!(!algorithm.allows(ChecksumType::FullObject));
        }
    }

    /// Three parts of 5 MiB, of the letters A, B and C.
    #[test]
    fn parts_make_up_the_object() {
        const PART: usize = 5 << 20;
        let parts = [b'A', b'B', b'C'].map(|letter| vec![letter; PART]);
        for (algorithm, of, expected) in [
            (Algorithm::Crc32, ChecksumType::Composite, "Z+ry2Q=="),
            (Algorithm::Crc32, ChecksumType::FullObject, "WgDhBQ=="),
            (Algorithm::Crc32c, ChecksumType::Composite, "g9DPqQ=="),
            (Algorithm::Crc32c, ChecksumType::FullObject, "xU+Krw=="),
            (Algorithm::Crc64nvme, ChecksumType::FullObject, "i+6LR0y3eFo="),
            (Algorithm::Crc64ecma, ChecksumType::FullObject, "ObZ7lMmmcWU="),
            (Algorithm::Sha1, ChecksumType::Composite, "sizjvY4eud3MrcHdZM3cQ/ol39o="),
            (Algorithm::Sha256, ChecksumType::Composite, "uWBwpe1dxI4Vw8Gf0X9ynOdw/SS6VBzfWm9giiv1sf4="),
        ] {
            let checksums = parts.each_ref().map(|part| checksum(algorithm, part));
            let listed: Vec<_> = checksums.iter().map(|part| (part, PART as u64)).collect();
            let object = combined(algorithm, of, &listed).expect("the type is allowed");
            assert_eq!(STANDARD.encode(object.checksum.value), expected, "{algorithm} {of}");
        }
    }

    #[test]
    fn digests_that_cannot_be_combined_are_refused() {
        let part = checksum(Algorithm::Sha1, b"a");
        assert_eq!(combined(Algorithm::Sha1, ChecksumType::FullObject, &[(&part, 1)]), None);
        assert_eq!(combined(Algorithm::Crc32, ChecksumType::FullObject, &[(&part, 1)]), None);
        assert!(!Algorithm::Crc64nvme.allows(ChecksumType::Composite));
    }
}
