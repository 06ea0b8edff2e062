//! Signatures of version 4: HMAC-SHA256 over the digest of a canonical request, with a key for a day and a region.

use crate::http::Request;
use crate::http::sigv4::{STRICT, STRICT_BUT_SLASH, mac, recode, sha256_hex};

/// How signatures of this version are named.
pub(super) const ALGORITHM: &str = "OSS4-HMAC-SHA256";
/// The end of every scope.
pub(super) const TERMINAL: &str = "aliyun_v4_request";
/// What stands for the digest of a body, which is never signed.
pub(super) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What is signed, as text. `additional` are the headers that the sender signed beside the usual ones.
pub(super) fn canonical_request(request: &Request, additional: &[&str]) -> String {
    let path = match &request.bucket {
        Some(bucket) => format!("/{bucket}/{}", request.key()),
        None => "/".to_owned(),
    };
    let path = percent_encoding::utf8_percent_encode(&path, STRICT_BUT_SLASH);
    let mut headers: Vec<&str> = request
        .headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| is_signed(name) || additional.contains(name))
        .collect();
    headers.sort_unstable();
    let headers: String =
        headers.into_iter().map(|name| format!("{name}:{}\n", request.joined(name))).collect();
    let mut names = additional.to_vec();
    names.sort_unstable();
    let payload = request.own("content-sha256").unwrap_or(UNSIGNED);
    format!("{}\n{path}\n{}\n{headers}\n{}\n{payload}", request.method, query(request), names.join(";"))
}

/// Headers that are signed whenever they are there.
fn is_signed(name: &str) -> bool {
    name.starts_with("x-oss-") || name == "content-type" || name == "content-md5"
}

fn query(request: &Request) -> String {
    let mut pairs: Vec<(String, String)> = request
        .raw_query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (recode(name, STRICT), recode(&value.replace('+', " "), STRICT)))
        .filter(|(name, _)| name != "x-oss-signature")
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| if value.is_empty() { name } else { format!("{name}={value}") })
        .collect();
    pairs.join("&")
}

/// What a signature is for: `20231216/cn-hangzhou/oss/aliyun_v4_request`.
pub(super) struct Scope<'r> {
    pub(super) access_key: &'r str,
    pub(super) date: &'r str,
    pub(super) region: &'r str,
    pub(super) product: &'r str,
}

impl<'r> Scope<'r> {
    /// Reads a credential: an access key with the scope behind it.
    pub(super) fn read(credential: &'r str) -> Option<Self> {
        // An access key may itself hold slashes.
        let mut words = credential.rsplitn(5, '/');
        let (terminal, product, region, date) = (words.next()?, words.next()?, words.next()?, words.next()?);
        let access_key = words.next()?;
        (terminal == TERMINAL).then_some(Self { access_key, date, region, product })
    }

    /// What is signed with the key of the scope.
    pub(super) fn string_to_sign(&self, time: &str, canonical: &str) -> String {
        let Self { date, region, product, .. } = self;
        let digest = sha256_hex(canonical.as_bytes());
        format!("{ALGORITHM}\n{time}\n{date}/{region}/{product}/{TERMINAL}\n{digest}")
    }

    /// Whether a signature is the one of a text.
    pub(super) fn verifies(&self, secret: &str, text: &str, signature: &str) -> bool {
        let words = [self.date, self.region, self.product, TERMINAL];
        let key = words.iter().fold(format!("aliyun_v4{secret}").into_bytes(), |key, word| {
            use hmac::Mac as _;
            mac(&key, word.as_bytes()).finalize().into_bytes().to_vec()
        });
        let given = hex::decode(signature).unwrap_or_default();
        hmac::Mac::verify_slice(mac(&key, text.as_bytes()), &given).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;
    use crate::provider::Dialect;

    const PATH: &str = "/1234%2B-/123/1.txt";
    const QUERY: &str = "param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2&%7Cparam2&param2";

    fn string_to_sign(query: &str, headers: &[(&str, &str)], additional: &[&str], time: &str) -> String {
        let mut request = http::Request::builder()
            .method("PUT")
            .uri(format!("{PATH}?{query}"))
            .header("host", "bucket.oss-cn-hangzhou.aliyuncs.com")
            .header("x-oss-head1", "value");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let parts = request.body(()).expect("a request").into_parts().0;
        let request = dialect::of(Dialect::Oss).request(parts).expect("it can be taken apart");
        scope(&time[..8]).string_to_sign(time, &canonical_request(&request, additional))
    }

    fn scope(date: &str) -> Scope<'_> {
        Scope { access_key: "ak", date, region: "cn-hangzhou", product: "oss" }
    }

    fn verifies(text: &str, time: &str, signature: &str) -> bool {
        scope(&time[..8]).verifies("sk", text, signature)
    }

    #[test]
    fn a_request_signed_in_its_header() {
        let time = "20231216T162057Z";
        let headers = [
            ("content-type", "text/plain"),
            ("abc", "value"),
            ("x-oss-date", time),
            ("x-oss-content-sha256", UNSIGNED),
        ];
        let text = string_to_sign(QUERY, &headers, &[], time);
        let expected = "e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe";
        assert!(verifies(&text, time, expected), "{text}");
    }

    #[test]
    fn additional_headers_are_signed_where_they_are_named() {
        let time = "20231216T172512Z";
        let headers = [
            ("content-type", "text/plain"),
            ("abc", "value"),
            ("zabc", "value"),
            ("x-oss-date", time),
            ("x-oss-content-sha256", UNSIGNED),
        ];
        let text = string_to_sign(QUERY, &headers, &["zabc", "abc"], time);
        let expected = "4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f";
        assert!(verifies(&text, time, expected), "{text}");
    }

    #[test]
    fn a_request_signed_in_its_url() {
        let time = "20231217T025437Z";
        let query = format!(
            "{QUERY}&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date={time}&x-oss-expires=599&x-oss-credential=ak%2F20231217%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-signature=left-out"
        );
        let text = string_to_sign(&query, &[("content-type", "application/octet-stream")], &[], time);
        let expected = "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe";
        assert!(verifies(&text, time, expected), "{text}");
    }

    #[test]
    fn a_credential_is_read_from_its_end() {
        let scope = Scope::read("a/b/20231216/cn-hangzhou/oss/aliyun_v4_request").expect("well-formed");
        assert_eq!((scope.access_key, scope.region, scope.product), ("a/b", "cn-hangzhou", "oss"));
        assert!(Scope::read("a/20231216/cn-hangzhou/oss/aws4_request").is_none());
    }
}
