//! A callback that a completion asks for: who is called, with what, and what the called server answers.

use std::collections::BTreeMap;

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
        let text = |text: &str| Ok(Self::Text(text.to_owned()));
        scalar_or_map(deserializer, "a text, or { base64: TEXT }", text, |encoded: Encoded| {
            Ok(Self::Base64(encoded.base64))
        })
    }
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
