//! Bodies: hashed as they arrive, kept once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use md5::{Digest, Md5};
use sha2::Sha256;

use super::checksum::{Claim, mismatch};
use super::chunks::Decoder;
use super::{Payload, Request, S3Error};
use crate::checks::Check;
use crate::checks::Checks;
use crate::model::{self, Algorithm, Checksum, Hasher};

/// How a body is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyRules {
    /// Whether a Content-MD5 that is wrong is shown in hexadecimal, as the one that was computed never is.
    pub(crate) shows_md5_in_hex: bool,
    /// Whether the Content-MD5 of a document is looked at.
    pub(crate) documents_have_md5: bool,
    /// Whether a body in chunks of HTTP may come without its length.
    pub(crate) may_be_unbounded: bool,
}

/// A body, and the checksum that came with it.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) body: model::Body,
    pub(crate) claimed: Option<Checksum>,
}

/// Receives a body of the declared length and checks it against everything that was said about it.
/// A checksum by the `wanted` algorithm is computed in any case. Where `checksums` are not known, what is said about
/// them is passed over.
pub(crate) async fn receive(
    request: &Request,
    payload: Payload,
    incoming: &mut Incoming,
    wanted: Algorithm,
    checksums: bool,
    rules: BodyRules,
    checks: &dyn Checks,
) -> Result<Received, S3Error> {
    let claim = if checksums { Claim::of(request)? } else { Claim::Nothing };
    let declared = expected_length(request, rules)?;
    let content_md5 = match content_md5(request) {
        Err(_) if checks.forgives(Check::MalformedMd5) => None,
        read => read?,
    };
    let algorithms = [Some(wanted), claim.algorithm().filter(|other| *other != wanted)];
    let framed = matches!(payload, Payload::Chunks { .. });
    let mut sink = Sink::new(declared.unwrap_or(u64::MAX), &payload, algorithms, checks);
    let told = payload.sha256();
    let decoder = match payload {
        Payload::Chunks { signer, trailer } => Some(Decoder::new(signer, trailer)),
        _ => None,
    };
    let trailers = collect(incoming, decoder, &mut sink).await?;
    let digests = sink.finish();
    if framed && declared.is_some_and(|declared| digests.length != declared) {
        checks.pass(Check::DecodedLength, Err(other_length()))?;
    }
    // A body that was cut has no digest that anybody could have told.
    if trailers.is_some() {
        checks.pass(Check::ContentSha256, check_sha256(told, &digests))?;
    }
    checks.pass(Check::ContentMd5, check_md5(content_md5, &digests, rules))?;
    let claimed_how = claim.claimed();
    let claimed = if checksums { claim.value(&trailers.unwrap_or_default())? } else { None };
    let computed = |algorithm| digests.checksums.iter().find(|checksum| checksum.algorithm == algorithm);
    if let Some(claimed) = &claimed
        && computed(claimed.algorithm) != Some(claimed)
    {
        checks.pass(Check::Checksum, Err(mismatch(claimed.algorithm)))?;
    }
    let checksum = computed(wanted).cloned();
    let content = model::Content::from_pieces(digests.pieces);
    let body = model::Body { content, md5: digests.md5, checksum, claimed: claimed_how };
    Ok(Received { body, claimed })
}

/// Receives a document of a request, which is short. On OSS it may come with its MD5.
pub(crate) async fn receive_small(
    request: &Request,
    payload: Payload,
    incoming: &mut Incoming,
    rules: BodyRules,
    checks: &dyn Checks,
) -> Result<Bytes, S3Error> {
    // A list of 10,000 parts with checksums stays well below.
    const MOST: u64 = 8 << 20;
    let declared = content_length(request)?.unwrap_or(MOST);
    if declared > MOST {
        return Err(S3Error::malformed_xml());
    }
    let (told, framed) = (payload.sha256(), matches!(payload, Payload::Chunks { .. }));
    let mut sink = Sink::new(declared, &payload, [None, None], checks);
    let decoder = match payload {
        Payload::Chunks { signer, trailer } => Some(Decoder::new(signer, trailer)),
        _ => None,
    };
    collect(incoming, decoder, &mut sink).await?;
    let digests = sink.finish();
    checks.pass(Check::DocumentSha256, check_sha256(told, &digests))?;
    if rules.documents_have_md5 {
        let checked = content_md5(request).and_then(|told| check_md5(told, &digests, rules));
        checks.pass(Check::DocumentMd5, checked)?;
    }
    if framed && digests.length != declared {
        return Err(other_length());
    }
    Ok(Bytes::from(digests.pieces.concat()))
}

/// Compares the Content-MD5 with what arrived.
fn check_md5(told: Option<[u8; 16]>, digests: &Digests, rules: BodyRules) -> Result<(), S3Error> {
    match told {
        Some(told) if told != digests.md5 => {
            let expected = if rules.shows_md5_in_hex { hex::encode(told) } else { STANDARD.encode(told) };
            Err(S3Error::new("BadDigest", "The Content-MD5 you specified did not match what we received.")
                .with("ExpectedDigest", expected)
                .with("CalculatedDigest", STANDARD.encode(digests.md5)))
        }
        _ => Ok(()),
    }
}

/// Compares the digest of the signature with what arrived.
fn check_sha256(told: Option<String>, digests: &Digests) -> Result<(), S3Error> {
    match (told, &digests.sha256) {
        (Some(told), Some(computed)) if told != *computed => Err(S3Error::new(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
        .with("ClientComputedContentSHA256", told)
        .with("S3ComputedContentSHA256", computed)),
        _ => Ok(()),
    }
}

/// The size of the content that the head of the request declares.
pub(crate) fn content_length(request: &Request) -> Result<Option<u64>, S3Error> {
    let streamed = request.own("content-sha256").is_some_and(|payload| payload.starts_with("STREAMING-"));
    let name = if streamed { "x-amz-decoded-content-length" } else { "content-length" };
    let number = |text: &str| {
        text.parse().map_err(|_| S3Error::new("InvalidRequest", format!("{name} is not a number")))
    };
    request.header(name).map(number).transpose()
}

/// The size of the content, which has to be declared; on OSS a body in chunks need not.
pub(crate) fn expected_length(request: &Request, rules: BodyRules) -> Result<Option<u64>, S3Error> {
    match content_length(request)? {
        None if rules.may_be_unbounded && request.is_chunked() => Ok(None),
        None => Err(missing_length()),
        declared => Ok(declared),
    }
}

/// A frame that does not hold as many bytes as were declared.
fn other_length() -> S3Error {
    let message =
        "You did not provide the number of bytes specified by the x-amz-decoded-content-length HTTP header";
    S3Error::new("IncompleteBody", message)
}

fn missing_length() -> S3Error {
    S3Error::new("MissingContentLength", "You must provide the Content-Length HTTP header.")
}

fn content_md5(request: &Request) -> Result<Option<[u8; 16]>, S3Error> {
    let Some(text) = request.header("content-md5") else { return Ok(None) };
    let digest = STANDARD.decode(text).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    let invalid = || {
        S3Error::new("InvalidDigest", "The Content-MD5 you specified was invalid.").with("Content-MD5", text)
    };
    digest.map(Some).ok_or_else(invalid)
}

/// Where content goes: hashed on its way.
struct Sink<'p> {
    checks: &'p dyn Checks,
    most: u64,
    /// Whether it arrives in a frame, which may hold more than was declared.
    framed: bool,
    pieces: Vec<Bytes>,
    length: u64,
    md5: Md5,
    sha256: Option<Sha256>,
    hashers: Vec<Hasher>,
}

struct Digests {
    pieces: Vec<Bytes>,
    length: u64,
    md5: [u8; 16],
    sha256: Option<String>,
    checksums: Vec<Checksum>,
}

impl<'p> Sink<'p> {
    fn new(most: u64, payload: &Payload, algorithms: [Option<Algorithm>; 2], checks: &'p dyn Checks) -> Self {
        Self {
            checks,
            most,
            framed: matches!(payload, Payload::Chunks { .. }),
            pieces: Vec::new(),
            length: 0,
            md5: Md5::new(),
            sha256: matches!(payload, Payload::Sha256(_)).then(Sha256::new),
            hashers: algorithms.into_iter().flatten().map(Hasher::new).collect(),
        }
    }

    fn take(&mut self, piece: Bytes) -> Result<(), S3Error> {
        self.length += piece.len() as u64;
        if self.length > self.most && self.framed {
            self.checks.pass(Check::DecodedLength, Err(other_length()))?;
        } else if self.length > self.most {
            return Err(S3Error::new(
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
            )
            .with("ProposedSize", self.length)
            .with("MaxSizeAllowed", self.most));
        }
        self.md5.update(&piece);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(&piece);
        }
        self.hashers.iter_mut().for_each(|hasher| hasher.update(&piece));
        self.pieces.push(piece);
        Ok(())
    }

    fn finish(self) -> Digests {
        Digests {
            pieces: self.pieces,
            length: self.length,
            md5: self.md5.finalize().into(),
            sha256: self.sha256.map(|sha256| hex::encode(sha256.finalize())),
            checksums: self.hashers.into_iter().map(Hasher::finish).collect(),
        }
    }
}

/// Reads a body to its end, and gives its trailers; none of one that was cut, where that is forgiven.
async fn collect(
    incoming: &mut Incoming,
    mut decoder: Option<Decoder>,
    sink: &mut Sink<'_>,
) -> Result<Option<Vec<(String, String)>>, S3Error> {
    let mut content = Vec::new();
    while let Some(frame) = incoming.frame().await {
        let Ok(frame) = frame else {
            let error = S3Error::new("IncompleteBody", "The request body terminated unexpectedly");
            return sink.checks.pass(Check::WholeBody, Err(error)).map(|()| None);
        };
        let Ok(piece) = frame.into_data() else { continue };
        match &mut decoder {
            None => sink.take(piece)?,
            Some(decoder) => {
                decoder.push(piece, &mut content)?;
                for piece in content.drain(..) {
                    sink.take(piece)?;
                }
            }
        }
    }
    match decoder {
        Some(decoder) => decoder.finish().map(Some),
        None => Ok(Some(Vec::new())),
    }
}
