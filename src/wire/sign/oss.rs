//! What both signatures of OSS need: what a request is about, and the headers that are signed.

use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri};
use percent_encoding::{percent_decode_str, utf8_percent_encode};

use super::super::request::STRICT;

/// What a request is about, wherever its URL names it.
pub(in super::super) struct Resource<'r> {
    pub(in super::super) bucket: &'r str,
    pub(in super::super) key: Option<&'r str>,
}

impl Resource<'_> {
    /// `/bucket/key`, as it is before any encoding; the slash behind a bucket is always there.
    pub(super) fn path(&self) -> String {
        format!("/{}/{}", self.bucket, self.key.unwrap_or_default())
    }
}

/// The query, decoded; a parameter without a value has an empty one.
pub(super) fn query(uri: &Uri) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// Adds parameters to the query of a request.
pub(super) fn extend_query(request: &mut Request<()>, added: &[(&str, String)]) -> Result<(), String> {
    let uri = request.uri();
    let mut text = uri.to_string();
    for (at, (name, value)) in added.iter().enumerate() {
        text.push(if at == 0 && uri.query().is_none() { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(&utf8_percent_encode(value, STRICT).to_string());
    }
    *request.uri_mut() = text.parse().map_err(|_| "the URL cannot be signed".to_owned())?;
    Ok(())
}

pub(super) fn set_header(headers: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), String> {
    let value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
    headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

/// The value of a header as it is signed, without white space around it.
pub(super) fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).map_or("", str::trim)
}

/// `name:value` and a line end for each of these headers, by name.
pub(super) fn lines(headers: &HeaderMap, signed: impl Fn(&str) -> bool) -> String {
    let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).filter(|name| signed(name)).collect();
    names.sort_unstable();
    names.iter().map(|name| format!("{name}:{}\n", header(headers, name))).collect()
}
