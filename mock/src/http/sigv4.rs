//! The arithmetic of SigV4: canonical requests, keys, and what is signed.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::Request;

/// Everything but the unreserved characters of RFC 3986.
pub(crate) const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
pub(crate) const STRICT_BUT_SLASH: &AsciiSet = &STRICT.remove(b'/');

/// The SHA-256 of nothing.
pub(crate) const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// When, where and with which key something is signed.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Signer {
    key: Vec<u8>,
    time: String,
    scope: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Signer {
    pub(crate) fn new(secret: &str, time: &str, date: &str, region: &str) -> Self {
        let key = [date, region, "s3", "aws4_request"]
            .iter()
            .fold(format!("AWS4{secret}").into_bytes(), |key, word| {
                mac(&key, word.as_bytes()).finalize().into_bytes().to_vec()
            });
        Self { key, time: time.to_owned(), scope: format!("{date}/{region}/s3/aws4_request") }
    }

    /// What is signed: the kind, time and scope, and what `rest` says.
    pub(crate) fn string_to_sign(&self, kind: &str, rest: &str) -> String {
        format!("{kind}\n{}\n{}\n{rest}", self.time, self.scope)
    }

    pub(crate) fn verifies(&self, string: &str, signature: &str) -> bool {
        let given = hex::decode(signature).unwrap_or_default();
        mac(&self.key, string.as_bytes()).verify_slice(&given).is_ok()
    }
}

pub(crate) fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub(crate) fn recode(text: &str, set: &'static AsciiSet) -> String {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    percent_encoding::percent_encode(&bytes, set).to_string()
}

/// Returns the ways to read a query: a plus sign may stand for itself or for a blank. AWS takes a signature
/// over either.
pub(crate) fn readings(raw_query: &str) -> Vec<String> {
    let blanks = raw_query.contains('+').then(|| raw_query.replace('+', "%20"));
    [raw_query.to_owned()].into_iter().chain(blanks).collect()
}

/// Returns what is signed of a request, with its query in one of its [`readings`].
pub(crate) fn canonical_request(
    request: &Request,
    query: &str,
    signed_headers: &[&str],
    payload_hash: &str,
) -> String {
    let mut query: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (recode(name, STRICT), recode(value, STRICT)))
        .filter(|(name, _)| name != "X-Amz-Signature")
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

/// As `encoding-type=url` wants names in listings.
pub(crate) fn url_encoded(text: &str) -> String {
    utf8_percent_encode(text, STRICT_BUT_SLASH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn signer() -> Signer {
        Signer::new(SECRET, "20130524T000000Z", "20130524", "us-east-1")
    }

    fn request(uri: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = http::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let parts = request.body(()).expect("a request").into_parts().0;
        Request::new(parts, "x-amz-", &|_| crate::http::Addressed::Server).expect("it can be taken apart")
    }

    #[test]
    fn a_request_signed_in_its_header() {
        let request = request(
            "/test.txt",
            &[
                ("host", "examplebucket.s3.amazonaws.com"),
                ("range", "bytes=0-9"),
                ("x-amz-content-sha256", EMPTY_SHA256),
                ("x-amz-date", "20130524T000000Z"),
            ],
        );
        let signed = ["host", "range", "x-amz-content-sha256", "x-amz-date"];
        let canonical = canonical_request(&request, "", &signed, EMPTY_SHA256);
        let string = signer().string_to_sign("AWS4-HMAC-SHA256", &sha256_hex(canonical.as_bytes()));
        assert!(
            signer().verifies(&string, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
        );
    }

    #[test]
    fn a_request_signed_in_its_url() {
        let query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let request = request(&format!("/test.txt?{query}"), &[("host", "examplebucket.s3.amazonaws.com")]);
        let canonical = canonical_request(&request, query, &["host"], "UNSIGNED-PAYLOAD");
        let string = signer().string_to_sign("AWS4-HMAC-SHA256", &sha256_hex(canonical.as_bytes()));
        assert!(
            signer().verifies(&string, "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
        );
    }

    #[test]
    fn a_plus_sign_in_a_query_is_signed_as_itself_or_as_a_blank() {
        let request = request("/b?prefix=a+b", &[("host", "localhost")]);
        let canonical: Vec<String> = readings(&request.raw_query)
            .iter()
            .map(|query| canonical_request(&request, query, &["host"], EMPTY_SHA256))
            .collect();
        assert_eq!(canonical.len(), 2);
        assert!(canonical[0].contains("prefix=a%2Bb"));
        assert!(canonical[1].contains("prefix=a%20b"));
        assert_eq!(readings("prefix=a%2Bb").len(), 1);
    }
}
