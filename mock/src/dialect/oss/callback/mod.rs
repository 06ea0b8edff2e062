//! Callbacks: what a request asks the server to report to another one, and how that is sent.

mod body;
mod send;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Uri;
use serde_json::Value;

use crate::http::{Request, S3Error};

pub(crate) use body::Values;
pub(crate) use send::{Plan, Told};

/// The longest parameter.
const LONGEST: usize = 5 << 10;
/// The most servers that can be named.
const MOST_URLS: usize = 5;

/// What another server hears of once an object is there.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    urls: Vec<Uri>,
    host: Option<String>,
    body: String,
    kind: Kind,
    variables: BTreeMap<String, String>,
}

/// How the values in the body are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Form,
    Json,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Form => "application/x-www-form-urlencoded",
            Self::Json => "application/json",
        }
    }
}

impl Callback {
    /// The callback that a request asks for.
    pub(crate) fn of(request: &Request) -> Result<Option<Self>, S3Error> {
        let variables = match parameter(request, "callback-var")? {
            Some(text) => variables(&text)?,
            None => BTreeMap::new(),
        };
        let Some(text) = parameter(request, "callback")? else { return Ok(None) };
        let fields = object(&text).ok_or_else(|| {
            invalid("The callback configuration is not json format.", "callback", &text).ec("0007-00000003")
        })?;
        let field = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default();
        // The documents: without a URL, no callback is configured.
        if field("callbackUrl").is_empty() {
            return Ok(None);
        }
        let urls = urls(field("callbackUrl"))?;
        let kind = match field("callbackBodyType") {
            "" | "application/x-www-form-urlencoded" => Kind::Form,
            "application/json" => Kind::Json,
            other => return Err(invalid("There is no such callbackBodyType.", "callbackBodyType", other)),
        };
        let body = field("callbackBody");
        if body.is_empty() {
            return Err(invalid("The callbackBody is empty.", "callbackBody", ""));
        }
        body::check(body)?;
        let host = Some(field("callbackHost").to_owned()).filter(|host| !host.is_empty());
        Ok(Some(Self { urls, host, body: body.to_owned(), kind, variables }))
    }
}

fn invalid(message: &str, name: &str, value: &str) -> S3Error {
    S3Error::invalid_argument(message, name, value)
}

/// The text of a parameter, which comes in the header or in the URL.
fn parameter(request: &Request, name: &str) -> Result<Option<String>, S3Error> {
    let encoded = match (request.own(name), request.query(name)) {
        (Some(_), Some(_)) => {
            return Err(invalid("It is given in a header and in the URL.", name, "twice"));
        }
        (header, url) => header.or(url),
    };
    let Some(encoded) = encoded else { return Ok(None) };
    if encoded.len() > LONGEST {
        return Err(invalid("It is longer than 5 KB.", name, &encoded.len().to_string()));
    }
    let text = STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| {
        let number = if name == "callback" { "0007-00000002" } else { "0007-00000102" };
        invalid("It is not base64 encoded.", name, encoded).ec(number)
    })?;
    Ok(Some(text))
}

fn object(text: &str) -> Option<serde_json::Map<String, Value>> {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Some(fields),
        _ => None,
    }
}

fn variables(text: &str) -> Result<BTreeMap<String, String>, S3Error> {
    let broken = || {
        let message = "The callback-var has to be a json object of texts, whose names begin with x: and hold no capitals.";
        invalid(message, "callback-var", text).ec("0007-00000103")
    };
    let entry = |(name, value): (String, Value)| match value {
        Value::String(value) if name.starts_with("x:") && !name.contains(char::is_uppercase) => {
            Ok((name, value))
        }
        _ => Err(broken()),
    };
    object(text).ok_or_else(broken)?.into_iter().map(entry).collect()
}

fn urls(text: &str) -> Result<Vec<Uri>, S3Error> {
    let broken = || invalid("The callbackUrl is not valid.", "callbackUrl", text).ec("0007-00000004");
    let url = |url: &str| {
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let uri: Uri = url.parse().map_err(|_| broken())?;
        let authority = uri.authority().ok_or_else(broken)?.as_str();
        let port = authority.rsplit_once(':').map_or(Ok(80), |(_, port)| port.parse::<u16>());
        match port {
            Ok(1..) => Ok(uri),
            _ => Err(broken()),
        }
    };
    let urls: Vec<Uri> = text.split(';').filter(|url| !url.is_empty()).map(url).collect::<Result<_, _>>()?;
    if urls.is_empty() || urls.len() > MOST_URLS { Err(broken()) } else { Ok(urls) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;
    use crate::provider::Dialect;

    fn asked(header: Option<&str>, query: &str) -> Result<Option<Callback>, S3Error> {
        let mut request = http::Request::builder().uri(format!("/k?{query}"));
        if let Some(header) = header {
            request = request.header("x-oss-callback", header);
        }
        let parts = request.body(()).expect("a request").into_parts().0;
        Callback::of(&dialect::of(Dialect::Oss).request(parts).expect("it can be taken apart"))
    }

    fn of_json(json: &str) -> Result<Option<Callback>, S3Error> {
        asked(Some(&STANDARD.encode(json)), "")
    }

    #[test]
    fn a_callback_without_a_url_is_none() {
        assert!(asked(None, "").expect("fine").is_none());
        assert!(of_json(r#"{"callbackUrl": "", "callbackBody": "a"}"#).expect("fine").is_none());
        let callback = of_json(r#"{"callbackUrl": "a:8080/x;http://b", "callbackBody": "a=${object}"}"#);
        assert_eq!(callback.expect("fine").expect("a callback").urls.len(), 2);
    }

    #[test]
    fn what_cannot_be_made_out_is_refused() {
        for json in [
            "{",
            "[]",
            r#"{"callbackUrl": "a"}"#,
            r#"{"callbackUrl": "a", "callbackBody": ""}"#,
            r#"{"callbackUrl": "10.101.166.30:test", "callbackBody": "a"}"#,
            r#"{"callbackUrl": "a;b;c;d;e;f", "callbackBody": "a"}"#,
            r#"{"callbackUrl": "a", "callbackBody": "${object"}"#,
            r#"{"callbackUrl": "a", "callbackBody": "a", "callbackBodyType": "text/plain"}"#,
        ] {
            assert!(of_json(json).is_err(), "{json}");
        }
        assert!(asked(Some("x123-*&"), "").is_err());
        let valid = STANDARD.encode(r#"{"callbackUrl": "a", "callbackBody": "a"}"#);
        assert!(asked(Some(&valid), &format!("callback={}", valid.replace('=', "%3D"))).is_err());
        let long =
            STANDARD.encode(format!(r#"{{"callbackUrl": "a", "callbackBody": "{}"}}"#, "a".repeat(LONGEST)));
        assert!(asked(Some(&long), "").is_err());
    }

    #[test]
    fn variables_are_texts_with_small_names() {
        let of = |json: &str| variables(json);
        assert_eq!(of(r#"{"x:a": "1"}"#).expect("fine")["x:a"], "1");
        for json in [r#"{"a": "1"}"#, r#"{"x:A": "1"}"#, r#"{"x:a": 1}"#, "1"] {
            assert!(of(json).is_err(), "{json}");
        }
    }
}
