//! Who sent a request: signatures of version 1 and 4, in the header and in the URL, from the documents' description.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;

use super::super::auth::{Payload, Signed};
use super::super::{Leniency, Request, S3Error, iso8601};
use super::v4::{ALGORITHM, Scope, UNSIGNED};
use super::{v1, v4};
use crate::accounts::Account;
use crate::model::Time;

const FIFTEEN_MINUTES: u64 = 15 * 60;
/// The longest time that a URL of version 4 can be good for.
const SEVEN_DAYS: i64 = 7 * 24 * 60 * 60;

/// Finds out who sent the request.
pub(crate) fn authenticate(
    request: &Request,
    region: &str,
    lenient: Leniency,
    account_of: impl Fn(&str) -> Option<Account>,
) -> Result<Signed, S3Error> {
    let in_url =
        request.query_names().any(|name| ["Signature", "x-oss-signature", "OSSAccessKeyId"].contains(&name));
    let claim = match request.header("authorization") {
        Some(_) if in_url && !lenient.two_signatures => {
            let message = "A request is signed in its Authorization header or in its URL, not in both.";
            return Err(S3Error::invalid_argument(message, "Authorization", "both").ec("0002-00000039"));
        }
        Some(header) => Claim::of_header(request, header)?,
        None if request.headers.contains_key("authorization") => return Err(malformed_header("")),
        None if request.has_query("x-oss-signature-version") || request.has_query("x-oss-signature") => {
            Claim::of_url_v4(request)?
        }
        None if in_url => Claim::of_url_v1(request)?,
        None => return Ok(Signed { principal: None, payload: Payload::Unsigned }),
    };
    let account = account_of(claim.access_key()).ok_or_else(|| unknown_key(claim.access_key()))?;
    if account.token.is_some() && lenient.no_tokens {
        return Err(unknown_key(account.access_key));
    }
    if !lenient.tokens {
        check_token(account, claim.token)?;
    }
    if let Version::Four { scope, .. } = &claim.version {
        check_scope(scope, region, lenient, claim.expires.is_some())?;
    }
    check_time(&claim, lenient)?;
    check_signature(request, &claim, account, lenient)?;
    Ok(Signed { principal: Some(account.principal.to_owned()), payload: Payload::Unsigned })
}

/// A signature with everything that it says about itself.
struct Claim<'r> {
    version: Version<'r>,
    signature: &'r str,
    token: Option<&'r str>,
    /// When it was made; of a URL of version 1 nobody knows.
    made: Option<i64>,
    /// When the URL ends.
    expires: Option<i64>,
    /// The time as it is signed.
    time: &'r str,
}

enum Version<'r> {
    One { access_key: &'r str },
    Four { scope: Scope<'r>, additional: Vec<&'r str> },
}

impl<'r> Claim<'r> {
    fn access_key(&self) -> &'r str {
        match &self.version {
            Version::One { access_key } => access_key,
            Version::Four { scope, .. } => scope.access_key,
        }
    }

    fn of_header(request: &'r Request, header: &'r str) -> Result<Self, S3Error> {
        if let Some(fields) = header.strip_prefix(ALGORITHM) {
            return Self::of_header_v4(request, fields);
        }
        if header.starts_with("OSS2 ") {
            return Err(version_2());
        }
        let rest = header.strip_prefix("OSS ").ok_or_else(|| malformed_header(header))?;
        let (access_key, signature) = rest.trim().rsplit_once(':').ok_or_else(|| malformed_header(header))?;
        let time = request.own("date").or(request.header("date")).unwrap_or_default();
        let made = DateTimeParser::new().parse_timestamp(time).map_err(|_| no_date())?;
        Ok(Self {
            version: Version::One { access_key },
            signature,
            token: request.own("security-token").or(request.header("security-token")),
            made: Some(made.as_second()),
            expires: None,
            time,
        })
    }

    fn of_header_v4(request: &'r Request, fields: &'r str) -> Result<Self, S3Error> {
        let found = |name: &str| {
            fields.split(',').find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
        };
        let field = |name: &str| found(name).ok_or_else(|| malformed_header(fields));
        let credential = field("Credential")?;
        let scope = Scope::read(credential).ok_or_else(|| {
            let message = "The Credential in the Authorization header is not of the form KEY/DATE/REGION/oss/aliyun_v4_request.";
            S3Error::invalid_argument(message, "Authorization", credential).ec("0002-00000213")
        })?;
        let payload = request.own("content-sha256").unwrap_or_default();
        if payload != UNSIGNED {
            let message = "The x-oss-content-sha256 header has to be UNSIGNED-PAYLOAD.";
            return Err(S3Error::invalid_argument(message, "x-oss-content-sha256", payload));
        }
        let time = request.own("date").or(request.header("date")).unwrap_or_default();
        Ok(Self {
            version: Version::Four {
                scope,
                additional: names(found("AdditionalHeaders").unwrap_or_default()),
            },
            signature: field("Signature")?,
            token: request.own("security-token"),
            made: Some(compact(time).ok_or_else(no_date)?),
            expires: None,
            time,
        })
    }

    fn of_url_v1(request: &'r Request) -> Result<Self, S3Error> {
        let field = |name: &'static str| {
            request.query(name).filter(|value| !value.is_empty()).ok_or_else(|| missing(name))
        };
        let time = field("Expires")?;
        let expires: i64 = time.parse().map_err(|_| {
            S3Error::invalid_argument("Expires has to be a time in seconds.", "Expires", time)
        })?;
        Ok(Self {
            version: Version::One { access_key: field("OSSAccessKeyId")? },
            signature: field("Signature")?,
            token: request.query("security-token"),
            made: None,
            expires: Some(expires),
            time,
        })
    }

    fn of_url_v4(request: &'r Request) -> Result<Self, S3Error> {
        let field = |name: &'static str| {
            request.query(name).filter(|value| !value.is_empty()).ok_or_else(|| missing(name))
        };
        match field("x-oss-signature-version")? {
            ALGORITHM => {}
            "OSS2" => return Err(version_2()),
            other => {
                let message = "There is no such version of signatures.";
                return Err(S3Error::invalid_argument(message, "x-oss-signature-version", other));
            }
        }
        let credential = field("x-oss-credential")?;
        let scope = Scope::read(credential).ok_or_else(|| {
            let message = "x-oss-credential is not of the form KEY/DATE/REGION/oss/aliyun_v4_request.";
            S3Error::invalid_argument(message, "x-oss-credential", credential).ec("0002-00000224")
        })?;
        let time = field("x-oss-date")?;
        let made = compact(time).ok_or_else(no_date)?;
        let seconds = field("x-oss-expires")?;
        let good = seconds.parse::<i64>().ok().filter(|seconds| (1..=SEVEN_DAYS).contains(seconds));
        let good = good.ok_or_else(|| {
            let message = "x-oss-expires has to be a number of seconds, from 1 to 604800.";
            S3Error::invalid_argument(message, "x-oss-expires", seconds)
        })?;
        Ok(Self {
            version: Version::Four {
                scope,
                additional: names(request.query("x-oss-additional-headers").unwrap_or_default()),
            },
            signature: field("x-oss-signature")?,
            token: request.query("x-oss-security-token"),
            made: Some(made),
            expires: Some(made.saturating_add(good)),
            time,
        })
    }
}

/// The names in `a;b`.
fn names(list: &str) -> Vec<&str> {
    list.split(';').map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// Seconds since the epoch of `20231216T162057Z`.
fn compact(time: &str) -> Option<i64> {
    let time = DateTime::strptime("%Y%m%dT%H%M%SZ", time).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// A header that is none of OSS: what S3 signs as well.
fn malformed_header(header: &str) -> S3Error {
    let scheme = header.split_whitespace().next().unwrap_or_default();
    let message = "The Authorization header is invalid; it has to begin with OSS or OSS4-HMAC-SHA256.";
    S3Error::invalid_argument(message, "Authorization", scheme).ec("0002-00000061")
}

fn version_2() -> S3Error {
    let message = "Signatures of version 2 are not supported here; sign by version 1 or 4.";
    S3Error::invalid_argument(message, "Authorization", "OSS2").ec("0002-00000061")
}

fn no_date() -> S3Error {
    S3Error::new("AccessDenied", "OSS authentication requires a valid Date.").ec("0002-00000501")
}

fn missing(name: &'static str) -> S3Error {
    S3Error::new("AccessDenied", format!("The signature in the URL lacks {name}."))
}

fn unknown_key(access_key: &str) -> S3Error {
    S3Error::new("InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
        .with("OSSAccessKeyId", access_key)
}

/// A temporary key is none without its token, and a lasting one has none.
fn check_token(account: Account, sent: Option<&str>) -> Result<(), S3Error> {
    match (account.token, sent) {
        (None, None) => Ok(()),
        (Some(own), Some(sent)) if own == sent => Ok(()),
        (Some(_), Some(_)) => {
            Err(S3Error::new("InvalidSecurityToken", "The security token you provided is invalid."))
        }
        (Some(_), None) => Err(unknown_key(account.access_key)),
        (None, Some(_)) => Err(unknown_key(account.access_key).ec("0002-00000002")),
    }
}

fn check_scope(scope: &Scope<'_>, region: &str, lenient: Leniency, in_url: bool) -> Result<(), S3Error> {
    let (place, number) = if in_url {
        ("x-oss-credential", "0002-00000228")
    } else {
        ("Authorization header", "0002-00000226")
    };
    if scope.region != region && !lenient.region {
        return Err(S3Error::new("InvalidArgument", format!("Invalid signing region in {place}."))
            .with("Region", region)
            .ec(number));
    }
    if scope.product != "oss" {
        let message = format!("Invalid signing product in {place}.");
        return Err(S3Error::new("InvalidArgument", message).ec("0002-00000227"));
    }
    Ok(())
}

/// Compares the time of a signature with the clock.
fn check_time(claim: &Claim<'_>, lenient: Leniency) -> Result<(), S3Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    let iso = |seconds: i64| iso8601(Time(seconds.unsigned_abs() * 1_000_000));
    let one = match &claim.version {
        Version::One { .. } => true,
        Version::Four { scope, .. } if !claim.time.starts_with(scope.date) => {
            let message = "The date of the credential is not that of the request.";
            return Err(S3Error::invalid_argument(message, "x-oss-date", claim.time));
        }
        Version::Four { .. } => false,
    };
    let forgiven = lenient.expiry || if one { lenient.v1_expiry } else { lenient.v4_expiry };
    if let Some(expires) = claim.expires {
        return match expires < now && !forgiven {
            true => Err(S3Error::new("AccessDenied", "Request has expired.")
                .with("Expires", iso(expires))
                .with("ServerTime", iso(now))
                .ec("0002-00000069")),
            false => Ok(()),
        };
    }
    let most = if lenient.no_skew { 60 } else { FIFTEEN_MINUTES };
    let skewed = claim.made.is_some_and(|made| made.abs_diff(now) > most);
    if skewed && !lenient.skew && !(one && lenient.v1_date) {
        let message = "The difference between the request time and the current time is too large.";
        return Err(S3Error::new("RequestTimeTooSkewed", message)
            .with("MaxAllowedSkewMilliseconds", FIFTEEN_MINUTES * 1_000)
            .with("RequestTime", claim.made.map(iso).unwrap_or_default())
            .with("ServerTime", iso(now)));
    }
    Ok(())
}

fn check_signature(
    request: &Request,
    claim: &Claim<'_>,
    account: Account,
    lenient: Leniency,
) -> Result<(), S3Error> {
    let (text, canonical) = match &claim.version {
        Version::One { .. } if lenient.v1_signature => return Ok(()),
        Version::Four { .. } if lenient.v4_signature => return Ok(()),
        Version::One { .. } => {
            let text = v1::string_to_sign(request, claim.time, None);
            let other = |number: u32| v1::string_to_sign(request, claim.time, Some(&number.to_string()));
            let verifies = |text: &str| v1::verifies(account.secret, text, claim.signature);
            if verifies(&text) || lenient.v1_part_number && (1..=16).map(other).any(|text| verifies(&text)) {
                return Ok(());
            }
            (text, None)
        }
        Version::Four { scope, additional } => {
            let canonical = v4::canonical_request(request, additional);
            let text = scope.string_to_sign(claim.time, &canonical);
            if scope.verifies(account.secret, &text, claim.signature) {
                return Ok(());
            }
            (text, Some(canonical))
        }
    };
    if lenient.signature {
        return Ok(());
    }
    let bytes: Vec<String> = text.bytes().map(|byte| format!("{byte:02X}")).collect();
    let error = super::super::auth::signature_does_not_match()
        .with("OSSAccessKeyId", account.access_key)
        .with("SignatureProvided", claim.signature)
        .with("StringToSign", text)
        .with("StringToSignBytes", bytes.join(" "));
    Err(match canonical {
        Some(canonical) => error.with("CanonicalRequest", canonical),
        None => error,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::provider::Dialect;

    fn authenticated(uri: &str, headers: &[(&str, &str)]) -> Option<Result<Signed, S3Error>> {
        let mut request = http::Request::builder().uri(uri).header("host", "b.oss-cn-hangzhou.localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = Request::new(request.body(()).ok()?.into_parts().0, Dialect::Oss).ok()?;
        Some(authenticate(&request, "cn-hangzhou", Leniency::default(), crate::accounts::find))
    }

    fn refusal(uri: &str, headers: &[(&str, &str)]) -> String {
        format!("{:?}", authenticated(uri, headers).expect("a request").expect_err("it is refused"))
    }

    #[test]
    fn what_is_no_signature_of_oss_is_refused() {
        for header in
            ["", "Basic x", "AWS4-HMAC-SHA256 Credential=a", "AWS a:b", "OSS a", "OSS2 AccessKeyId:a"]
        {
            let told = refusal("/k", &[("authorization", header)]);
            assert!(told.contains("0002-00000061"), "{header}: {told}");
        }
    }

    #[test]
    fn two_signatures_are_one_too_many() {
        let told = refusal("/k?Signature=a&Expires=1&OSSAccessKeyId=a", &[("authorization", "OSS a:b")]);
        assert!(told.contains("0002-00000039"), "{told}");
    }

    #[test]
    fn a_url_that_ended_and_a_request_of_yesterday_are_refused() {
        let told = refusal("/k?Signature=a&Expires=1&OSSAccessKeyId=mpuspec", &[]);
        assert!(told.contains("Request has expired"), "{told}");
        let date = ("date", "Wed, 28 Dec 2022 10:27:41 GMT");
        let told = refusal("/k", &[("authorization", "OSS mpuspec:a"), date]);
        assert!(told.contains("RequestTimeTooSkewed"), "{told}");
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic_or_let_in(header in "\\PC{0,80}|OSS [a-z:]{0,20}|OSS4-HMAC-SHA256 Credential=[a-z/0-9_-]{0,60}, ?AdditionalHeaders=[a-z;]{0,9}, ?Signature=[0-9a-f]{0,64}") {
            let headers = [
                ("authorization", header.as_str()),
                ("x-oss-date", "20231216T162057Z"),
                ("x-oss-content-sha256", UNSIGNED),
            ];
            if let Some(signed) = authenticated("/k", &headers) {
                prop_assert!(signed.is_err());
            }
        }

        #[test]
        fn no_url_makes_it_panic_or_let_in(query in "((x-oss-(signature|signature-version|expires|date|credential)|Signature|Expires|OSSAccessKeyId)=[A-Z0-9a-z%/-]{0,30}&?){0,8}") {
            if let Some(signed) = authenticated(&format!("/k?Signature=0&{query}"), &[]) {
                prop_assert!(signed.is_err());
            }
        }
    }
}
