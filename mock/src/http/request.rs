//! A request, taken apart as far as S3 and OSS need it.

use http::{HeaderMap, Method, request::Parts};
use percent_encoding::percent_decode_str;

use super::S3Error;
use super::host::{self, Addressed};

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
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
    /// How the headers begin that are the dialect's own.
    prefix: &'static str,
}

impl Request {
    /// Takes the head apart; the bucket stands first in the path, or first in the name of the host.
    pub(crate) fn new(
        parts: Parts,
        prefix: &'static str,
        addressed: &dyn for<'h> Fn(&'h str) -> Addressed<'h>,
    ) -> Result<Self, S3Error> {
        let raw_path = parts.uri.path().to_owned();
        let raw_query = parts.uri.query().unwrap_or("").to_owned();
        let rest = raw_path.strip_prefix('/').unwrap_or(&raw_path);
        let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
        let addressed = addressed(host::name(host));
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
        Ok(Self { prefix, method, raw_path, raw_query, headers, bucket, key, second_level, query })
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

    /// Sets a parameter of the query, or takes it away.
    #[cfg(feature = "defects")]
    pub(crate) fn set_query(&mut self, name: &str, value: Option<&str>) {
        self.query.retain(|(known, _)| known != name);
        self.query.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// Takes headers that stand in the query of a signed URL for headers. A header that was sent wins.
    pub(crate) fn take_hoisted_headers(&mut self, hoists: fn(&str) -> bool, is_of_body: fn(&str) -> bool) {
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
        self.header(&format!("{}{name}", self.prefix))
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

fn decode(text: &str) -> Result<String, S3Error> {
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| S3Error::new("InvalidURI", "Couldn't parse the specified URI.").with("URI", text))
}
