//! A request, taken apart as far as S3 needs it.

use http::{HeaderMap, Method, request::Parts};
use percent_encoding::percent_decode_str;

use super::S3Error;

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The path as sent.
    pub(crate) raw_path: String,
    /// The query as sent.
    pub(crate) raw_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
    query: Vec<(String, String)>,
}

impl Request {
    /// Takes the head apart; the bucket stands first in the path, or first in the name of the host.
    pub(crate) fn new(parts: Parts) -> Result<Self, S3Error> {
        let raw_path = parts.uri.path().to_owned();
        let raw_query = parts.uri.query().unwrap_or("").to_owned();
        let rest = raw_path.strip_prefix('/').unwrap_or(&raw_path);
        let (bucket, key) = match (bucket_of_host(&parts), rest.split_once('/')) {
            (Some(bucket), _) => (bucket, Some(rest)),
            (None, Some((bucket, key))) => (bucket, Some(key)),
            (None, None) => (rest, None),
        };
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
        Ok(Self { method: parts.method, raw_path, raw_query, headers: parts.headers, bucket, key, query })
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

    /// The key; routes that have none do not ask.
    pub(crate) fn key(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }

    pub(crate) fn bucket(&self) -> &str {
        self.bucket.as_deref().unwrap_or_default()
    }
}

/// The bucket in `bucket.localhost:PORT`.
fn bucket_of_host(parts: &Parts) -> Option<&str> {
    let host = parts.headers.get("host")?.to_str().ok()?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name.strip_suffix(".localhost").filter(|bucket| !bucket.is_empty())
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

    fn request(host: &str, uri: &str) -> Option<Request> {
        let request = http::Request::builder().uri(uri).header("host", host).body(()).ok()?;
        Request::new(request.into_parts().0).ok()
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
