//! Times from now: `-2h`, `60s`, `+1d`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::scalar::scalar;

/// Seconds from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset(pub i64);

impl Offset {
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no time from now; write it as -2h, 60s or +1d");
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("-", rest)) => (-1, rest),
            Some(("+", rest)) => (1, rest),
            _ => (1, text),
        };
        let (number, unit) = rest.split_at_checked(rest.len().saturating_sub(1)).ok_or_else(wrong)?;
        let seconds = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(wrong()),
        };
        let number: i64 = number.parse::<u32>().map_err(|_| wrong())?.into();
        Ok(Self(sign * number * seconds))
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a time from now such as -2h, 60s or +1d", Self::parse)
    }
}

impl JsonSchema for Offset {
    fn schema_name() -> Cow<'static, str> {
        "Offset".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[-+]?[0-9]+[smhd]$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_and_signs() {
        assert_eq!(Offset::parse("-2h"), Ok(Offset(-7_200)));
        assert_eq!(Offset::parse("60s"), Ok(Offset(60)));
        assert_eq!(Offset::parse("+1d"), Ok(Offset(86_400)));
        for wrong in ["", "h", "-", "2", "2w", "--2h", "ä"] {
            assert!(Offset::parse(wrong).is_err(), "{wrong}");
        }
    }
}
