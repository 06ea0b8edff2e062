//! The closed list of limits, and how their values are written.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number that a provider's documents give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    /// The smallest part number.
    MinPartNumber,
    /// The largest part number.
    MaxPartNumber,
    /// The smallest part that is not the last.
    MinPartSize,
    /// The largest part.
    MaxPartSize,
    /// The most parts of one upload.
    MaxParts,
    /// The largest object.
    MaxObjectSize,
    /// The largest object of a single put.
    MaxPutSize,
    /// The longest key.
    MaxKeyBytes,
    /// Parts on one page of ListParts.
    ListPartsPage,
    /// Uploads on one page of ListMultipartUploads.
    ListUploadsPage,
}

/// Every limit.
pub const LIMITS: &[LimitName] = &[
    LimitName::MinPartNumber,
    LimitName::MaxPartNumber,
    LimitName::MinPartSize,
    LimitName::MaxPartSize,
    LimitName::MaxParts,
    LimitName::MaxObjectSize,
    LimitName::MaxPutSize,
    LimitName::MaxKeyBytes,
    LimitName::ListPartsPage,
    LimitName::ListUploadsPage,
];

impl LimitName {
    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::MinPartNumber => "min_part_number",
            Self::MaxPartNumber => "max_part_number",
            Self::MinPartSize => "min_part_size",
            Self::MaxPartSize => "max_part_size",
            Self::MaxParts => "max_parts",
            Self::MaxObjectSize => "max_object_size",
            Self::MaxPutSize => "max_put_size",
            Self::MaxKeyBytes => "max_key_bytes",
            Self::ListPartsPage => "list_parts_page",
            Self::ListUploadsPage => "list_uploads_page",
        }
    }

    /// Whether values below it are the ones refused.
    pub fn is_minimum(self) -> bool {
        matches!(self, Self::MinPartNumber | Self::MinPartSize)
    }

    /// Whether it counts bytes.
    pub fn is_size(self) -> bool {
        matches!(self, Self::MinPartSize | Self::MaxPartSize | Self::MaxObjectSize | Self::MaxPutSize)
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for LimitName {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        LIMITS.iter().copied().find(|limit| limit.name() == name).ok_or_else(|| {
            let names: Vec<_> = LIMITS.iter().map(|limit| limit.name()).collect();
            crate::yaml::unknown("limit", name, &names).message
        })
    }
}

/// A limit that is set aside from what a provider's file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which.
    pub name: LimitName,
    /// Its value; none says that there is no such limit.
    pub value: Option<u64>,
}

/// Reads `NAME=VALUE`; the value is a number, a size such as `1KiB`, or `none`.
impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("write it as NAME=VALUE")?;
        let value = if value == "none" { None } else { Some(parse_size(value)?) };
        Ok(Self { name: name.parse()?, value })
    }
}

/// Reads `5MiB`, `1KiB`, `512B` or a plain number of bytes.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').len();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.replace('_', "").parse().map_err(|_| {
        format!("`{text}` is not a size; write a number, or one with B, KiB, MiB, GiB or TiB")
    })?;
    let factor: u64 = match unit {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err(format!("unknown unit `{unit}` in `{text}`; write B, KiB, MiB, GiB or TiB")),
    };
    number.checked_mul(factor).ok_or_else(|| format!("`{text}` is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_bear_binary_units() {
        assert_eq!(parse_size("5MiB"), Ok(5_242_880));
        assert_eq!(parse_size("100_000"), Ok(100_000));
        assert_eq!(parse_size("7B"), Ok(7));
        for wrong in ["5 MiBs", "5MB", "MiB", "", "-1", "99999999TiB"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_limit_is_written_as_name_and_value() {
        let limit = |value| Ok(Limit { name: LimitName::MinPartSize, value });
        assert_eq!("min_part_size=1KiB".parse(), limit(Some(1_024)));
        assert_eq!("min_part_size=none".parse(), limit(None));
        for wrong in ["min_part_size", "min_part_size=", "min_parts_size=1"] {
            assert!(wrong.parse::<Limit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_agree_with_their_serde_form() {
        for limit in LIMITS {
            assert_eq!(limit.name().parse(), Ok(*limit));
        }
    }
}
