//! What may stand in a provider file.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::limit::parse_size;
use super::rules::ProviderRules;

/// A provider file as it is written; everything may come from the file that it extends.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderFile {
    /// The provider whose file gives everything that this one does not say.
    pub(super) extends: Option<String>,
    /// The name in reports.
    pub(super) title: Option<String>,
    /// Publishers whose documents bind this provider, the first first.
    pub(super) sources: Option<Vec<String>>,
    /// The wire language.
    pub(super) dialect: Option<Dialect>,
    /// Where the bucket may stand in a URL, the usual place first.
    pub(super) addressing: Option<Vec<Addressing>>,
    /// Numbers that the documents give, each with its source. `none` is no limit.
    #[serde(default)]
    pub(super) limits: BTreeMap<String, LimitEntry>,
    /// What is promised, and what is not.
    #[serde(default)]
    pub(super) capabilities: BTreeMap<String, Support>,
    /// What the documents say where providers differ, each with its source. `open` takes back what the file says that
    /// this one extends.
    #[serde(default)]
    pub(super) rules: ProviderRules,
    /// Other spellings of an error code.
    #[serde(default)]
    pub(super) errors: BTreeMap<String, Vec<Spelling>>,
    /// What is promised about concurrent calls.
    pub(super) consistency: Option<Consistency>,
    /// Documents that only this file cites.
    #[serde(default)]
    pub(super) documents: BTreeMap<String, Publisher>,
    /// Whether the mock can play this provider; `true` unless given.
    pub(super) playable: Option<bool>,
    /// Whether this stands for any server, so that nothing can be called conformant.
    pub(super) anonymous: Option<bool>,
    /// Characters with which no key may begin.
    pub(super) refused_key_starts: Option<RefusedKeyStarts>,
    /// What a MUST comes to, by who is hurt if it does not hold.
    #[serde(default)]
    pub(super) levels: BTreeMap<Harm, Lowered>,
}

/// Returns the JSON Schema of provider files.
pub fn provider_schema() -> serde_json::Value {
    schemars::schema_for!(ProviderFile).to_value()
}

/// Who is hurt if a promise is broken.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Harm {
    /// The owner of the data: bytes are lost, mixed or foreign, or a success did not happen.
    Data,
    /// Whoever relies on access control: somebody gets in, or reads.
    Security,
    /// Whoever uses an SDK or a tool: it breaks.
    #[default]
    Client,
    /// Nobody: the answer is not as documented.
    Form,
}

impl Harm {
    /// Every harm, the worst first.
    pub const ALL: [Self; 4] = [Self::Data, Self::Security, Self::Client, Self::Form];

    /// Returns the name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Security => "security",
            Self::Client => "client",
            Self::Form => "form",
        }
    }
}

/// What a MUST comes to where it binds less firmly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Lowered {
    /// Promised loosely.
    Should,
    /// Offered.
    May,
    /// Only recorded.
    Info,
}

/// Characters with which no key may begin.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusedKeyStarts {
    /// The characters.
    pub values: Vec<char>,
    /// Where that is said.
    pub source: String,
}

/// The wire language of a provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// x-amz-* headers and SigV4.
    #[default]
    S3,
    /// x-oss-* headers and the signatures of OSS.
    Oss,
}

impl Dialect {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Oss => "oss",
        }
    }
}

/// Where the bucket stands in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Addressing {
    /// First in the path.
    Path,
    /// First in the host name.
    Virtual,
    /// Nowhere: the endpoint is a domain of the bucket's own.
    Cname,
}

impl Addressing {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Virtual => "virtual",
            Self::Cname => "cname",
        }
    }
}

/// Whether a provider has a capability.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Support {
    /// Promised.
    Yes,
    /// Not there.
    No,
    /// Nobody says.
    #[default]
    Unknown,
}

/// An accepted spelling of an error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spelling {
    /// The code in the error document.
    pub code: String,
    /// The status.
    pub status: u16,
    /// Where that is said.
    pub source: Option<String>,
}

/// What is promised about concurrent calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// Of multipart calls.
    #[serde(default)]
    pub multipart: Strength,
    /// Of listings.
    #[serde(default)]
    pub listing: Strength,
}

/// How much is promised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// As if one call came after the other.
    Strong,
    /// Less.
    Weak,
    /// Sooner or later.
    Eventual,
    /// Nobody says.
    #[default]
    Unknown,
}

/// Who publishes documents, and which.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// The name of the collection.
    pub title: String,
    /// Whether these are the documents of a provider, which alone can carry a MUST.
    #[serde(default)]
    pub official: bool,
    /// Its pages, by key.
    pub pages: BTreeMap<String, Document>,
}

/// A page of documentation.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its address.
    pub url: String,
    /// When it was read.
    pub read: String,
    /// The publisher whose service it records, where it is another one's.
    #[serde(default)]
    pub of: Option<String>,
    /// Its promises, by anchor, in our words.
    #[serde(default)]
    pub says: BTreeMap<String, String>,
}

/// A limit as it is written: one claim, or several that contradict each other.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitEntry {
    pub(super) value: Option<Number>,
    pub(super) source: Option<String>,
    #[serde(default)]
    pub(super) claims: Vec<ClaimEntry>,
}

/// One of several claims.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimEntry {
    pub(super) value: Number,
    pub(super) source: String,
}

/// What one document says about a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The value; `None` says that there is no such limit.
    pub value: Option<u64>,
    /// The document.
    pub source: String,
}

/// The value of a limit: a number, a size, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub(super) struct Number(pub(super) Option<u64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar;
        impl Visitor<'_> for Scalar {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a size such as 5MiB, or none")
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number(Some(value)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                match text {
                    "none" => Ok(Number(None)),
                    text => parse_size(text).map(|size| Number(Some(size))).map_err(E::custom),
                }
            }
        }
        deserializer.deserialize_any(Scalar)
    }
}
