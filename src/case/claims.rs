//! Claims about one answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mpuspec_mock::yaml;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::error_codes::{ANY, ERROR_CODES};
use crate::language::{
    Algorithm, ChecksumClaim, ContentItem, Expr, Offset, PartRef, scalar, scalar_or_map, scalar_or_seq,
};

/// Claims about one answer; absent ones claim nothing.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Claims {
    /// How long it may take until it is so; the step is asked again until then.
    pub within: Option<Offset>,
    /// It succeeds.
    pub ok: Option<bool>,
    /// It is refused with this code and its status.
    pub error: Option<Code>,
    /// It is refused with a 4xx; this is the code that AWS answers.
    pub refused: Option<Code>,
    /// The status.
    pub status: Option<u16>,
    /// The ETag: multipart, single, or that of an earlier step.
    pub etag: Option<ETagClaim>,
    /// The bytes, as parts one behind the other.
    pub content: Option<Vec<ContentItem>>,
    /// The size.
    pub size: Option<Expr>,
    /// The parts listed, with number, ETag and size.
    pub parts: Option<PartList>,
    /// How many entries are listed.
    pub count: Option<Expr>,
    /// How many entries are listed at most.
    pub at_most: Option<Expr>,
    /// The uploads listed.
    pub uploads: Option<Vec<String>>,
    /// The common prefixes listed.
    pub prefixes: Option<Vec<String>>,
    /// Whether uploads and common prefixes may come in any order.
    pub order: Option<ListOrder>,
    /// How many pages a walk takes.
    pub pages: Option<Expr>,
    /// Aspects of the answer that are there and as the documents have them, such as ETag or Part.Size.
    /// The row is the home of these aspects: elsewhere their absence is a note.
    pub tells: Option<Vec<String>>,
    /// The root element of the document.
    pub root: Option<String>,
    /// Elements of the answer, a refusal's too.
    pub fields: Option<BTreeMap<String, FieldValue>>,
    /// Elements that the answer does not have.
    pub no_fields: Option<Vec<String>>,
    /// Elements, by their path, that hold a time of this run.
    pub times: Option<Vec<String>>,
    /// The whole text of the answer.
    pub body: Option<String>,
    /// What differs between the answers of a step that asks several times.
    pub distinct: Option<Distinct>,
    /// Headers with exactly these values.
    pub headers: Option<BTreeMap<String, String>>,
    /// Headers that are there.
    pub has_headers: Option<Vec<String>>,
    /// Headers that are not there.
    pub no_headers: Option<Vec<String>>,
    /// User metadata; a text beyond ASCII is expected in encoded words.
    pub metadata: Option<BTreeMap<String, String>>,
    /// User metadata that is not there.
    pub no_metadata: Option<Vec<String>>,
    /// The storage class.
    pub storage_class: Option<String>,
    /// Tags.
    pub tagging: Option<BTreeMap<String, String>>,
    /// Checksums that the answer bears.
    pub checksum: Option<BTreeMap<Algorithm, ChecksumClaim>>,
    /// Every listed part bears its checksum of this algorithm.
    pub part_checksums: Option<Algorithm>,
    /// The keys listed.
    pub keys: Option<Vec<String>>,
    /// Who may do what, as `owner FULL_CONTROL`.
    pub acl: Option<Vec<String>>,
    /// Elements, by their path, that hold the same text.
    pub same: Option<Vec<String>>,
    /// What the called server saw.
    pub callback: Option<CallbackClaim>,
}

impl Claims {
    /// The words of the claims that are made and that the answers of some operations alone can bear.
    pub(super) fn special(&self) -> impl Iterator<Item = &'static str> {
        let made = [
            ("etag", self.etag.is_some()),
            ("content", self.content.is_some()),
            ("size", self.size.is_some()),
            ("parts", self.parts.is_some()),
            ("count", self.count.is_some()),
            ("at_most", self.at_most.is_some()),
            ("uploads", self.uploads.is_some()),
            ("prefixes", self.prefixes.is_some()),
            ("order", self.order.is_some()),
            ("pages", self.pages.is_some()),
            ("distinct", self.distinct.is_some()),
            ("metadata", self.metadata.is_some()),
            ("no_metadata", self.no_metadata.is_some()),
            ("storage_class", self.storage_class.is_some()),
            ("tagging", self.tagging.is_some()),
            ("checksum", self.checksum.is_some()),
            ("part_checksums", self.part_checksums.is_some()),
            ("keys", self.keys.is_some()),
            ("acl", self.acl.is_some()),
            ("callback", self.callback.is_some()),
        ];
        made.into_iter().filter_map(|(word, is_made)| is_made.then_some(word))
    }
}

/// What the server of a callback saw.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallbackClaim {
    /// How often it was called.
    pub calls: Expr,
    /// The Host of each call.
    #[serde(default)]
    pub host: Option<String>,
    /// The Content-Type of each call.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The body of each call.
    #[serde(default)]
    pub body: Option<String>,
}

/// An error code of the catalogue, or `any`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code(pub String);

impl Code {
    /// Whether every refusal fits.
    pub fn is_any(&self) -> bool {
        self.0 == ANY
    }

    fn parse(text: &str) -> Result<Self, String> {
        let known = || ERROR_CODES.iter().map(|entry| entry.code).chain([ANY]);
        if known().any(|code| code == text) {
            return Ok(Self(text.to_owned()));
        }
        Err(match yaml::nearest(text, known()) {
            Some(near) => format!("there is no error code `{text}`; did you mean `{near}`?"),
            None => format!("there is no error code `{text}` in the catalogue; write one of S3's, or any"),
        })
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "an error code", Self::parse)
    }
}

impl JsonSchema for Code {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let codes: Vec<&str> = ERROR_CODES.iter().map(|entry| entry.code).chain([ANY]).collect();
        json_schema!({ "enum": codes })
    }
}

/// What an ETag must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ETagClaim {
    /// Of the form of an object of parts, as far as the provider promises one.
    Multipart,
    /// The number behind its hyphen is that of the parts in the list.
    PartsCount,
    /// Its digits are the MD5 of the parts' MD5s.
    OfDigests,
    /// The MD5 of the bytes sent.
    Single,
    /// The MD5 of the text of the parts' ETags, and their number.
    DigestsAsText,
    /// That of an earlier step.
    Of(String),
    /// Another than that of an earlier step.
    Not(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OtherThan {
    not: String,
}

impl<'de> Deserialize<'de> for ETagClaim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = |text: &str| {
            Ok(match text {
                "multipart" => Self::Multipart,
                "parts_count" => Self::PartsCount,
                "of_digests" => Self::OfDigests,
                "single" => Self::Single,
                "digests_as_text" => Self::DigestsAsText,
                name => Self::Of(name.to_owned()),
            })
        };
        let expecting = "multipart, parts_count, of_digests, single, digests_as_text, a name given with `as`, or { not: NAME }";
        scalar_or_map(deserializer, expecting, word, |other: OtherThan| Ok(Self::Not(other.not)))
    }
}

impl JsonSchema for ETagClaim {
    fn schema_name() -> Cow<'static, str> {
        "ETagClaim".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let other = generator.subschema_for::<OtherThan>();
        let word = json_schema!({ "type": "string", "description": "multipart, parts_count, of_digests, single, digests_as_text, or a name given with `as`" });
        json_schema!({ "anyOf": [word, other] })
    }
}

/// The parts of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartList {
    /// One by one.
    List(Vec<PartRef>),
    /// From the first number to the last.
    Range(Expr, Expr),
}

impl<'de> Deserialize<'de> for PartList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let range = |text: &str| {
            let (first, last) = text
                .split_once("..")
                .ok_or_else(|| format!("`{text}` is neither a list of parts nor a range such as 1..9"))?;
            Ok(Self::Range(Expr::parse(first)?, Expr::parse(last)?))
        };
        scalar_or_seq(deserializer, "a list of parts or a range such as 1..9", range, |list| {
            Ok(Self::List(list))
        })
    }
}

impl JsonSchema for PartList {
    fn schema_name() -> Cow<'static, str> {
        "PartList".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<Vec<PartRef>>();
        json_schema!({ "anyOf": [list, { "type": "string", "pattern": "\\.\\." }] })
    }
}

/// Another order than the documented one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListOrder {
    /// Whatever.
    Any,
    /// Uploads of one key by ascending id, whatever their names say.
    ById,
    /// Parts by ascending number; without it, a listing of parts may come in any order.
    ByNumber,
}

/// What differs between several answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Distinct {
    /// The upload ids.
    UploadId,
}

/// The value of an element: a number with limits, or a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldValue {
    /// As written.
    pub text: String,
    /// As a number, if it is one.
    pub number: Option<Expr>,
}

impl<'de> Deserialize<'de> for FieldValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a number, a text, true or false", |text| {
            Ok(Self { text: text.to_owned(), number: Expr::parse(text).ok() })
        })
    }
}

impl JsonSchema for FieldValue {
    fn schema_name() -> Cow<'static, str> {
        "FieldValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["integer", "string", "boolean"] })
    }
}
