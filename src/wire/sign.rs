//! SigV4 by AWS's own crate: in the header, in the URL, chunk by chunk; and wrong on purpose.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use sha2::{Digest, Sha256};

use super::{Body, Credentials};

/// Who asks, and how the request is signed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signing {
    /// Whose credentials sign.
    pub who: Who,
    /// In the URL, good for so long.
    pub url: Option<Duration>,
    /// How many seconds the clock is off.
    pub offset: i64,
    /// With another secret.
    pub wrong_secret: bool,
    /// For another region.
    pub wrong_region: bool,
    /// What is changed after signing.
    pub tamper: Option<Tamper>,
}

/// Whose credentials sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Who {
    /// Those of the run.
    #[default]
    Main,
    /// The second ones.
    Second,
    /// Nobody's: the request is not signed.
    Anonymous,
    /// An access key that does not exist.
    UnknownKey,
}

/// What is changed after signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tamper {
    /// The key.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
    /// A header that was not there when it was signed.
    NewHeader,
    /// The body.
    Body,
}

/// A header that is there to be changed after signing.
pub(super) const TAMPERED_HEADER: &str = "x-amz-meta-mpuspec";

/// A request that was signed.
pub(super) struct Signed {
    pub(super) signature: String,
    /// Signs the chunks of its body.
    pub(super) chunks: ChunkSigner,
}

/// Signs chunk after chunk, each with the signature before it.
pub(super) struct ChunkSigner {
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

    pub(super) fn chunk(&mut self, bytes: &[u8]) -> String {
        let hash = hex::encode(Sha256::digest(bytes));
        self.next("AWS4-HMAC-SHA256-PAYLOAD", &format!("{EMPTY_SHA256}\n{hash}"))
    }

    pub(super) fn trailer(&mut self, text: &str) -> String {
        let hash = hex::encode(Sha256::digest(text.as_bytes()));
        self.next("AWS4-HMAC-SHA256-TRAILER", &hash)
    }
}

/// Signs a request in place.
pub(super) fn sign_request(
    request: &mut http::Request<()>,
    body: &Body,
    credentials: &Credentials,
    region: &str,
    signing: &Signing,
) -> Result<Signed, String> {
    let secret = if signing.wrong_secret {
        // As long as the right one, so that nothing but the signature tells.
        credentials.secret_key.chars().rev().map(|c| if c == 'a' { 'b' } else { 'a' }).collect()
    } else {
        credentials.secret_key.clone()
    };
    let region = if signing.wrong_region { format!("not-{region}") } else { region.to_owned() };
    let offset = Duration::from_secs(signing.offset.unsigned_abs());
    let now = SystemTime::now();
    let time = if signing.offset < 0 { now - offset } else { now + offset };
    let identity = aws_credential_types::Credentials::new(
        credentials.access_key.clone(),
        secret.clone(),
        credentials.token.clone(),
        None,
        "mpuspec",
    )
    .into();
    let mut settings = SigningSettings::default();
    // S3 encodes a path once and leaves its dots alone.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let payload = match signing.url {
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
        .region(&region)
        .name("s3")
        .time(time)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let uri = request.uri().to_string();
    let headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let signable = SignableRequest::new(request.method().as_str(), uri, headers.into_iter(), payload)
        .map_err(|error| error.to_string())?;
    let (instructions, signature) = sign(signable, &params).map_err(|error| error.to_string())?.into_parts();
    instructions.apply_to_request_http1x(request);
    let stamp = jiff::Timestamp::try_from(time).map_err(|error| error.to_string())?;
    let date = stamp.strftime("%Y%m%d").to_string();
    let chunks = ChunkSigner {
        key: v4::generate_signing_key(&secret, time, &region, "s3").as_ref().to_vec(),
        scope: format!("{date}/{region}/s3/aws4_request"),
        stamp: stamp.strftime("%Y%m%dT%H%M%SZ").to_string(),
        previous: signature.clone(),
    };
    Ok(Signed { signature, chunks })
}
