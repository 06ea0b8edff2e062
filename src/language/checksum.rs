//! Checksums as steps send and claim them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use super::reference::PartRef;
use super::scalar::scalar_or_map;

/// A checksum algorithm of S3 or OSS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// CRC-32.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/XZ, by the name of its polynomial, as OSS writes it.
    Crc64ecma,
    /// CRC-64/NVME.
    Crc64nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// Those of S3.
    pub const OF_S3: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64nvme, Self::Sha1, Self::Sha256];

    /// The name in case files.
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

    /// The capability of a server that knows it.
    pub fn capability(self) -> &'static str {
        match self {
            Self::Crc32 => "checksum_crc32",
            Self::Crc32c => "checksum_crc32c",
            Self::Crc64ecma => "checksum_crc64ecma",
            Self::Crc64nvme => "checksum_crc64nvme",
            Self::Sha1 => "checksum_sha1",
            Self::Sha256 => "checksum_sha256",
        }
    }
}

/// What the checksum of an object covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChecksumType {
    /// The checksums of its parts.
    Composite,
    /// All its bytes.
    FullObject,
}

/// Whether a value that is sent is that of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rightness {
    /// It is.
    Right,
    /// It is not.
    Wrong,
    /// It is no value of the algorithm.
    Malformed,
}

/// What the checksum of an answer must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChecksumClaim {
    /// That of the bytes sent by the step itself.
    Right,
    /// That of the parts' checksums.
    Composite,
    /// That of all bytes of the object.
    FullObject,
    /// None.
    Absent,
    /// That of a part.
    Of(PartRef),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChecksumOf {
    of: PartRef,
}

impl<'de> Deserialize<'de> for ChecksumClaim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = |text: &str| match text {
            "right" => Ok(Self::Right),
            "composite" => Ok(Self::Composite),
            "full_object" => Ok(Self::FullObject),
            "absent" => Ok(Self::Absent),
            other => Err(format!(
                "`{other}` is no checksum; write right, composite, full_object, absent or {{ of: PART }}"
            )),
        };
        scalar_or_map(
            deserializer,
            "right, composite, full_object, absent or { of: PART }",
            word,
            |of: ChecksumOf| Ok(Self::Of(of.of)),
        )
    }
}

impl JsonSchema for ChecksumClaim {
    fn schema_name() -> Cow<'static, str> {
        "ChecksumClaim".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let of = generator.subschema_for::<ChecksumOf>();
        schemars::json_schema!({ "anyOf": [{ "enum": ["right", "composite", "full_object", "absent"] }, of] })
    }
}

/// The checksum in an entry of a list of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedChecksum {
    /// None.
    None,
    /// Of this algorithm, where it is not the one that the part was sent with.
    Values(BTreeMap<Algorithm, Rightness>),
}

impl<'de> Deserialize<'de> for ListedChecksum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = |text: &str| match text {
            "none" => Ok(Self::None),
            other => Err(format!("`{other}` is no checksum; write none or {{ ALGORITHM: wrong }}")),
        };
        scalar_or_map(deserializer, "none or { ALGORITHM: right | wrong }", word, |map| Ok(Self::Values(map)))
    }
}

impl JsonSchema for ListedChecksum {
    fn schema_name() -> Cow<'static, str> {
        "ListedChecksum".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let values = generator.subschema_for::<BTreeMap<Algorithm, Rightness>>();
        schemars::json_schema!({ "anyOf": [{ "const": "none" }, values] })
    }
}
