//! What a part is copied from.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer};

use super::reference::{KeyName, MadeKey};
use super::{Expr, scalar_or_map};

/// What a part is copied from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopySource {
    /// An object of the row.
    Key(KeyName),
    /// An object of this size that the run writes once, for all that copy from it. Nothing changes it.
    Shared(Expr),
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MadeSource {
    shared: Option<Expr>,
    bytes: Option<Expr>,
    fill: Option<String>,
    begins: Option<String>,
}

impl<'de> Deserialize<'de> for CopySource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = |source: MadeSource| match source {
            MadeSource { shared: Some(size), bytes: None, fill: None, begins: None } => {
                Ok(Self::Shared(size))
            }
            MadeSource { shared: None, bytes, fill, begins } => {
                KeyName::made(MadeKey { bytes, fill, begins }).map(Self::Key)
            }
            _ => Err("write { shared: SIZE } alone".to_owned()),
        };
        scalar_or_map(
            deserializer,
            "a key, { shared: SIZE }, { bytes: N, fill: TEXT } or { begins: TEXT }",
            |text| Ok(Self::Key(KeyName::Text(text.to_owned()))),
            map,
        )
    }
}

impl JsonSchema for CopySource {
    fn schema_name() -> Cow<'static, str> {
        "CopySource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let made = generator.subschema_for::<MadeSource>();
        json_schema!({ "anyOf": [{ "type": "string" }, made] })
    }
}
