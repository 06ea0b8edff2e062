//! A callback that a completion asks for: who is called, with what, and what the called server answers.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::expression::Expr;
use super::scalar::{scalar, scalar_or_map};

/// A callback that a completion asks for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Callback {
    /// What the called server answers: a status, or `hang`; 200 by default.
    pub answers: Option<CallbackAnswer>,
    /// The body of its answer.
    pub body: Option<String>,
    /// Where the request asks for it; in a header by default.
    pub by: Option<CallbackBy>,
    /// What the request says in place of a callback that can be made.
    pub raw: Option<RawCallback>,
    /// What the call shall say, with `${size}` and the like for what is known of the object.
    pub tells: Option<String>,
    /// How the values in it are written; as a form by default.
    pub body_type: Option<CallbackBody>,
    /// What further variables stand for.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// The Host of the call.
    pub host: Option<String>,
    /// Blanks behind it, which make it longer.
    pub padding: Option<Expr>,
    /// Names another address before, where the call is answered with 404.
    pub first_fails: Option<bool>,
}

/// What a request says in place of a callback that can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawCallback {
    /// This text.
    Text(String),
    /// A text that is sent in base64, as callbacks are.
    Base64(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Encoded {
    base64: String,
}

impl<'de> Deserialize<'de> for RawCallback {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = |text: &str| {
            reaches_nobody(text)?;
            leniently_decoded(text).iter().try_for_each(|text| reaches_nobody(text))?;
            Ok(Self::Text(text.to_owned()))
        };
        scalar_or_map(deserializer, "a text, or { base64: TEXT }", text, |encoded: Encoded| {
            reaches_nobody(&encoded.base64)?;
            Ok(Self::Base64(encoded.base64))
        })
    }
}

/// Names and addresses that are nobody's (RFC 2606, section 2, and RFC 5737, section 3).
const NOBODY: [&str; 2] = [".example", ".invalid"];
const NOBODYS_NETWORKS: [[u8; 3]; 3] = [[192, 0, 2], [198, 51, 100], [203, 0, 113]];

/// What readers make of Base64 that look at its letters alone: without padding, with blanks between them, of either alphabet
/// or with what is in neither left out, and on behind the padding or as far as it goes.
fn leniently_decoded(text: &str) -> Vec<String> {
    let without: String = text.replace(['-', '_'], "");
    [text, &without]
        .into_iter()
        .flat_map(|text| {
            let pieces: Vec<String> = text.split('=').map(decoded_piece).collect();
            [pieces.concat(), decoded_piece(text)].into_iter().chain(pieces)
        })
        .collect()
}

fn decoded_piece(text: &str) -> String {
    let engine = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::Indifferent)
            .with_decode_allow_trailing_bits(true),
    );
    let letter = |c: char| match c {
        '-' => Some('+'),
        '_' => Some('/'),
        c => (c.is_ascii_alphanumeric() || "+/".contains(c)).then_some(c),
    };
    let mut letters: String = text.chars().filter_map(letter).collect();
    // One letter alone says nothing.
    if letters.len() % 4 == 1 {
        letters.pop();
    }
    String::from_utf8_lossy(&engine.decode(letters).unwrap_or_default()).into_owned()
}

/// Refuses a callback that a server under test could make: it would call whom a file names.
fn reaches_nobody(text: &str) -> Result<(), String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    #[expect(dead_code, reason = "a name that is read twice is refused")]
    struct Sent {
        callback_url: String,
        callback_body: Option<String>,
        callback_body_type: Option<String>,
    }
    let is_nobodys = |url: &str| {
        let rest = url.trim().trim_start_matches("http://").trim_start_matches("https://");
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let is_address = || {
            let network = |address: Ipv4Addr| <[u8; 3]>::try_from(&address.octets()[..3]).ok();
            host.parse().ok().and_then(network).is_some_and(|network| NOBODYS_NETWORKS.contains(&network))
        };
        // Nothing that one reader takes for a part of a name, and another one for its end.
        let is_plain = rest.chars().all(|c| c.is_ascii_graphic() && !"@\\%".contains(c));
        is_plain && (NOBODY.iter().any(|name| host.ends_with(name)) || is_address())
    };
    let is_harmless = match serde_json::from_str::<Sent>(text) {
        Ok(sent) => sent.callback_url.split(';').all(is_nobodys),
        // What a lenient reader finds in it is no address.
        Err(_) => !text.contains(['.', ':', '/', '\\', '%']),
    };
    let message = "a callback that is written out calls nobody: its URLs name hosts below .example or .invalid, \
                   or addresses such as 192.0.2.1, and it has no other fields than callbackUrl, callbackBody and \
                   callbackBodyType";
    if is_harmless { Ok(()) } else { Err(message.to_owned()) }
}

impl JsonSchema for RawCallback {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawCallback".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let encoded = generator.subschema_for::<Encoded>();
        schemars::json_schema!({ "anyOf": [{ "type": "string" }, encoded] })
    }
}

/// How the body of a callback is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackBody {
    /// As a form.
    Form,
    /// As JSON.
    Json,
}

impl CallbackBody {
    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Form => "application/x-www-form-urlencoded",
            Self::Json => "application/json",
        }
    }
}

/// What the server answers that is called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackAnswer {
    /// This status.
    Status(u16),
    /// Nothing, ever.
    Hang,
}

impl<'de> Deserialize<'de> for CallbackAnswer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a status such as 500, or hang", |text| match text {
            "hang" => Ok(Self::Hang),
            status => match status.parse() {
                Ok(status @ 200..=599) => Ok(Self::Status(status)),
                _ => Err(format!("`{status}` is no answer; write a status such as 500, or hang")),
            },
        })
    }
}

impl JsonSchema for CallbackAnswer {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CallbackAnswer".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "anyOf": [{ "type": "integer", "minimum": 200, "maximum": 599 }, { "const": "hang" }] })
    }
}

/// Where a request asks for a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallbackBy {
    /// In a header.
    Header,
    /// In the query.
    Query,
    /// In both.
    Both,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_that_is_written_out_reaches_nobody() {
        for text in [
            "hello",
            "x123-*&",
            "",
            r#"{"callbackUrl":"http://callback.example/","callbackBody":""}"#,
            r#"{"callbackUrl":"192.0.2.30:test","callbackBody":"test"}"#,
            r#"{"callbackUrl":"a.example;b.example:8080/x?y#z","callbackBody":"a=1"}"#,
        ] {
            assert_eq!(reaches_nobody(text), Ok(()), "{text}");
        }
        for text in [
            r#"{"callbackUrl":"http://169.254.169.254/latest","callbackBody":""}"#,
            r#"{"callbackUrl":"a.example;evil.com","callbackBody":""}"#,
            r#"{"callbackUrl":"http://a.example@evil.com/","callbackBody":""}"#,
            r#"{"callbackUrl":"http://evil.com\\.example/","callbackBody":""}"#,
            r#"{"callbackUrl":"a.example","callbackUrl":"evil.com","callbackBody":""}"#,
            r#"{"callbackUrl":"\u0065vil.com","callbackBody":""}"#,
            r#"{"callbackUrl":"a.example","callbackSNI":true,"callbackHost":"evil.com"}"#,
            r#"{"callbackUrl":"http://192.0.2.evil.com/","callbackBody":""}"#,
            r#"{"callbackUrl":"http://192.0.2.1.evil.com/","callbackBody":""}"#,
            r#"{"callbackUrl":"http://evil.com%2f.example/","callbackBody":""}"#,
            r#"{'callbackUrl':'evil.com'}"#,
            "http://evil.com",
        ] {
            assert!(reaches_nobody(text).is_err(), "{text}");
        }
    }

    #[test]
    fn base64_is_read_as_a_lenient_reader_does() {
        use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
        let evil = r#"{"callbackUrl":"http://evil.com/?~~~"}"#;
        let strict = STANDARD.encode(evil);
        let blank = format!("{} {}", &strict[..9], &strict[9..]);
        let dashed = format!("{}--{}", &strict[..8], &strict[8..]);
        let behind = format!("IA=={strict}");
        let without = STANDARD_NO_PAD.encode(evil);
        for text in [strict, without, URL_SAFE_NO_PAD.encode(evil), blank, dashed, behind] {
            assert!(serde_json::from_str::<RawCallback>(&format!("{text:?}")).is_err(), "{text}");
        }
    }
}
