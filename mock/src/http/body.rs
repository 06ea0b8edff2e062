//! Bodies: hashed as they arrive, kept once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use md5::{Digest, Md5};
use sha2::Sha256;

use super::{Payload, Request, S3Error};
use crate::model;

/// Receives a body of the declared length and checks it against everything that was said about it.
pub(crate) async fn receive(
    request: &Request,
    payload: &Payload,
    incoming: Incoming,
    check_md5: bool,
    keep_cut: bool,
) -> Result<model::Body, S3Error> {
    let declared = declared_length(request)?.ok_or_else(|| {
        S3Error::new("MissingContentLength", "You must provide the Content-Length HTTP header.")
    })?;
    let content_md5 = content_md5(request)?;
    let pieces = collect(incoming, declared, keep_cut).await?;
    let (md5, sha256) = (pieces.md5, pieces.sha256);
    if pieces.length == declared || !keep_cut {
        payload.agrees(&sha256)?;
    }
    if let Some(expected) = content_md5
        && expected != md5
        && check_md5
    {
        return Err(S3Error::new(
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
        )
        .with("ExpectedDigest", STANDARD.encode(expected))
        .with("CalculatedDigest", STANDARD.encode(md5)));
    }
    Ok(model::Body { content: model::Content::from_pieces(pieces.pieces), md5 })
}

/// Receives a document of a request, which is short.
pub(crate) async fn receive_small(
    request: &Request,
    payload: &Payload,
    incoming: Incoming,
) -> Result<Bytes, S3Error> {
    // A list of 10,000 parts with checksums stays well below.
    const MOST: u64 = 8 << 20;
    let declared = declared_length(request)?.unwrap_or(MOST);
    if declared > MOST {
        return Err(S3Error::malformed_xml());
    }
    let pieces = collect(incoming, declared, false).await?;
    payload.agrees(&pieces.sha256)?;
    let mut whole = Vec::with_capacity(pieces.length as usize);
    pieces.pieces.iter().for_each(|piece| whole.extend_from_slice(piece));
    Ok(Bytes::from(whole))
}

/// The size that the head of the request declares.
pub(crate) fn declared_length(request: &Request) -> Result<Option<u64>, S3Error> {
    request
        .header("content-length")
        .map(|text| {
            text.parse().map_err(|_| S3Error::new("InvalidRequest", "Content-Length is not a number"))
        })
        .transpose()
}

fn content_md5(request: &Request) -> Result<Option<[u8; 16]>, S3Error> {
    let Some(text) = request.header("content-md5") else { return Ok(None) };
    let digest = STANDARD.decode(text).ok().and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    let invalid = || {
        S3Error::new("InvalidDigest", "The Content-MD5 you specified was invalid.").with("Content-MD5", text)
    };
    digest.map(Some).ok_or_else(invalid)
}

struct Collected {
    pieces: Vec<Bytes>,
    length: u64,
    md5: [u8; 16],
    sha256: [u8; 32],
}

async fn collect(mut incoming: Incoming, most: u64, keep_cut: bool) -> Result<Collected, S3Error> {
    let mut pieces = Vec::new();
    let mut length = 0;
    let (mut md5, mut sha256) = (Md5::new(), Sha256::new());
    while let Some(frame) = incoming.frame().await {
        let incomplete = |_| S3Error::new("IncompleteBody", "The request body terminated unexpectedly");
        let frame = match frame {
            Err(_) if keep_cut => break,
            frame => frame,
        };
        let Ok(piece) = frame.map_err(incomplete)?.into_data() else { continue };
        length += piece.len() as u64;
        if length > most {
            return Err(S3Error::new(
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
            )
            .with("ProposedSize", length)
            .with("MaxSizeAllowed", most));
        }
        md5.update(&piece);
        sha256.update(&piece);
        pieces.push(piece);
    }
    Ok(Collected { pieces, length, md5: md5.finalize().into(), sha256: sha256.finalize().into() })
}
