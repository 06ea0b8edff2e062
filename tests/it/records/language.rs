use std::collections::BTreeMap;

use bytes::Bytes;
use mpuspec_mock::yaml::{self, Mapping, Mistake, Value};
use serde::Deserialize;

/// `cases/records.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Records {
    pub(super) origin: Origin,
    pub(super) groups: BTreeMap<String, Group>,
    pub(super) left_out: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Origin {
    pub(super) title: String,
    pub(super) licence: String,
    pub(super) files: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub(super) title: String,
    records: BTreeMap<String, Mapping>,
}

/// A record, with the names of its row filled in.
#[derive(Debug)]
pub(super) struct Row {
    /// `group/record`, and the row in brackets.
    pub(super) id: String,
    pub(super) record: Record,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) situation: String,
    pub(super) recorded: String,
    pub(super) source: String,
    /// Further tests that recorded the same.
    #[serde(default)]
    pub(super) also: Vec<String>,
    pub(super) not_replayed: Option<String>,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) step: String,
    pub(super) send: Operation,
    #[serde(default)]
    pub(super) with: Arguments,
    pub(super) answers: Option<Answers>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Operation {
    AbortMultipartUpload,
    CompleteMultipartUpload,
    CopyObject,
    CreateMultipartUpload,
    DeleteObject,
    GetBucketAcl,
    GetObject,
    GetObjectAcl,
    GetObjectAttributes,
    HeadObject,
    ListMultipartUploads,
    ListParts,
    PutBucketAcl,
    PutObject,
    UploadPart,
    UploadPartCopy,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Arguments {
    /// The key; without one that of the upload, and the upload's name for a new upload.
    pub(super) key: Option<String>,
    /// An upload of the record, by the name that its creation gives it.
    pub(super) upload: Option<String>,
    /// An upload id of no upload.
    pub(super) upload_id: Option<String>,
    pub(super) number: Option<Text>,
    pub(super) body: Option<Content>,
    /// The list of a completion; without one there is no body.
    pub(super) parts: Option<Vec<Part>>,
    /// The key that is copied.
    pub(super) source: Option<String>,
    /// A key of the customer's to encrypt with.
    pub(super) customer_key: Option<String>,
    pub(super) headers: BTreeMap<String, Text>,
    pub(super) query: BTreeMap<String, Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answers {
    pub(super) status: u16,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, Text>,
    #[serde(default)]
    pub(super) fields: Mapping,
    pub(super) body: Option<Content>,
}

/// A scalar as it stands on the wire.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct Text(pub(super) String);

impl TryFrom<Value> for Text {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::Bool(truth) => Ok(Self(truth.to_string())),
            _ => Err("expected a text or a number"),
        }
    }
}

/// Bytes: a text, or `{ text, times }`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct Content(pub(super) Bytes);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    text: String,
    times: usize,
}

impl TryFrom<Value> for Content {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::Mapping(_) => {
                let repeated: Repeated =
                    yaml::decode(value, &yaml::Path::root()).map_err(|mistake| mistake.message)?;
                Ok(Self(repeated.text.repeat(repeated.times).into()))
            }
            scalar => Text::try_from(scalar).map(|text| Self(text.0.into())).map_err(str::to_owned),
        }
    }
}

/// An entry of the list: a number alone takes the ETag that the part's answer had.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct Part {
    pub(super) number: String,
    pub(super) etag: Option<String>,
    pub(super) checksum: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullPart {
    number: Text,
    etag: Option<String>,
    #[serde(default)]
    checksum: BTreeMap<String, String>,
}

impl TryFrom<Value> for Part {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let Value::Mapping(_) = value else {
            let number = Text::try_from(value).map_err(str::to_owned)?.0;
            return Ok(Self { number, etag: None, checksum: BTreeMap::new() });
        };
        let FullPart { number, etag, checksum } =
            yaml::decode(value, &yaml::Path::root()).map_err(|mistake| mistake.message)?;
        Ok(Self { number: number.0, etag, checksum })
    }
}

/// `tests/records/differences.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    pub(super) differences: Vec<Entry>,
    pub(super) pending: Vec<Entry>,
}

/// A reason, and the places that differ for it: by record and step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) reason: String,
    pub(super) at: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Records {
    /// All rows of all records.
    pub(super) fn rows(&self) -> Result<Vec<Row>, Mistake> {
        let mut rows = Vec::new();
        for (group_name, group) in &self.groups {
            for (name, record) in &group.records {
                let id = format!("{group_name}/{name}");
                let at = yaml::Path::root().key("groups").key(group_name).key("records").key(name);
                let mut record = record.clone();
                let Some(each) = record.remove("each") else {
                    rows.push(Row { record: yaml::decode(Value::Mapping(record), &at)?, id });
                    continue;
                };
                let each: BTreeMap<String, BTreeMap<String, Text>> = yaml::decode(each, &at.key("each"))?;
                for (row, names) in each {
                    let mut names: BTreeMap<String, String> =
                        names.into_iter().map(|(name, text)| (name, text.0)).collect();
                    names.insert("row".to_owned(), row.clone());
                    let filled = fill_value(Value::Mapping(record.clone()), &names);
                    rows.push(Row { id: format!("{id}[{row}]"), record: yaml::decode(filled, &at)? });
                }
            }
        }
        Ok(rows)
    }
}

/// Puts the values of names in the place of `$name`, the longest names first.
fn fill(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut names: Vec<(&String, &String)> = names.iter().collect();
    names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    names.into_iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${name}"), value))
}

/// Fills in the last names there are.
pub(super) fn resolve(text: &str, names: &BTreeMap<String, String>) -> String {
    let text = fill(text, names);
    assert!(!text.contains('$'), "nothing is called so: {text}");
    text
}

fn fill_value(value: Value, names: &BTreeMap<String, String>) -> Value {
    match value {
        Value::String(text) => Value::String(fill(&text, names)),
        Value::Sequence(list) => list.into_iter().map(|item| fill_value(item, names)).collect(),
        Value::Mapping(mapping) => mapping
            .into_iter()
            .map(|(key, value)| (fill_value(key, names), fill_value(value, names)))
            .collect::<Mapping>()
            .into(),
        other => other,
    }
}
