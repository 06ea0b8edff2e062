//! Who sent a request: SigV4 in the Authorization header or in the URL, from the documents' description.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;

use crate::accounts::Account;
use crate::checks::Checks;
use crate::checks::{Check, MOST_SKEW, Version};
use crate::http::sigv4::{Signer, canonical_request, readings, sha256_hex};
use crate::http::{ChunkSigner, Payload, Request, S3Error, Signed, iso8601};
use crate::model::Time;

/// What the header of the digest says.
fn payload(header: &str, signer: Signer, signature: &str) -> Result<Payload, S3Error> {
    let signer = || Some(ChunkSigner { signer, previous: signature.to_owned() });
    match header {
        "UNSIGNED-PAYLOAD" => Ok(Payload::Unsigned),
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(Payload::Chunks { signer: signer(), trailer: false }),
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => {
            Ok(Payload::Chunks { signer: signer(), trailer: true })
        }
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Ok(Payload::Chunks { signer: None, trailer: true }),
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD" | "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER" => {
            Err(S3Error::not_implemented("x-amz-content-sha256"))
        }
        hash if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Ok(Payload::Sha256(hash.to_ascii_lowercase()))
        }
        other => Err(S3Error::invalid_argument(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
            "x-amz-content-sha256",
            other,
        )),
    }
}

/// The access key and its scope: `AKID/20130524/us-east-1/s3/aws4_request`.
struct Credential<'r> {
    access_key: &'r str,
    date: &'r str,
    region: &'r str,
    service: &'r str,
}

impl<'r> Credential<'r> {
    fn read(text: &'r str) -> Option<Self> {
        // An access key may itself hold slashes.
        let mut scope = text.rsplitn(5, '/');
        let (terminal, service, region, date) = (scope.next()?, scope.next()?, scope.next()?, scope.next()?);
        let access_key = scope.next()?;
        (terminal == "aws4_request").then_some(Self { access_key, date, region, service })
    }
}

/// A signature with everything that it says about itself.
struct Claim<'r> {
    credential: Credential<'r>,
    time: &'r str,
    signed_headers: Vec<&'r str>,
    signature: &'r str,
    payload_hash: &'r str,
    /// For how many seconds, if it stands in the URL.
    expires: Option<u64>,
}

fn malformed(message: impl Into<String>) -> S3Error {
    S3Error::new("AuthorizationHeaderMalformed", message)
}

/// Signature version 2 is not supported for buckets made since June 2020.
fn version_2() -> S3Error {
    let message =
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
    S3Error::new("InvalidRequest", message)
}

fn bad_query(message: impl Into<String>) -> S3Error {
    S3Error::new("AuthorizationQueryParametersError", message)
}

impl<'r> Claim<'r> {
    fn of_header(request: &'r Request, header: &'r str) -> Result<Self, S3Error> {
        if header.starts_with("AWS ") {
            return Err(version_2());
        }
        let Some(fields) = header.strip_prefix("AWS4-HMAC-SHA256") else {
            let scheme = header.split_whitespace().next().unwrap_or_default();
            let message = "Unsupported Authorization Type";
            return Err(S3Error::invalid_argument(message, "Authorization", scheme));
        };
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
                .ok_or_else(|| malformed(format!("The authorization header is malformed; it lacks {name}.")))
        };
        let credential = Credential::read(field("Credential")?).ok_or_else(|| {
            malformed("The authorization header is malformed; the Credential is not of the form KEY/DATE/REGION/s3/aws4_request.")
        })?;
        let payload_hash = request.header("x-amz-content-sha256").ok_or_else(|| {
            S3Error::new("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
        })?;
        let time = request.header("x-amz-date").ok_or_else(|| {
            S3Error::new("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        })?;
        let signed_headers = field("SignedHeaders")?.split(';').collect();
        let signature = field("Signature")?;
        Ok(Self { credential, time, signed_headers, signature, payload_hash, expires: None })
    }

    fn of_url(request: &'r Request) -> Result<Self, S3Error> {
        let field = |name: &str| {
            request.query(name).ok_or_else(|| {
                bad_query("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
            })
        };
        if field("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" {
            return Err(bad_query("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
        }
        let credential = Credential::read(field("X-Amz-Credential")?).ok_or_else(|| {
            bad_query("Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
        })?;
        let expires = field("X-Amz-Expires")?
            .parse::<i64>()
            .map_err(|_| bad_query("X-Amz-Expires should be a number"))?;
        let expires = match expires {
            ..0 => return Err(bad_query("X-Amz-Expires must be non-negative")),
            0 => return Err(bad_query("X-Amz-Expires must be at least 1")),
            604_801.. => {
                return Err(bad_query(
                    "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
                ));
            }
            seconds => seconds.unsigned_abs(),
        };
        Ok(Self {
            credential,
            time: field("X-Amz-Date")?,
            signed_headers: field("X-Amz-SignedHeaders")?.split(';').collect(),
            signature: field("X-Amz-Signature")?,
            payload_hash: request
                .header("x-amz-content-sha256")
                .or(request.query("X-Amz-Content-Sha256"))
                .unwrap_or("UNSIGNED-PAYLOAD"),
            expires: Some(expires),
        })
    }

    fn refuse(&self, message: impl Into<String>) -> S3Error {
        if self.expires.is_some() { bad_query(message) } else { malformed(message) }
    }
}

/// Finds out who sent the request. `account_of` gives the account of an access key.
pub(super) fn authenticate<'a>(
    request: &Request,
    region: &str,
    checks: &dyn Checks,
    account_of: &dyn Fn(&str) -> Option<Account<'a>>,
) -> Result<Signed, S3Error> {
    let claim = match request.header("authorization") {
        Some(_) if request.has_query("X-Amz-Signature") && !checks.forgives(Check::TwoSignatures) => {
            let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified";
            return Err(S3Error::invalid_argument(message, "Authorization", "both"));
        }
        Some(header) => Claim::of_header(request, header)?,
        None if request.query_names().any(|name| name.starts_with("X-Amz-")) => Claim::of_url(request)?,
        // What cannot be read is no reason to take the sender for nobody.
        None if request.headers.contains_key("authorization") => {
            return Err(malformed("The authorization header is malformed; it holds more than ASCII."));
        }
        None if request.has_query("AWSAccessKeyId") => return Err(version_2()),
        None => return Ok(Signed { principal: None, payload: unsigned_payload(request)? }),
    };
    let Credential { access_key, date, region: named, service } = claim.credential;
    let account = account_of(access_key).ok_or_else(|| unknown_key(access_key))?;
    checks.pass(Check::Token, check_token(account, request))?;
    if named != region && !checks.forgives(Check::Region) {
        let message = format!(
            "The authorization header is malformed; the region '{named}' is wrong; expecting '{region}'"
        );
        let error = claim.refuse(message).with("Region", region);
        // An answer to HEAD has no document that could tell it.
        let head = request.method == http::Method::HEAD;
        return Err(if head { error.header("x-amz-bucket-region", region) } else { error });
    }
    if service != "s3" {
        return Err(claim.refuse(
            "The authorization header is malformed; incorrect service. This endpoint belongs to 's3'.",
        ));
    }
    check_time(&claim, checks)?;
    checks.pass(Check::SignedHeaders, check_signed_headers(request, &claim))?;
    let signer = Signer::new(&account.credentials.secret_key, claim.time, date, named);
    let string_of =
        |canonical: &str| signer.string_to_sign("AWS4-HMAC-SHA256", &sha256_hex(canonical.as_bytes()));
    let canonical_of =
        |query: &String| canonical_request(request, query, &claim.signed_headers, claim.payload_hash);
    let readings = readings(&request.raw_query);
    let verified =
        readings.iter().any(|query| signer.verifies(&string_of(&canonical_of(query)), claim.signature));
    if !verified && !checks.forgives(Check::Signature(Version::S3)) {
        let canonical = canonical_of(&request.raw_query);
        let string_to_sign = string_of(&canonical);
        return Err(S3Error::signature_does_not_match()
            .with("AWSAccessKeyId", access_key)
            .with("StringToSign", string_to_sign)
            .with("SignatureProvided", claim.signature)
            .with("CanonicalRequest", canonical));
    }
    let payload = payload(claim.payload_hash, signer, claim.signature)?;
    Ok(Signed { principal: Some(account.principal.to_owned()), payload })
}

fn unknown_key(access_key: &str) -> S3Error {
    let message = "The AWS Access Key Id you provided does not exist in our records.";
    S3Error::new("InvalidAccessKeyId", message).with("AWSAccessKeyId", access_key)
}

/// A temporary key is none without its token, and a lasting one has none.
fn check_token(account: Account<'_>, request: &Request) -> Result<(), S3Error> {
    let sent = request.own("security-token").or(request.query("X-Amz-Security-Token"));
    match (account.credentials.token(), sent) {
        (None, None) => Ok(()),
        (Some(own), Some(sent)) if own == sent => Ok(()),
        (Some(_), None) => Err(unknown_key(account.credentials.access_key())),
        _ => {
            let message = "The provided token is malformed or otherwise invalid.";
            Err(S3Error::new("InvalidToken", message))
        }
    }
}

/// An anonymous request may tell the digest of its body, but nothing can be signed in it.
fn unsigned_payload(request: &Request) -> Result<Payload, S3Error> {
    match request.header("x-amz-content-sha256") {
        None => Ok(Payload::Unsigned),
        Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER") => Ok(Payload::Chunks { signer: None, trailer: true }),
        Some(streaming) if streaming.starts_with("STREAMING-") => {
            Err(S3Error::new("AccessDenied", "Access Denied"))
        }
        Some(other) => payload(other, Signer::new("", "", "", ""), ""),
    }
}

/// Checks the time of a signature against the clock.
fn check_time(claim: &Claim<'_>, checks: &dyn Checks) -> Result<(), S3Error> {
    let signed_at = DateTime::strptime("%Y%m%dT%H%M%SZ", claim.time)
        .ok()
        .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok())
        .ok_or_else(|| {
            S3Error::new("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        })?
        .timestamp()
        .as_second();
    if !claim.time.starts_with(claim.credential.date) {
        return Err(claim.refuse("The date of the Credential is not that of the request."));
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    let iso = |seconds: i64| iso8601(Time(seconds.unsigned_abs() * 1_000_000));
    match claim.expires {
        Some(expires) => {
            let end = signed_at.saturating_add(expires as i64);
            if end < now && !checks.forgives(Check::Expiry(Version::S3)) {
                return Err(S3Error::new("AccessDenied", "Request has expired")
                    .with("X-Amz-Expires", expires)
                    .with("Expires", iso(end))
                    .with("ServerTime", iso(now)));
            }
            if signed_at > now + MOST_SKEW as i64 {
                return Err(S3Error::new("AccessDenied", "Request is not yet valid"));
            }
        }
        None if signed_at.abs_diff(now) > checks.most_skew()
            && !checks.forgives(Check::Skew(Version::S3)) =>
        {
            let message = "The difference between the request time and the current time is too large.";
            return Err(S3Error::new("RequestTimeTooSkewed", message)
                .with("RequestTime", claim.time)
                .with("ServerTime", iso(now))
                .with("MaxAllowedSkewMilliseconds", MOST_SKEW * 1_000));
        }
        None => {}
    }
    Ok(())
}

/// Host and every x-amz-* header have to be among the signed ones.
fn check_signed_headers(request: &Request, claim: &Claim<'_>) -> Result<(), S3Error> {
    let signed = |name: &str| claim.signed_headers.contains(&name);
    let unsigned: Vec<&str> = request
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| (*name == "host" || name.starts_with("x-amz-")) && !signed(name))
        // The digest of a body need not be in a URL that is handed on.
        .filter(|name| claim.expires.is_none() || *name != "x-amz-content-sha256")
        .collect();
    if unsigned.is_empty() && signed("host") {
        return Ok(());
    }
    let message = "There were headers present in the request which were not signed";
    Err(S3Error::new("AccessDenied", message).with("HeadersNotSigned", unsigned.join(", ")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::accounts::Credentials;
    use crate::dialect;
    use crate::provider::Dialect;

    const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

    fn request(uri: &str, authorization: Option<&str>) -> Option<Request> {
        let mut request = http::Request::builder()
            .uri(uri)
            .header("host", "localhost")
            .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
            .header("x-amz-date", "20130524T000000Z");
        if let Some(header) = authorization {
            request = request.header("authorization", header);
        }
        dialect::of(Dialect::S3).request(request.body(()).ok()?.into_parts().0).ok()
    }

    fn authenticated(request: &Request) -> Result<Signed, S3Error> {
        let account = Account { credentials: &Credentials::new(KEY, "secret"), principal: KEY };
        authenticate(request, "us-east-1", &crate::checks::Sound, &|key| (key == KEY).then_some(account))
    }

    #[test]
    fn a_credential_is_read_from_its_end() {
        let credential = Credential::read("a/b/20130524/us-east-1/s3/aws4_request").expect("well-formed");
        assert_eq!((credential.access_key, credential.region), ("a/b", "us-east-1"));
        assert!(Credential::read("a/20130524/us-east-1/s3/aws5_request").is_none());
    }

    #[test]
    fn broken_headers_are_refused() {
        for header in [
            "",
            "Basic x",
            "AWS4-HMAC-SHA256",
            "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=h, Signature=s",
        ] {
            let request = request("/b/k", Some(header)).expect("a request");
            assert!(authenticated(&request).is_err(), "{header}");
        }
    }

    #[test]
    fn signature_version_2_is_told_which_to_use() {
        let header = request("/b/k", Some("AWS AKIAIOSFODNN7EXAMPLE:c2lnbmF0dXJl"));
        let url = request("/b/k?AWSAccessKeyId=a&Signature=c2lnbmF0dXJl&Expires=1", None);
        for request in [header, url] {
            let error = authenticated(&request.expect("a request")).expect_err("it is not supported");
            assert!(format!("{error:?}").contains("Please use AWS4-HMAC-SHA256"), "{error:?}");
        }
    }

    #[test]
    fn nobody_is_anonymous_by_accident() {
        let request = request("/b/k?X-Amz-Signature=00", None).expect("a request");
        assert!(authenticated(&request).is_err());
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic_or_let_in(header in "\\PC{0,80}|AWS4-HMAC-SHA256 Credential=[a-z/0-9_-]{0,40}, ?SignedHeaders=[a-z;-]{0,20}, ?Signature=[0-9a-f]{0,64}") {
            if let Some(request) = request("/b/k", Some(&header)) {
                prop_assert!(authenticated(&request).is_err());
            }
        }

        #[test]
        fn no_url_makes_it_panic_or_let_in(query in "(X-Amz-(Signature|Expires|Date|Credential|SignedHeaders|Algorithm)=[A-Z0-9a-z%/-]{0,30}&?){0,8}") {
            if let Some(request) = request(&format!("/b/k?X-Amz-Signature=0&{query}"), None) {
                prop_assert!(authenticated(&request).is_err());
            }
        }
    }
}
