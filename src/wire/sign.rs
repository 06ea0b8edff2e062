//! SigV4 in the Authorization header, by AWS's own crate.

use std::time::SystemTime;

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use sha2::{Digest, Sha256};

use super::{Body, Credentials};

/// Signs a request in place, and gives the signature.
pub(super) fn sign_request(
    request: &mut http::Request<()>,
    body: &Body,
    credentials: &Credentials,
    region: &str,
    time: SystemTime,
) -> Result<String, String> {
    let identity = aws_credential_types::Credentials::new(
        credentials.access_key.clone(),
        credentials.secret_key.clone(),
        credentials.token.clone(),
        None,
        "mpuspec",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    // S3 encodes a path once and leaves its dots alone.
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("s3")
        .time(time)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let digest = match body {
        Body::Blob(blob) => blob.sha256().to_owned(),
        other => hex::encode(Sha256::digest(other.bytes())),
    };
    let uri = request.uri().to_string();
    let headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)))
        .collect();
    let signable = SignableRequest::new(
        request.method().as_str(),
        uri,
        headers.into_iter(),
        SignableBody::Precomputed(digest),
    )
    .map_err(|error| error.to_string())?;
    let (instructions, signature) = sign(signable, &params).map_err(|error| error.to_string())?.into_parts();
    instructions.apply_to_request_http1x(request);
    Ok(signature)
}
