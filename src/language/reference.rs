//! How steps name uploads, parts, keys and contents.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::checksum::ListedChecksum;
use super::expression::Expr;
use super::scalar::{scalar, scalar_or_map, scalar_or_seq, seq_or_map};

/// A part number as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartNumber {
    /// A number.
    Expr(Expr),
    /// A text that need not be a number.
    Raw(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RawText {
    raw: String,
}

impl<'de> Deserialize<'de> for PartNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = |raw: RawText| Ok(Self::Raw(raw.raw));
        scalar_or_map(
            deserializer,
            "a part number, or { raw: TEXT }",
            |text| Expr::parse(text).map(Self::Expr),
            map,
        )
    }
}

impl JsonSchema for PartNumber {
    fn schema_name() -> Cow<'static, str> {
        "PartNumber".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (expr, raw) = (generator.subschema_for::<Expr>(), generator.subschema_for::<RawText>());
        json_schema!({ "anyOf": [expr, raw] })
    }
}

/// Several part numbers: a list, or a range such as `1..1001`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// One by one.
    List(Vec<Expr>),
    /// From the first to the last.
    Range(Expr, Expr),
}

impl Numbers {
    fn parse(text: &str) -> Result<Self, String> {
        let (first, last) = text
            .split_once("..")
            .ok_or_else(|| format!("`{text}` is neither a list nor a range such as 1..9"))?;
        Ok(Self::Range(Expr::parse(first)?, Expr::parse(last)?))
    }
}

impl<'de> Deserialize<'de> for Numbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar_or_seq(deserializer, "a list of part numbers or a range such as 1..9", Self::parse, |list| {
            Ok(Self::List(list))
        })
    }
}

impl JsonSchema for Numbers {
    fn schema_name() -> Cow<'static, str> {
        "Numbers".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<Vec<Expr>>();
        json_schema!({ "anyOf": [list, { "type": "string", "pattern": "\\.\\." }] })
    }
}

/// A range of bytes: first and last, or as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByteRange {
    /// First and last byte.
    Bounds(Expr, Expr),
    /// As written.
    Raw(String),
}

impl<'de> Deserialize<'de> for ByteRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        seq_or_map(
            deserializer,
            "[FIRST, LAST] or { raw: TEXT }",
            |(first, last)| Ok(Self::Bounds(first, last)),
            |raw: RawText| Ok(Self::Raw(raw.raw)),
        )
    }
}

impl JsonSchema for ByteRange {
    fn schema_name() -> Cow<'static, str> {
        "ByteRange".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (bounds, raw) = (generator.subschema_for::<(Expr, Expr)>(), generator.subschema_for::<RawText>());
        json_schema!({ "anyOf": [bounds, raw] })
    }
}

/// Names the bytes of an earlier step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartRef {
    /// The part of this number, of the one upload that has it.
    Number(Expr),
    /// `A.1`: part 1 of upload A, or as listed by a step with `as: A`.
    Of(String, u32),
    /// What was sent by the step with this `as`.
    Named(String),
}

impl PartRef {
    /// Reads a reference.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Ok(number) = Expr::parse(text) {
            return Ok(Self::Number(number));
        }
        if let Some((name, number)) = text.rsplit_once('.')
            && let (true, Ok(number)) = (is_name(name), number.parse())
        {
            return Ok(Self::Of(name.to_owned(), number));
        }
        if is_name(text) {
            return Ok(Self::Named(text.to_owned()));
        }
        Err(format!("`{text}` names no part; write a number, a name given with `as`, or UPLOAD.NUMBER"))
    }
}

/// Whether a text can be given with `as`.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

impl fmt::Display for PartRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Of(name, number) => write!(f, "{name}.{number}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl<'de> Deserialize<'de> for PartRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a part: a number, a name given with `as`, or UPLOAD.NUMBER", Self::parse)
    }
}

impl JsonSchema for PartRef {
    fn schema_name() -> Cow<'static, str> {
        "PartRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A part: its number, a name given with `as`, or UPLOAD.NUMBER",
            "type": ["integer", "string"],
        })
    }
}

/// A piece of a content: a part, or a range of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentItem {
    /// The part.
    pub of: PartRef,
    /// First and last byte, if not all.
    pub range: Option<(Expr, Expr)>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RangeOf {
    of: PartRef,
    range: (Expr, Expr),
}

impl<'de> Deserialize<'de> for ContentItem {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = |text: &str| Ok(Self { of: PartRef::parse(text)?, range: None });
        let map = |piece: RangeOf| Ok(Self { of: piece.of, range: Some(piece.range) });
        scalar_or_map(deserializer, "a part, or { of: PART, range: [FIRST, LAST] }", whole, map)
    }
}

impl JsonSchema for ContentItem {
    fn schema_name() -> Cow<'static, str> {
        "ContentItem".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (part, range) = (generator.subschema_for::<PartRef>(), generator.subschema_for::<RangeOf>());
        json_schema!({ "anyOf": [part, range] })
    }
}

/// Names an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UploadRef {
    /// By the `as` of its creation, or `found.1` for the first of a listing.
    Named(String),
    /// An id of the server's own form that names nothing.
    Unknown,
    /// The empty id.
    Empty,
    /// An id that no server would give.
    Malformed,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct IdOf {
    id: BadId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum BadId {
    Unknown,
    Empty,
    Malformed,
}

impl<'de> Deserialize<'de> for UploadRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let named = |text: &str| Ok(Self::Named(text.to_owned()));
        let map = |id: IdOf| {
            Ok(match id.id {
                BadId::Unknown => Self::Unknown,
                BadId::Empty => Self::Empty,
                BadId::Malformed => Self::Malformed,
            })
        };
        scalar_or_map(deserializer, "an upload, or { id: unknown | empty | malformed }", named, map)
    }
}

impl JsonSchema for UploadRef {
    fn schema_name() -> Cow<'static, str> {
        "UploadRef".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let id = generator.subschema_for::<IdOf>();
        json_schema!({ "anyOf": [{ "type": "string" }, id] })
    }
}

/// Names a key, below the row's own prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyName {
    /// Written out.
    Text(String),
    /// As many bytes of a text as wanted, counted with the row's prefix.
    Long {
        /// Bytes of the whole key.
        bytes: Expr,
        /// What it is filled with.
        fill: String,
    },
    /// The row's own key with a text before it.
    Begins(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MadeKey {
    pub(super) bytes: Option<Expr>,
    pub(super) fill: Option<String>,
    pub(super) begins: Option<String>,
}

impl KeyName {
    /// A key that is not written out.
    pub(super) fn made(key: MadeKey) -> Result<Self, String> {
        match (key.bytes, key.fill, key.begins) {
            (_, Some(fill), _) if fill.is_empty() => Err("`fill` is empty".to_owned()),
            (Some(bytes), fill, None) => {
                Ok(Self::Long { bytes, fill: fill.unwrap_or_else(|| "k".to_owned()) })
            }
            // Anything else would be a key of somebody else.
            (None, None, Some(text)) if text != "/" && text != "\\" => {
                Err("a key begins with `/` or with `\\`; nothing else stands before those of a run"
                    .to_owned())
            }
            (None, None, Some(text)) => Ok(Self::Begins(text)),
            _ => Err("write { bytes: N, fill: TEXT } or { begins: TEXT }".to_owned()),
        }
    }
}

impl<'de> Deserialize<'de> for KeyName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar_or_map(
            deserializer,
            "a key, { bytes: N, fill: TEXT } or { begins: TEXT }",
            |text| Ok(Self::Text(text.to_owned())),
            Self::made,
        )
    }
}

impl JsonSchema for KeyName {
    fn schema_name() -> Cow<'static, str> {
        "KeyName".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = generator.subschema_for::<MadeKey>();
        json_schema!({ "anyOf": [{ "type": "string" }, long] })
    }
}

/// How an ETag stands in a list of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ETagForm {
    /// Without its quotes.
    Unquoted,
    /// In capital letters.
    Upper,
    /// Not at all.
    None,
    /// One that no part has.
    Wrong,
    /// That of another part.
    Of(PartRef),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ETagOf {
    of: PartRef,
}

impl<'de> Deserialize<'de> for ETagForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = |text: &str| match text {
            "unquoted" => Ok(Self::Unquoted),
            "upper" => Ok(Self::Upper),
            "none" => Ok(Self::None),
            "wrong" => Ok(Self::Wrong),
            other => Err(format!(
                "`{other}` is no form of an ETag; write unquoted, upper, none, wrong or {{ of: PART }}"
            )),
        };
        scalar_or_map(deserializer, "unquoted, upper, none, wrong or { of: PART }", word, |of: ETagOf| {
            Ok(Self::Of(of.of))
        })
    }
}

impl JsonSchema for ETagForm {
    fn schema_name() -> Cow<'static, str> {
        "ETagForm".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let of = generator.subschema_for::<ETagOf>();
        json_schema!({ "anyOf": [{ "enum": ["unquoted", "upper", "none", "wrong"] }, of] })
    }
}

/// An entry of the list in a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedEntry {
    /// The part whose number and ETag are listed.
    pub part: Option<PartRef>,
    /// The number, where it is not the part's.
    pub number: Option<ListedNumber>,
    /// The ETag, where it is not the part's.
    pub etag: Option<ETagForm>,
    /// The checksum, where it is not the part's.
    pub checksum: Option<ListedChecksum>,
}

/// A number in a list of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedNumber {
    /// Not at all.
    None,
    /// As sent.
    Number(PartNumber),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EntryOf {
    part: Option<PartRef>,
    #[schemars(with = "Option<PartNumber>")]
    number: Option<NumberOrNone>,
    etag: Option<ETagForm>,
    checksum: Option<ListedChecksum>,
}

struct NumberOrNone(ListedNumber);

impl<'de> Deserialize<'de> for NumberOrNone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = |text: &str| match text {
            "none" => Ok(Self(ListedNumber::None)),
            text => Expr::parse(text).map(|expr| Self(ListedNumber::Number(PartNumber::Expr(expr)))),
        };
        let map = |raw: RawText| Ok(Self(ListedNumber::Number(PartNumber::Raw(raw.raw))));
        scalar_or_map(deserializer, "a part number, { raw: TEXT } or none", word, map)
    }
}

impl<'de> Deserialize<'de> for CompletedEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let part = |text: &str| PartRef::parse(text).map(Self::of);
        let map = |entry: EntryOf| {
            let number = entry.number.map(|number| number.0);
            match (&entry.part, &number, &entry.etag) {
                (None, None, _) => Err("an entry needs `part` or `number`".to_owned()),
                (None, Some(_), None) => Err("an entry without `part` needs `etag`".to_owned()),
                _ => Ok(Self { part: entry.part, number, etag: entry.etag, checksum: entry.checksum }),
            }
        };
        scalar_or_map(
            deserializer,
            "a part, { part: PART, etag: FORM } or { number: N, etag: FORM }",
            part,
            map,
        )
    }
}

impl CompletedEntry {
    /// The entry of a part as it was sent.
    pub fn of(part: PartRef) -> Self {
        Self { part: Some(part), number: None, etag: None, checksum: None }
    }
}

impl JsonSchema for CompletedEntry {
    fn schema_name() -> Cow<'static, str> {
        "CompletedEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (part, entry) = (generator.subschema_for::<PartRef>(), generator.subschema_for::<EntryOf>());
        json_schema!({ "anyOf": [part, entry] })
    }
}

/// The list of a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CompletedList {
    /// One by one.
    List(Vec<CompletedEntry>),
    /// From the first number to the last.
    Range(Expr, Expr),
}

impl<'de> Deserialize<'de> for CompletedList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let range = |text: &str| match Numbers::parse(text)? {
            Numbers::Range(first, last) => Ok(Self::Range(first, last)),
            Numbers::List(_) => Err(format!("`{text}` is no range such as 1..9")),
        };
        scalar_or_seq(deserializer, "a list of parts or a range such as 1..9", range, |list| {
            Ok(Self::List(list))
        })
    }
}

impl JsonSchema for CompletedList {
    fn schema_name() -> Cow<'static, str> {
        "CompletedList".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let list = generator.subschema_for::<Vec<CompletedEntry>>();
        json_schema!({ "anyOf": [list, { "type": "string", "pattern": "\\.\\." }] })
    }
}
