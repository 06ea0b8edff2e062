//! What a step claims about the answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mpuspec_mock::provider::Rule;
use mpuspec_mock::yaml::{self, Mapping, Mistake, Path, Spot, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::error_codes::{ANY, ERROR_CODES};
use super::step::{Step, read_steps};
use crate::language::Expr;
use crate::language::Offset;
use crate::language::{Algorithm, ChecksumClaim};
use crate::language::{ContentItem, PartRef};
use crate::language::{scalar, scalar_or_map, scalar_or_seq};

/// What a step says whose answer the model shall judge.
pub(super) const LAWFUL: &str = "lawful";
/// The same for lanes.
pub(super) const LINEARIZABLE: &str = "linearizable";

/// The claim of a step.
#[derive(Clone, Debug)]
pub enum Expect {
    /// It succeeds.
    Ok,
    /// The model of multipart upload allows the answer, or the answers of lanes in some order.
    Lawful,
    /// Everything said here holds.
    Claims(Box<Claims>),
    /// One of several outcomes, the first that fits.
    OneOf(Vec<Outcome>),
}

/// A named outcome.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name in the report.
    pub name: String,
    /// How it is judged.
    pub grade: Grade,
    /// The documents that allow it, where they are not those of the case.
    pub source: Vec<String>,
    /// The rule of the provider that it shows, and what the rule says then.
    pub rule: Option<Rule>,
    /// What the answer must show.
    pub claims: Claims,
    /// What the answers of lanes must show.
    pub lanes: Vec<(String, LaneExpect)>,
    /// What must be true afterwards.
    pub then: Vec<Step>,
}

/// The claim about one lane.
#[derive(Clone, Debug)]
pub enum LaneExpect {
    /// It succeeds.
    Ok,
    /// Everything said here holds.
    Claims(Box<Claims>),
}

/// How an outcome is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// As the documents ask.
    #[default]
    Fine,
    /// Allowed, not preferred.
    Tolerated,
}

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

/// Reads the claim of a step. `lanes` are those of a `together`.
pub(super) fn read_expect(
    value: Value,
    path: &Path,
    lanes: &[String],
    mistakes: &mut Vec<Mistake>,
) -> Option<Expect> {
    match value {
        Value::String(word) if word == "ok" => Some(Expect::Ok),
        Value::String(word) if word == if lanes.is_empty() { LAWFUL } else { LINEARIZABLE } => {
            Some(Expect::Lawful)
        }
        Value::Mapping(mut mapping) => match mapping.remove("one_of") {
            Some(outcomes) => {
                if let Some((Value::String(key), _)) = mapping.iter().next() {
                    mistakes.push(Mistake::at_key(
                        &path.key(key),
                        "`one_of` stands alone; move this into an outcome",
                    ));
                }
                read_outcomes(outcomes, &path.key("one_of"), lanes, mistakes).map(Expect::OneOf)
            }
            None => read_claims(mapping, path, mistakes).map(|claims| Expect::Claims(Box::new(claims))),
        },
        other => {
            let found = scalar_text(&other);
            let message = if ERROR_CODES.iter().any(|entry| entry.code == found) {
                format!("`{found}` is not an expectation; write {{ error: {found} }}")
            } else {
                format!(
                    "`{found}` is not an expectation; write `ok` or a mapping such as {{ error: NoSuchUpload }}"
                )
            };
            mistakes.push(Mistake::at(path, message));
            None
        }
    }
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null => "nothing".to_owned(),
        _ => "this".to_owned(),
    }
}

fn read_claims(mapping: Mapping, path: &Path, mistakes: &mut Vec<Mistake>) -> Option<Claims> {
    if mapping.is_empty() {
        mistakes.push(Mistake::at(path, "an expectation claims something; write `ok` if success is all"));
        return None;
    }
    let (claims, found) = yaml::decode_collecting(mapping, path);
    mistakes.extend(found);
    claims
}

fn read_outcomes(
    value: Value,
    path: &Path,
    lanes: &[String],
    mistakes: &mut Vec<Mistake>,
) -> Option<Vec<Outcome>> {
    let Value::Sequence(list) = value else {
        mistakes.push(Mistake::at(path, "`one_of` holds a list of outcomes"));
        return None;
    };
    let outcomes: Vec<Outcome> = list
        .into_iter()
        .enumerate()
        .filter_map(|(at, value)| read_outcome(value, &path.index(at), lanes, mistakes))
        .collect();
    if outcomes.len() < 2 {
        mistakes.push(Mistake::at(
            path,
            "`one_of` needs two outcomes at least; with one, write the claim itself",
        ));
    }
    for (at, outcome) in outcomes.iter().enumerate() {
        if outcomes[..at].iter().any(|before| before.name == outcome.name) {
            mistakes.push(Mistake::at(&path.index(at).key("name"), "two outcomes bear this name"));
        }
    }
    Some(outcomes)
}

fn read_outcome(value: Value, path: &Path, lanes: &[String], mistakes: &mut Vec<Mistake>) -> Option<Outcome> {
    let Value::Mapping(mut mapping) = value else {
        mistakes.push(Mistake::at(path, "an outcome is a mapping with a `name`"));
        return None;
    };
    let mut take = |key: &str| mapping.remove(key);
    let (name, grade, source, then) = (take("name"), take("grade"), take("source"), take("then"));
    let rule = take("rule");
    let name = match name.map(|name| yaml::decode::<String>(name, &path.key("name"))) {
        Some(Ok(name)) => name,
        Some(Err(mistake)) => {
            mistakes.push(mistake);
            return None;
        }
        None => {
            mistakes.push(Mistake::at(path, "an outcome needs a `name`, which the report shows"));
            return None;
        }
    };
    let grade = grade.map(|value| yaml::decode::<Grade>(value, &path.key("grade")));
    let grade = keep(grade, mistakes).unwrap_or_default();
    let source = source.map(|value| yaml::decode::<Vec<String>>(value, &path.key("source")));
    let source = keep(source, mistakes).unwrap_or_default();
    let rule = rule.map(|value| yaml::decode::<Rule>(value, &path.key("rule")));
    let rule = keep(rule, mistakes);
    let then = then.map_or_else(Vec::new, |value| read_steps(value, &path.key("then"), mistakes));
    let lanes = lanes
        .iter()
        .filter_map(|lane| Some((lane, mapping.remove(lane.as_str())?)))
        .filter_map(|(lane, value)| {
            let claim = match read_expect(value, &path.key(lane), &[], mistakes)? {
                Expect::Ok => LaneExpect::Ok,
                Expect::Claims(claims) => LaneExpect::Claims(claims),
                Expect::OneOf(_) | Expect::Lawful => {
                    mistakes.push(Mistake::at(&path.key(lane), "a lane has one claim in each outcome"));
                    return None;
                }
            };
            Some((lane.clone(), claim))
        })
        .collect::<Vec<_>>();
    let claims = if mapping.is_empty() && !lanes.is_empty() {
        Claims::default()
    } else if mapping.is_empty() {
        mistakes.push(Mistake::at(
            path,
            format!("the outcome `{name}` fits every answer; say what it looks like"),
        ));
        return None;
    } else {
        read_claims(mapping, path, mistakes)?
    };
    Some(Outcome { name, grade, source, rule, claims, lanes, then })
}

/// The value, or its mistake among the others.
pub(super) fn keep<T>(read: Option<Result<T, Mistake>>, mistakes: &mut Vec<Mistake>) -> Option<T> {
    match read? {
        Ok(value) => Some(value),
        Err(mistake) => {
            mistakes.push(mistake);
            None
        }
    }
}

/// A mistake in the key of an entry.
pub(super) fn unknown_key(noun: &str, key: &str, path: &Path, known: &[&str]) -> Mistake {
    Mistake { path: path.key(key), spot: Spot::Key, ..yaml::unknown(noun, key, known) }
}
