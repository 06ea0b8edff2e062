//! Who sent a request: signatures of version 1 and 4, in the header and in the URL, from the documents' description.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;

use super::v4::{ALGORITHM, Scope, UNSIGNED};
use super::{v1, v4};
use crate::accounts::Account;
use crate::checks::{self, Checks};
use crate::checks::{Check, MOST_SKEW};
use crate::http::{Payload, Request, S3Error, Signed, iso8601};
use crate::model::Time;

/// The longest time that a URL of version 4 can be good for.
const SEVEN_DAYS: i64 = 7 * 24 * 60 * 60;

/// Finds out who sent the request.
pub(crate) fn authenticate<'a>(
    request: &Request,
    region: &str,
    checks: &dyn Checks,
    account_of: &dyn Fn(&str) -> Option<Account<'a>>,
) -> Result<Signed, S3Error> {
    let in_url =
        request.query_names().any(|name| ["Signature", "x-oss-signature", "OSSAccessKeyId"].contains(&name));
    let claim = match request.header("authorization") {
        Some(_) if in_url && !checks.forgives(Check::TwoSignatures) => {
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
    checks.pass(Check::Token, check_token(account, claim.token))?;
    if let Version::Four { scope, .. } = &claim.version {
        check_scope(scope, region, checks, claim.expires.is_some())?;
    }
    check_time(&claim, checks)?;
    checks.pass(Check::Signature(claim.version.of_points()), check_signature(request, &claim, account))?;
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

impl Version<'_> {
    fn of_points(&self) -> checks::Version {
        match self {
            Self::One { .. } => checks::Version::Oss1,
            Self::Four { .. } => checks::Version::Oss4,
        }
    }
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
fn check_token(account: Account<'_>, sent: Option<&str>) -> Result<(), S3Error> {
    match (account.credentials.token(), sent) {
        (None, None) => Ok(()),
        (Some(own), Some(sent)) if own == sent => Ok(()),
        (Some(_), Some(_)) => {
            Err(S3Error::new("InvalidSecurityToken", "The security token you provided is invalid."))
        }
        (Some(_), None) => Err(unknown_key(account.credentials.access_key())),
        (None, Some(_)) => Err(unknown_key(account.credentials.access_key()).ec("0002-00000002")),
    }
}

fn check_scope(scope: &Scope<'_>, region: &str, checks: &dyn Checks, in_url: bool) -> Result<(), S3Error> {
    let (place, number) = if in_url {
        ("x-oss-credential", "0002-00000228")
    } else {
        ("Authorization header", "0002-00000226")
    };
    if scope.region != region && !checks.forgives(Check::Region) {
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
fn check_time(claim: &Claim<'_>, checks: &dyn Checks) -> Result<(), S3Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    let iso = |seconds: i64| iso8601(Time(seconds.unsigned_abs() * 1_000_000));
    if let Version::Four { scope, .. } = &claim.version
        && !claim.time.starts_with(scope.date)
    {
        let message = "The date of the credential is not that of the request.";
        return Err(S3Error::invalid_argument(message, "x-oss-date", claim.time));
    }
    let version = claim.version.of_points();
    if let Some(expires) = claim.expires {
        return match expires < now && !checks.forgives(Check::Expiry(version)) {
            true => Err(S3Error::new("AccessDenied", "Request has expired.")
                .with("Expires", iso(expires))
                .with("ServerTime", iso(now))
                .ec("0002-00000069")),
            false => Ok(()),
        };
    }
    let skewed = claim.made.is_some_and(|made| made.abs_diff(now) > checks.most_skew());
    if skewed && !checks.forgives(Check::Skew(version)) {
        let message = "The difference between the request time and the current time is too large.";
        return Err(S3Error::new("RequestTimeTooSkewed", message)
            .with("MaxAllowedSkewMilliseconds", MOST_SKEW * 1_000)
            .with("RequestTime", claim.made.map(iso).unwrap_or_default())
            .with("ServerTime", iso(now)));
    }
    Ok(())
}

fn check_signature(request: &Request, claim: &Claim<'_>, account: Account<'_>) -> Result<(), S3Error> {
    let (text, canonical) = match &claim.version {
        Version::One { .. } => {
            let text = v1::string_to_sign(request, claim.time);
            if v1::verifies(account.credentials.secret_key(), &text, claim.signature) {
                return Ok(());
            }
            (text, None)
        }
        Version::Four { scope, additional } => {
            let canonical = v4::canonical_request(request, additional);
            let text = scope.string_to_sign(claim.time, &canonical);
            if scope.verifies(account.credentials.secret_key(), &text, claim.signature) {
                return Ok(());
            }
            (text, Some(canonical))
        }
    };
    let bytes: Vec<String> = text.bytes().map(|byte| format!("{byte:02X}")).collect();
    let error = S3Error::signature_does_not_match()
        .with("OSSAccessKeyId", account.credentials.access_key())
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
    use crate::accounts::Accounts;
    use crate::dialect;
    use crate::provider::Dialect;

    fn authenticated(uri: &str, headers: &[(&str, &str)]) -> Option<Result<Signed, S3Error>> {
        let mut request = http::Request::builder().uri(uri).header("host", "b.oss-cn-hangzhou.localhost");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = dialect::of(Dialect::Oss).request(request.body(()).ok()?.into_parts().0).ok()?;
        let accounts = Accounts::default();
        Some(authenticate(&request, "cn-hangzhou", &checks::Sound, &|key| accounts.find(key)))
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
