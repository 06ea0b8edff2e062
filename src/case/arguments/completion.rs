//! What ends an upload: completion and abort.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::ContentMd5;

use crate::language::Expr;
use crate::language::{Algorithm, ChecksumType, Rightness};
use crate::language::{CompletedList, KeyName, UploadRef};

arguments! {
    /// What `complete_upload` can be told.
    CompleteUpload {
        /// The list of parts, sent as written, or a range such as 1..9.
        parts: Option<CompletedList>,
        /// Asks for everything that was sent.
        all: Option<bool>,
        /// A body of its own in place of the list.
        body: Option<RawBody>,
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// A name for the object.
        r#as: Option<String>,
        /// Asks for a callback to a server of the suite.
        callback: Option<Callback>,
        /// The checksum of the object.
        #[serde(default)]
        checksum: BTreeMap<Algorithm, Rightness>,
        /// What that checksum covers.
        checksum_type: Option<ChecksumType>,
        /// The size of the object.
        object_size: Option<Expr>,
        /// The name of the step whose ETag the object must have, or `wrong`.
        if_match: Option<String>,
        /// `any`: there must be no object.
        if_none_match: Option<Any>,
        /// Whether an object that is there forbids the completion.
        forbid_overwrite: Option<bool>,
        /// ACL of the object, where it is given with the completion.
        acl: Option<String>,
        /// How the server shall encrypt the object, which belongs to the creation.
        encryption: Option<String>,
        /// How the answer tells the key; `url` is known.
        encoding_type: Option<String>,
        /// The Content-MD5 header.
        content_md5: Option<ContentMd5>,
        /// User metadata, which belongs to the creation.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
    }
}

/// A body as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawBody {
    /// None at all.
    None,
    /// This text.
    Text(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BodyText {
    text: String,
}

impl<'de> Deserialize<'de> for RawBody {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = |text: &str| match text {
            "none" => Ok(Self::None),
            other => Err(format!("`{other}` is no body; write none or {{ text: TEXT }}")),
        };
        crate::language::scalar_or_map(deserializer, "none or { text: TEXT }", word, |body: BodyText| {
            Ok(Self::Text(body.text))
        })
    }
}

impl JsonSchema for RawBody {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawBody".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<BodyText>();
        schemars::json_schema!({ "anyOf": [{ "const": "none" }, text] })
    }
}

arguments! {
    /// A callback that a completion asks for.
    Callback {
        /// What the called server answers: a status, or `hang`; 200 unless told.
        answers: Option<CallbackAnswer>,
        /// The body of its answer.
        body: Option<String>,
        /// Where the request asks for it; in a header unless told.
        by: Option<CallbackBy>,
        /// What the request says in place of a callback that can be made.
        raw: Option<String>,
        /// What the call shall say, with `${size}` and the like for what is known of the object.
        tells: Option<String>,
        /// How the values in it are written; as a form unless told.
        body_type: Option<CallbackBody>,
        /// What further variables stand for.
        #[serde(default)]
        variables: BTreeMap<String, String>,
        /// The Host of the call.
        host: Option<String>,
        /// Blanks behind it, which make it longer.
        padding: Option<Expr>,
        /// Names another address before, where the call is answered with 404.
        first_fails: Option<bool>,
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
        crate::language::scalar(deserializer, "a status such as 500, or hang", |text| match text {
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

arguments! {
    /// What `abort_upload` can be told.
    AbortUpload {
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
    }
}

/// Whatever there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Any {
    /// Any object.
    Any,
}
