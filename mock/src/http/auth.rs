//! SigV4 in the Authorization header, checked from the documents' description.

use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::DateTime;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::{Request, S3Error};

/// Who asks, and what was signed about the body.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) principal: String,
    pub(crate) payload: Payload,
}

/// What the request says about its body.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    /// Nothing.
    Unsigned,
    /// Its SHA-256.
    Sha256(String),
}

impl Payload {
    fn read(header: &str) -> Result<Self, S3Error> {
        match header {
            "UNSIGNED-PAYLOAD" => Ok(Self::Unsigned),
            hash if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Ok(Self::Sha256(hash.to_ascii_lowercase()))
            }
            streaming if streaming.starts_with("STREAMING-") => {
                Err(S3Error::not_implemented("x-amz-content-sha256"))
            }
            other => Err(S3Error::invalid_argument(
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, or a valid sha256 value.",
                "x-amz-content-sha256",
                other,
            )),
        }
    }

    /// Compares with what arrived.
    pub(crate) fn agrees(&self, sha256: &[u8; 32]) -> Result<(), S3Error> {
        let computed = hex::encode(sha256);
        match self {
            Self::Sha256(told) if *told != computed => Err(S3Error::new(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
            .with("ClientComputedContentSHA256", told)
            .with("S3ComputedContentSHA256", computed)),
            _ => Ok(()),
        }
    }
}

/// The parts of `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
struct Authorization<'r> {
    access_key: &'r str,
    date: &'r str,
    region: &'r str,
    service: &'r str,
    signed_headers: Vec<&'r str>,
    signature: &'r str,
}

fn malformed(message: impl Into<String>) -> S3Error {
    S3Error::new("AuthorizationHeaderMalformed", message)
}

impl<'r> Authorization<'r> {
    fn read(header: &'r str) -> Result<Self, S3Error> {
        let Some(fields) = header.strip_prefix("AWS4-HMAC-SHA256") else {
            return Err(S3Error::new("InvalidRequest", "Unsupported Authorization Type"));
        };
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| malformed(format!("The authorization header is malformed; it lacks {name}.")))
        };
        // An access key may itself hold slashes.
        let mut scope = field("Credential")?.rsplitn(5, '/');
        let mut next = || {
            scope.next().ok_or_else(|| {
                malformed("The authorization header is malformed; the Credential is incomplete.")
            })
        };
        let (terminal, service, region, date, access_key) = (next()?, next()?, next()?, next()?, next()?);
        if terminal != "aws4_request" {
            return Err(malformed(
                "The authorization header is malformed; the Credential must end in aws4_request.",
            ));
        }
        let signed_headers = field("SignedHeaders")?.split(';').collect();
        Ok(Self { access_key, date, region, service, signed_headers, signature: field("Signature")? })
    }
}

const FIFTEEN_MINUTES: u64 = 15 * 60;

/// Finds out who sent the request. `secret_of` gives the secret key of an access key.
pub(crate) fn authenticate(
    request: &Request,
    region: &str,
    secret_of: impl Fn(&str) -> Option<&'static str>,
) -> Result<Signed, S3Error> {
    if request.has_query("X-Amz-Signature") {
        return Err(S3Error::not_implemented("X-Amz-Signature"));
    }
    let Some(header) = request.header("authorization") else {
        return Err(S3Error::new("AccessDenied", "Access Denied"));
    };
    let authorization = Authorization::read(header)?;
    let Some(secret) = secret_of(authorization.access_key) else {
        let message = "The AWS Access Key Id you provided does not exist in our records.";
        return Err(
            S3Error::new("InvalidAccessKeyId", message).with("AWSAccessKeyId", authorization.access_key)
        );
    };
    if authorization.region != region {
        let message = format!(
            "The authorization header is malformed; the region '{}' is wrong; expecting '{region}'",
            authorization.region
        );
        return Err(malformed(message).with("Region", region));
    }
    if authorization.service != "s3" {
        return Err(malformed(
            "The authorization header is malformed; incorrect service. This endpoint belongs to 's3'.",
        ));
    }
    let Some(payload_hash) = request.header("x-amz-content-sha256") else {
        let message = "Missing required header for this request: x-amz-content-sha256";
        return Err(S3Error::new("InvalidRequest", message));
    };
    let time = check_time(request, &authorization)?;
    check_signed_headers(request, &authorization)?;
    let canonical = canonical_request(request, &authorization.signed_headers, payload_hash);
    let scope = format!("{}/{}/s3/aws4_request", authorization.date, authorization.region);
    let string_to_sign =
        format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex::encode(Sha256::digest(canonical.as_bytes())));
    let key = signing_key(secret, authorization.date, authorization.region);
    let given = hex::decode(authorization.signature).unwrap_or_default();
    if mac(&key, string_to_sign.as_bytes()).verify_slice(&given).is_err() {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        return Err(S3Error::new("SignatureDoesNotMatch", message)
            .with("AWSAccessKeyId", authorization.access_key)
            .with("StringToSign", string_to_sign)
            .with("SignatureProvided", authorization.signature)
            .with("CanonicalRequest", canonical));
    }
    Ok(Signed { principal: authorization.access_key.to_owned(), payload: Payload::read(payload_hash)? })
}

/// Checks the time of the signature against the clock, and gives it as written.
fn check_time<'r>(request: &'r Request, authorization: &Authorization<'_>) -> Result<&'r str, S3Error> {
    let denied =
        || S3Error::new("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
    let time = request.header("x-amz-date").ok_or_else(denied)?;
    let signed_at = DateTime::strptime("%Y%m%dT%H%M%SZ", time)
        .ok()
        .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok())
        .ok_or_else(denied)?
        .timestamp()
        .as_second();
    if !time.starts_with(authorization.date) {
        return Err(malformed(
            "The authorization header is malformed; the date of the Credential is not that of the request.",
        ));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    if signed_at.abs_diff(now) > FIFTEEN_MINUTES {
        let message = "The difference between the request time and the current time is too large.";
        return Err(S3Error::new("RequestTimeTooSkewed", message)
            .with("RequestTime", time)
            .with("ServerTime", super::iso8601(crate::model::Time(now as u64 * 1_000_000)))
            .with("MaxAllowedSkewMilliseconds", FIFTEEN_MINUTES * 1_000));
    }
    Ok(time)
}

/// Host and every x-amz-* header have to be among the signed ones.
fn check_signed_headers(request: &Request, authorization: &Authorization<'_>) -> Result<(), S3Error> {
    let signed = |name: &str| authorization.signed_headers.contains(&name);
    let unsigned: Vec<&str> = request
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| (*name == "host" || name.starts_with("x-amz-")) && !signed(name))
        .collect();
    if unsigned.is_empty() && signed("host") {
        return Ok(());
    }
    let message = "There were headers present in the request which were not signed";
    Err(S3Error::new("AccessDenied", message).with("HeadersNotSigned", unsigned.join(", ")))
}

/// Everything but the unreserved characters of RFC 3986.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const STRICT_BUT_SLASH: &AsciiSet = &STRICT.remove(b'/');

fn recode(text: &str, set: &'static AsciiSet) -> String {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    percent_encoding::percent_encode(&bytes, set).to_string()
}

fn canonical_request(request: &Request, signed_headers: &[&str], payload_hash: &str) -> String {
    let mut query: Vec<(String, String)> = request
        .raw_query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (recode(name, STRICT), recode(value, STRICT)))
        .collect();
    query.sort();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let headers: String = signed_headers
        .iter()
        .map(|name| {
            let values: Vec<String> = request
                .headers
                .get_all(*name)
                .iter()
                .map(|value| {
                    String::from_utf8_lossy(value.as_bytes()).split_whitespace().collect::<Vec<_>>().join(" ")
                })
                .collect();
            format!("{name}:{}\n", values.join(","))
        })
        .collect();
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{payload_hash}",
        request.method,
        recode(&request.raw_path, STRICT_BUT_SLASH),
        query.join("&"),
        signed_headers.join(";"),
    )
}

fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac
}

fn signing_key(secret: &str, date: &str, region: &str) -> Vec<u8> {
    [date, region, "s3", "aws4_request"].iter().fold(format!("AWS4{secret}").into_bytes(), |key, word| {
        mac(&key, word.as_bytes()).finalize().into_bytes().to_vec()
    })
}

/// As `encoding-type=url` wants names in listings.
pub(crate) fn url_encoded(text: &str) -> String {
    utf8_percent_encode(text, STRICT_BUT_SLASH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    /// The example of the SigV4 documents: GET /test.txt with a range.
    fn example() -> Request {
        let request = http::Request::builder()
            .uri("/test.txt")
            .header("host", "examplebucket.s3.amazonaws.com")
            .header("range", "bytes=0-9")
            .header("x-amz-content-sha256", EMPTY)
            .header("x-amz-date", "20130524T000000Z")
            .body(())
            .expect("a request");
        Request::new(request.into_parts().0).expect("it can be taken apart")
    }

    #[test]
    fn the_example_of_the_documents_has_its_signature() {
        let signed = ["host", "range", "x-amz-content-sha256", "x-amz-date"];
        let canonical = canonical_request(&example(), &signed, EMPTY);
        let string = format!(
            "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n{}",
            hex::encode(Sha256::digest(canonical.as_bytes()))
        );
        let signature = mac(&signing_key(SECRET, "20130524", "us-east-1"), string.as_bytes()).finalize();
        assert_eq!(
            hex::encode(signature.into_bytes()),
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }

    #[test]
    fn a_credential_is_read_from_its_end() {
        let header = format!(
            "AWS4-HMAC-SHA256 Credential={KEY}/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range, Signature=00"
        );
        let authorization = Authorization::read(&header).expect("it is well-formed");
        assert_eq!((authorization.access_key, authorization.region), (KEY, "us-east-1"));
        assert_eq!(authorization.signed_headers, ["host", "range"]);
    }

    #[test]
    fn broken_headers_are_refused() {
        for header in [
            "",
            "Basic x",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=h, Signature=s",
        ] {
            assert!(Authorization::read(header).is_err(), "{header}");
        }
    }
}
