//! SigV4 by AWS's own crate: in the header, in the URL, chunk by chunk.

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use sha2::{Digest, Sha256};

use super::super::Body;
use super::super::frame::ChunkSignatures;
use super::{Signed, Signer};

/// Signs chunk after chunk, each with the signature before it.
pub(in super::super) struct ChunkSigner {
    key: Vec<u8>,
    scope: String,
    stamp: String,
    previous: String,
}

const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

impl ChunkSigner {
    fn next(&mut self, kind: &str, rest: &str) -> String {
        let string = format!("{kind}\n{}\n{}\n{}\n{rest}", self.stamp, self.scope, self.previous);
        self.previous = v4::calculate_signature(&self.key, string.as_bytes());
        self.previous.clone()
    }
}

impl ChunkSignatures for ChunkSigner {
    fn chunk(&mut self, bytes: &[u8]) -> String {
        let hash = hex::encode(Sha256::digest(bytes));
        self.next("AWS4-HMAC-SHA256-PAYLOAD", &format!("{EMPTY_SHA256}\n{hash}"))
    }

    fn trailer(&mut self, text: &str) -> String {
        let hash = hex::encode(Sha256::digest(text.as_bytes()));
        self.next("AWS4-HMAC-SHA256-TRAILER", &hash)
    }
}

/// Signs a request in place.
pub(super) fn sign_request(
    request: &mut http::Request<()>,
    body: &Body,
    signer: &Signer<'_>,
) -> Result<Signed, String> {
    let identity = aws_credential_types::Credentials::new(
        signer.access_key,
        signer.secret.clone(),
        signer.token.clone(),
        None,
        "mpuspec",
    )
    .into();
    let mut settings = SigningSettings::default();
    // S3 encodes a path once and leaves its dots alone.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let payload = match signer.url {
        Some(expires) => {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(expires);
            SignableBody::UnsignedPayload
        }
        None => {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
            SignableBody::Precomputed(match body {
                Body::Blob(blob) => blob.sha256().to_owned(),
                Body::Framed(_, framing) => framing.payload().to_owned(),
                other => hex::encode(Sha256::digest(other.bytes())),
            })
        }
    };
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(&signer.region)
        .name("s3")
        .time(signer.time)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let uri = request.uri().to_string();
    let headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), std::str::from_utf8(value.as_bytes()).ok()?)))
        .collect();
    let signable = SignableRequest::new(request.method().as_str(), uri, headers.into_iter(), payload)
        .map_err(|error| error.to_string())?;
    let (instructions, signature) = sign(signable, &params).map_err(|error| error.to_string())?.into_parts();
    instructions.apply_to_request_http1x(request);
    let date = signer.stamp("%Y%m%d")?;
    let chunks = ChunkSigner {
        key: v4::generate_signing_key(&signer.secret, signer.time, &signer.region, "s3").as_ref().to_vec(),
        scope: format!("{date}/{}/s3/aws4_request", signer.region),
        stamp: signer.stamp("%Y%m%dT%H%M%SZ")?,
        previous: signature.clone(),
    };
    Ok(Signed { signature, chunks: Some(chunks) })
}
