//! The formats in which a report is written to a file.

use std::str::FromStr;

use super::{Report, to_json, to_junit, to_markdown};

/// A format of report files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Everything, for machines.
    Json,
    /// Test results, for CI systems.
    Junit,
    /// A summary, for people.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Json, Self::Junit, Self::Markdown];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Markdown => "md",
        }
    }

    /// Writes a report.
    pub fn write(self, report: &Report) -> String {
        match self {
            Self::Json => to_json(report),
            Self::Junit => to_junit(report),
            Self::Markdown => to_markdown(report),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            format!("there is no format `{text}`; known: {}", known.join(", "))
        })
    }
}
