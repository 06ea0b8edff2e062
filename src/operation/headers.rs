//! What steps say in headers.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::language::{Algorithm, ChecksumType, ListedChecksum, Rightness};
use crate::row::{RowState, Sent, Unavailable};
use crate::wire::dialect::{Dialect, acl, own};
use crate::wire::{Blob, Checksum};

/// Names and values.
pub type Headers = Vec<(String, String)>;

/// What Content-MD5 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentMd5 {
    /// The digest of the body.
    Right,
    /// The digest of something else.
    Wrong,
    /// No digest.
    Malformed,
}

/// The checksum of the wire.
pub fn wire_checksum(algorithm: Algorithm) -> Checksum {
    match algorithm {
        Algorithm::Crc32 => Checksum::Crc32,
        Algorithm::Crc32c => Checksum::Crc32c,
        Algorithm::Crc64ecma => Checksum::Crc64ecma,
        Algorithm::Crc64nvme => Checksum::Crc64nvme,
        Algorithm::Sha1 => Checksum::Sha1,
        Algorithm::Sha256 => Checksum::Sha256,
    }
}

pub(super) fn value(kind: Checksum, rightness: Rightness, bytes: &[u8]) -> String {
    match rightness {
        Rightness::Right => kind.of(bytes),
        Rightness::Wrong => kind.other_than(bytes),
        Rightness::Malformed => "not a checksum".to_owned(),
    }
}

/// The metadata of an object among headers, by name.
pub(super) fn user_metadata(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let own = |(name, value): &(String, String)| {
        let name = name.strip_prefix("x-amz-meta-").or_else(|| name.strip_prefix("x-oss-meta-"))?;
        Some((name.to_owned(), value.clone()))
    };
    headers.iter().filter_map(own).collect()
}

pub(super) fn checksum_headers(checksums: &BTreeMap<Algorithm, Rightness>, body: &Blob) -> Headers {
    let header = |(algorithm, rightness): (&Algorithm, &Rightness)| {
        let kind = wire_checksum(*algorithm);
        (kind.header(), value(kind, *rightness, &body.bytes))
    };
    checksums.iter().map(header).collect()
}

/// The checksums of an entry: those that its part was sent with, by default.
pub(super) fn listed_checksums(told: Option<&ListedChecksum>, sent: Option<&Sent>) -> Headers {
    let Some(sent) = sent else { return Vec::new() };
    let bytes = sent.bytes();
    let right = |algorithm: &Algorithm| (*algorithm, Rightness::Right);
    let values: BTreeMap<Algorithm, Rightness> = match told {
        Some(ListedChecksum::None) => BTreeMap::new(),
        Some(ListedChecksum::Values(values)) => values.clone(),
        None => sent.checksums.iter().map(right).collect(),
    };
    values
        .into_iter()
        .map(|(algorithm, rightness)| {
            let kind = wire_checksum(algorithm);
            (kind.element(), value(kind, rightness, &bytes))
        })
        .collect()
}

/// The capability of the first of several checksums.
pub(super) fn capability_of(checksums: &BTreeMap<Algorithm, Rightness>) -> Option<&'static str> {
    checksums.keys().next().map(|algorithm| algorithm.capability())
}

pub(super) fn checksum_mode(asked: bool) -> Headers {
    asked.then(|| ("x-amz-checksum-mode".to_owned(), "ENABLED".to_owned())).into_iter().collect()
}

pub(super) fn type_header(of: ChecksumType) -> (String, String) {
    let name = match of {
        ChecksumType::Composite => "COMPOSITE",
        ChecksumType::FullObject => "FULL_OBJECT",
    };
    ("x-amz-checksum-type".to_owned(), name.to_owned())
}

/// The headers that have a value.
pub(super) fn optional<const N: usize>(headers: [(String, Option<&String>); N]) -> Headers {
    headers.into_iter().filter_map(|(name, value)| Some((name, value?.clone()))).collect()
}

pub(super) fn content_md5(form: ContentMd5, mut digest: [u8; 16]) -> (String, String) {
    match form {
        ContentMd5::Right => {}
        ContentMd5::Wrong => digest[0] ^= 0xff,
        ContentMd5::Malformed => return ("content-md5".to_owned(), "not a digest".to_owned()),
    }
    ("content-md5".to_owned(), STANDARD.encode(digest))
}

/// First and last byte of `bytes=0-9`.
pub(super) fn bounds(range: &str) -> Option<(u64, u64)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    Some((first.parse().ok()?, last.parse().ok()?))
}

impl RowState<'_> {
    /// A header of the language that the endpoint speaks.
    pub(super) fn own_header(&self, name: &str) -> String {
        own(self.setting.target.dialect, name)
    }

    /// The header of a canned ACL.
    pub(super) fn acl_header(&self) -> String {
        acl(self.setting.target.dialect)
    }

    /// User metadata.
    pub(super) fn metadata(&self, metadata: &BTreeMap<String, String>) -> Headers {
        let named = |name: &String| self.own_header(&format!("meta-{name}"));
        metadata.iter().map(|(name, value)| (named(name), value.clone())).collect()
    }

    /// S3 says that by a condition, OSS by a header of its own.
    pub(super) fn forbid_overwrite(&self, forbids: Option<bool>) -> Headers {
        let header = |forbids: bool| match self.setting.target.dialect {
            Dialect::S3 => forbids.then(|| ("if-none-match".to_owned(), "*".to_owned())),
            Dialect::Oss => Some((self.own_header("forbid-overwrite"), forbids.to_string())),
        };
        forbids.and_then(header).into_iter().collect()
    }

    /// Conditions on an ETag; `prefix` says of which object.
    pub(super) fn conditions(
        &self,
        prefix: &str,
        if_match: Option<&String>,
        if_none_match: Option<&String>,
    ) -> Result<Headers, Unavailable> {
        [("if-match", if_match), ("if-none-match", if_none_match)]
            .into_iter()
            .filter_map(|(name, etag)| Some((name, etag?)))
            .map(|(name, etag)| Ok((format!("{prefix}{name}"), self.etag_named(etag)?)))
            .collect()
    }
}
