//! When a client goes away: `in_body`, or so long after its request was sent, such as `2ms`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::delay::Delay;
use super::scalar::scalar;

/// When a client goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HangUp {
    /// The last byte of its request is not sent.
    InBody,
    /// So long after its request was sent.
    After(Delay),
}

const IN_BODY: &str = "in_body";

impl<'de> Deserialize<'de> for HangUp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "in_body, or a delay such as 300us, 2ms or 1s", |text| match text {
            IN_BODY => Ok(Self::InBody),
            text => Delay::parse(text).map(Self::After),
        })
    }
}

impl JsonSchema for HangUp {
    fn schema_name() -> Cow<'static, str> {
        "HangUp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^(in_body|[0-9]+(us|ms|s))$" })
    }
}
