//! A request before it is addressed and signed.

use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use mpuspec_mock::provider::Addressing;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Blob, Framing};

/// A request in the words of S3.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The key; `None` for requests about a bucket.
    pub key: Option<String>,
    /// Keys that are named elsewhere than in the path.
    pub also: Vec<String>,
    /// Another bucket than that of the target.
    pub bucket: Option<String>,
    /// Another way to address it than that of the target.
    pub addressing: Option<Addressing>,
    /// The query; a value of `None` has no equals sign.
    pub query: Vec<(std::borrow::Cow<'static, str>, Option<String>)>,
    /// Headers beside those of HTTP and signature.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// The body of a request.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// A short document.
    Document(Bytes),
    /// The bytes of a part or an object.
    Blob(Arc<Blob>),
    /// The same, in chunks.
    Framed(Arc<Blob>, Framing),
}

impl Body {
    /// The bytes, without a frame.
    pub fn bytes(&self) -> Bytes {
        match self {
            Self::Empty => Bytes::new(),
            Self::Document(bytes) => bytes.clone(),
            Self::Blob(blob) | Self::Framed(blob, _) => blob.bytes.clone(),
        }
    }
}

/// Everything but the unreserved characters of RFC 3986.
pub(super) const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const STRICT_BUT_SLASH: &AsciiSet = &STRICT.remove(b'/');

impl Request {
    /// A request about a key.
    pub fn key(method: Method, key: &str) -> Self {
        let key = Some(key.to_owned());
        Self { key, ..Self::bucket(method) }
    }

    /// A request about the bucket.
    pub fn bucket(method: Method) -> Self {
        Self {
            method,
            key: None,
            also: Vec::new(),
            bucket: None,
            addressing: None,
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::Empty,
        }
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name.into(), Some(value.to_string())));
        self
    }

    /// Adds a parameter to the query, if it has a value.
    #[must_use]
    pub fn query_if(self, name: &'static str, value: Option<&impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value.to_string()),
            None => self,
        }
    }

    /// Adds a parameter without a value.
    #[must_use]
    pub fn flag(mut self, name: &'static str) -> Self {
        self.query.push((name.into(), None));
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// The path and the query below a bucket.
    pub(super) fn path_and_query(&self, base: &str) -> String {
        let mut text = base.to_owned();
        if let Some(key) = &self.key {
            if !text.ends_with('/') {
                text.push('/');
            }
            text.push_str(&encode_key(key));
        }
        for (at, (name, value)) in self.query.iter().enumerate() {
            text.push(if at == 0 { '?' } else { '&' });
            text.push_str(name);
            if let Some(value) = value {
                text.push('=');
                text.push_str(&utf8_percent_encode(value, STRICT).to_string());
            }
        }
        text
    }
}

/// Encodes a key, or `bucket/key`, for a path or a copy source.
pub(crate) fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, STRICT_BUT_SLASH).to_string()
}

/// Encodes a key for a path. Two slashes at its beginning would be taken for a host.
fn encode_key(key: &str) -> String {
    match key.strip_prefix('/') {
        Some(rest) => format!("%2F{}", encode_path(rest)),
        None => encode_path(key),
    }
}
