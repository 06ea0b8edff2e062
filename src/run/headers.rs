//! What steps say in headers, and how they are signed.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::state::Sent;
use crate::case::{ContentMd5, SentAs, SignBy, SignVersion, Step, Tampered, User, WrongToken};
use crate::language::{Algorithm, ChecksumType, ListedChecksum, Rightness};
use crate::wire::{Blob, Checksum, Framing, Signing, Tamper, Token, Version, Who};

pub(super) fn wire_checksum(algorithm: Algorithm) -> Checksum {
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

pub(super) fn checksum_headers(
    checksums: &BTreeMap<Algorithm, Rightness>,
    body: &Blob,
) -> Vec<(String, String)> {
    let header = |(algorithm, rightness): (&Algorithm, &Rightness)| {
        let kind = wire_checksum(*algorithm);
        (kind.header(), value(kind, *rightness, &body.bytes))
    };
    checksums.iter().map(header).collect()
}

/// The checksums of an entry: those that its part was sent with, unless told otherwise.
pub(super) fn listed_checksums(told: Option<&ListedChecksum>, sent: Option<&Sent>) -> Vec<(String, String)> {
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

pub(super) fn checksum_mode(asked: bool) -> Vec<(String, String)> {
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
pub(super) fn optional<const N: usize>(headers: [(String, Option<&String>); N]) -> Vec<(String, String)> {
    headers.into_iter().filter_map(|(name, value)| Some((name, value?.clone()))).collect()
}

/// Cuts the body into chunks. Where a trailer is asked for, a checksum moves into it.
pub(super) fn framing(sent_as: SentAs, headers: &mut Vec<(String, String)>, body: &Blob) -> Framing {
    if sent_as == SentAs::SignedChunks {
        return Framing { signed: true, ..Framing::default() };
    }
    let at = headers.iter().position(|(name, _)| name.starts_with("x-amz-checksum-"));
    let trailer = match at {
        Some(at) => headers.remove(at),
        None => (Checksum::Crc32.header(), Checksum::Crc32.of(&body.bytes)),
    };
    Framing { signed: sent_as == SentAs::SignedTrailer, trailer: Some(trailer), ..Framing::default() }
}

/// How the request of a step is signed.
pub(super) fn signing(step: &Step) -> Signing {
    let who = match step.as_user {
        None | Some(User::Main) => Who::Main,
        Some(User::Second) => Who::Second,
        Some(User::Anonymous) => Who::Anonymous,
        Some(User::UnknownKey) => Who::UnknownKey,
        Some(User::Temporary) => Who::Temporary,
    };
    let Some(sign) = &step.sign else { return Signing { who, ..Signing::default() } };
    let expires = sign.expires.map_or(300, |offset| offset.0.unsigned_abs());
    Signing {
        who,
        version: if sign.version == Some(SignVersion::V1) { Version::V1 } else { Version::V4 },
        url: (sign.by == Some(SignBy::Url)).then(|| Duration::from_secs(expires)),
        offset: sign.time.map_or(0, |offset| offset.0),
        wrong_secret: sign.secret.is_some(),
        wrong_region: sign.region.is_some(),
        token: match sign.token {
            None => Token::Right,
            Some(WrongToken::Missing) => Token::Missing,
            Some(WrongToken::Wrong) => Token::Wrong,
        },
        tamper: sign.tamper.map(|tampered| match tampered {
            Tampered::Path => Tamper::Path,
            Tampered::Query => Tamper::Query,
            Tampered::PartNumber => Tamper::PartNumber,
            Tampered::Header => Tamper::Header,
            Tampered::NewHeader => Tamper::NewHeader,
            Tampered::Body => Tamper::Body,
        }),
    }
}

/// So many seconds from now, as headers tell times.
pub(super) fn http_date(offset: i64) -> String {
    let time = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(offset);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

pub(super) fn content_md5(form: ContentMd5, mut digest: [u8; 16]) -> String {
    match form {
        ContentMd5::Right => {}
        ContentMd5::Wrong => digest[0] ^= 0xff,
        ContentMd5::Malformed => return "not a digest".to_owned(),
    }
    STANDARD.encode(digest)
}
