//! A request, taken apart as far as S3 and OSS need it.

use http::{HeaderMap, Method, request::Parts};
use percent_encoding::percent_decode_str;

use super::S3Error;
use super::host::{self, Addressed};
use crate::model::Algorithm;
use crate::provider::Dialect;

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) dialect: Dialect,
    pub(crate) method: Method,
    /// The path as sent.
    pub(crate) raw_path: String,
    /// The query as sent.
    pub(crate) raw_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
    /// Whether the bucket stands in the path although the host is an endpoint with a name of its own.
    pub(crate) second_level: bool,
    query: Vec<(String, String)>,
}

impl Request {
    /// Takes the head apart; the bucket stands first in the path, or first in the name of the host.
    pub(crate) fn new(parts: Parts, dialect: Dialect) -> Result<Self, S3Error> {
        let raw_path = parts.uri.path().to_owned();
        let raw_query = parts.uri.query().unwrap_or("").to_owned();
        let rest = raw_path.strip_prefix('/').unwrap_or(&raw_path);
        let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        let addressed = host::addressed(dialect, host::name(host));
        let (bucket, key) = match (addressed, rest.split_once('/')) {
            (Addressed::Bucket(bucket), _) => (bucket, Some(rest)),
            (Addressed::Server | Addressed::Endpoint, Some((bucket, key))) => (bucket, Some(key)),
            (Addressed::Server | Addressed::Endpoint, None) => (rest, None),
        };
        let second_level = addressed == Addressed::Endpoint && !bucket.is_empty();
        let key = key.filter(|key| !key.is_empty());
        let bucket = (!bucket.is_empty()).then(|| decode(bucket)).transpose()?;
        let key = key.map(decode).transpose()?;
        let query = raw_query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                Ok((decode(name)?, decode(&value.replace('+', " "))?))
            })
            .collect::<Result<_, S3Error>>()?;
        let (method, headers) = (parts.method, parts.headers);
        Ok(Self { dialect, method, raw_path, raw_query, headers, bucket, key, second_level, query })
    }

    /// The value of a query parameter; the empty text if it has none.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn has_query(&self, name: &str) -> bool {
        self.query(name).is_some()
    }

    pub(crate) fn query_names(&self) -> impl Iterator<Item = &str> {
        self.query.iter().map(|(name, _)| name.as_str())
    }

    /// A query parameter that counts something: absent, or from 0 to 2,147,483,647.
    pub(crate) fn count(&self, name: &str) -> Result<Option<u32>, S3Error> {
        let Some(text) = self.query(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        match text.parse::<i64>() {
            Ok(value) if (0..=i64::from(i32::MAX)).contains(&value) => Ok(Some(value as u32)),
            Ok(_) => {
                let message = format!("Argument {name} must be an integer between 0 and 2147483647");
                Err(S3Error::invalid_argument(&message, name, text))
            }
            Err(_) => {
                let message = format!("Provided {name} not an integer or within integer range");
                Err(S3Error::invalid_argument(&message, name, text))
            }
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the value of a header that is a list. Several lines of one name are one list (RFC 9110, 5.3).
    pub(crate) fn list(&self, name: &str) -> Option<String> {
        let lines: Option<Vec<&str>> =
            self.headers.get_all(name).iter().map(|line| line.to_str().ok()).collect();
        lines.filter(|lines| !lines.is_empty()).map(|lines| lines.join(", "))
    }

    /// Takes headers that stand in the query of a signed URL for headers. A header that was sent wins.
    pub(crate) fn take_hoisted_headers(&mut self) {
        let hoisted = self.query.extract_if(.., |(name, _)| hoists(name));
        for (name, value) in hoisted {
            let (name, value) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value));
            if let (Ok(name), Ok(value)) = (name, value)
                && !is_of_body(name.as_str())
            {
                self.headers.entry(name).or_insert(value);
            }
        }
    }

    /// The values of a header, one behind the other, as signatures want them.
    pub(crate) fn joined(&self, name: &str) -> String {
        let values = self.headers.get_all(name).iter();
        let values: Vec<String> =
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_owned()).collect();
        values.join(",")
    }

    /// A header of the dialect's own: `own("tagging")` is x-amz-tagging, or x-oss-tagging.
    pub(crate) fn own(&self, name: &str) -> Option<&str> {
        self.header(&self.dialect.header(name))
    }

    /// Takes headers of the other dialect for those of its own, by a deliberate mistake.
    pub(crate) fn take_foreign_headers(&mut self) {
        let other = match self.dialect {
            Dialect::S3 => Dialect::Oss,
            Dialect::Oss => Dialect::S3,
        };
        let foreign: Vec<(String, http::HeaderValue)> = self
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().strip_prefix(other.prefix())?, value)))
            .map(|(name, value)| (self.dialect.header(name), value.clone()))
            .collect();
        for (name, value) in foreign {
            if let Ok(name) = http::HeaderName::try_from(name) {
                self.headers.entry(name).or_insert(value);
            }
        }
    }

    /// Whether the body comes in chunks of HTTP, so that nobody knows its length before.
    pub(crate) fn is_chunked(&self) -> bool {
        self.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
    }

    /// The key; routes that have none do not ask.
    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    pub(crate) fn bucket(&self) -> &str {
        self.bucket.as_deref().unwrap_or_default()
    }
}

/// Returns whether a parameter of a signed URL is a header that was moved there.
fn hoists(name: &str) -> bool {
    const OF_THE_SIGNATURE: [&str; 8] = [
        "x-amz-algorithm",
        "x-amz-content-sha256",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-expires",
        "x-amz-security-token",
        "x-amz-signature",
        "x-amz-signedheaders",
    ];
    let name = name.to_ascii_lowercase();
    let is_condition = ["if-match", "if-none-match"].contains(&name.as_str());
    is_condition || (name.starts_with("x-amz-") && !OF_THE_SIGNATURE.contains(&name.as_str()))
}

/// Returns whether a header speaks of the body. Whoever signs a URL does not know the body: SDKs put the
/// checksum of an empty one there, and AWS was measured to pass over it.
fn is_of_body(name: &str) -> bool {
    let is_value = name.strip_prefix("x-amz-checksum-").is_some_and(|rest| {
        Algorithm::ALL.iter().any(|algorithm| algorithm.name().eq_ignore_ascii_case(rest))
    });
    is_value || ["x-amz-sdk-checksum-algorithm", "x-amz-trailer"].contains(&name)
}

fn decode(text: &str) -> Result<String, S3Error> {
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| S3Error::new("InvalidURI", "Couldn't parse the specified URI.").with("URI", text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn request_in(dialect: Dialect, host: &str, uri: &str) -> Option<Request> {
        let request = http::Request::builder().uri(uri).header("host", host).body(()).ok()?;
        Request::new(request.into_parts().0, dialect).ok()
    }

    fn request(host: &str, uri: &str) -> Option<Request> {
        request_in(Dialect::S3, host, uri)
    }

    #[test]
    fn the_bucket_stands_in_the_path_or_in_the_host() {
        let found = |host, uri| {
            let request = request(host, uri).expect("a request");
            (request.bucket().to_owned(), request.key().to_owned())
        };
        let expected = ("b".to_owned(), "k/%20+ä".to_owned());
        assert_eq!(found("localhost:80", "/b/k/%2520+%C3%A4"), expected);
        assert_eq!(found("b.localhost:80", "/k/%2520+%C3%A4"), expected);
        assert_eq!(found("127.0.0.1:80", "/b//k"), ("b".to_owned(), "/k".to_owned()));
        assert_eq!(found("b.localhost", "//k"), ("b".to_owned(), "/k".to_owned()));
    }

    #[test]
    fn oss_takes_the_bucket_in_the_path_where_the_host_has_no_name() {
        let found = |host, uri| {
            let request = request_in(Dialect::Oss, host, uri).expect("a request");
            (request.bucket().to_owned(), request.key().to_owned(), request.second_level)
        };
        let expected = |second_level| ("b".to_owned(), "k/l".to_owned(), second_level);
        assert_eq!(found("127.0.0.1:80", "/b/k/l"), expected(false));
        assert_eq!(found("localhost:80", "/b/k/l"), expected(false));
        assert_eq!(found("b.oss-cn-hangzhou.localhost:80", "/k/l"), expected(false));
        assert_eq!(found("oss-cn-hangzhou.localhost:80", "/b/k/l"), expected(true));
        assert_eq!(found("oss-cn-hangzhou.localhost:80", "/"), (String::new(), String::new(), false));
    }

    #[test]
    fn headers_of_its_own_bear_the_prefix_of_the_dialect() {
        let builder =
            || http::Request::builder().header("x-amz-tagging", "s3").header("x-oss-tagging", "oss");
        for (dialect, tagging) in [(Dialect::S3, "s3"), (Dialect::Oss, "oss")] {
            let parts = builder().body(()).expect("a request").into_parts().0;
            let request = Request::new(parts, dialect).expect("it can be taken apart");
            assert_eq!(request.own("tagging"), Some(tagging));
        }
    }

    #[test]
    fn lines_of_one_name_are_one_list() {
        let request = http::Request::builder()
            .header("x-amz-object-attributes", "ETag")
            .header("x-amz-object-attributes", "ObjectSize,StorageClass");
        let request = Request::new(request.body(()).expect("a request").into_parts().0, Dialect::S3);
        let request = request.expect("it can be taken apart");
        let list = request.list("x-amz-object-attributes");
        assert_eq!(list.as_deref(), Some("ETag, ObjectSize,StorageClass"));
        assert_eq!(request.list("x-amz-trailer"), None);
    }

    #[test]
    fn headers_in_a_signed_url_are_taken_but_for_those_of_the_body() {
        let mut request = request(
            "localhost",
            "/b/k?X-Amz-Meta-A=1+2&if-none-match=*&x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32&X-Amz-Expires=1&uploadId=u",
        )
        .expect("a request");
        request.take_hoisted_headers();
        assert_eq!(request.header("x-amz-meta-a"), Some("1 2"));
        assert_eq!(request.header("if-none-match"), Some("*"));
        assert_eq!(request.header("x-amz-checksum-crc32"), None);
        assert_eq!(request.header("x-amz-sdk-checksum-algorithm"), None);
        assert_eq!(request.query_names().collect::<Vec<_>>(), ["X-Amz-Expires", "uploadId"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert!(request("localhost", "/b/%FF").is_none());
    }

    proptest! {
        #[test]
        fn no_uri_makes_it_panic(uri in "/[ -~]{0,60}", host in "[a-z.:0-9]{0,30}") {
            if let Some(request) = request(&host, &uri) {
                let _ = (request.count("max-parts"), request.query("uploadId"));
            }
        }
    }
}
