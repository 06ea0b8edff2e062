//! How long: `300us`, `2ms`, `1s`.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::scalar::scalar;

/// How long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay(pub Duration);

impl Delay {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no delay; write it as 300us, 2ms or 1s");
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let delay = match unit {
            "us" => Duration::from_micros(number),
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            _ => return Err(wrong()),
        };
        if delay > Duration::from_secs(60) {
            return Err(format!("`{text}` is longer than a minute"));
        }
        Ok(Self(delay))
    }
}

impl<'de> Deserialize<'de> for Delay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a delay such as 300us, 2ms or 1s", Self::parse)
    }
}

impl JsonSchema for Delay {
    fn schema_name() -> Cow<'static, str> {
        "Delay".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]+(us|ms|s)$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_has_a_unit_and_is_no_longer_than_a_minute() {
        assert_eq!(Delay::parse("300us"), Ok(Delay(Duration::from_micros(300))));
        assert_eq!(Delay::parse("2ms"), Ok(Delay(Duration::from_millis(2))));
        assert_eq!(Delay::parse("60s"), Ok(Delay(Duration::from_secs(60))));
        for wrong in ["", "2", "ms", "-1ms", "2m", "61s", "99999999999999999999s"] {
            assert!(Delay::parse(wrong).is_err(), "{wrong}");
        }
    }
}
