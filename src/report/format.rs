//! The formats in which a report is written to a file.

use std::str::FromStr;

#[cfg(feature = "pages")]
use super::to_html;
use super::{Report, to_badge, to_json, to_junit, to_markdown};

/// A format of report files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Everything, for machines.
    Json,
    /// Test results, for CI systems.
    Junit,
    /// A summary, for people.
    Markdown,
    /// A page with everything, for people.
    #[cfg(feature = "pages")]
    Html,
    /// A small picture with the verdict.
    Badge,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[
        Self::Json,
        Self::Junit,
        Self::Markdown,
        #[cfg(feature = "pages")]
        Self::Html,
        Self::Badge,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Markdown => "md",
            #[cfg(feature = "pages")]
            Self::Html => "html",
            Self::Badge => "badge",
        }
    }

    /// Writes a report.
    pub fn write(self, report: &Report) -> String {
        match self {
            Self::Json => to_json(report),
            Self::Junit => to_junit(report),
            Self::Markdown => to_markdown(report),
            #[cfg(feature = "pages")]
            Self::Html => to_html(report),
            Self::Badge => to_badge(report),
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|format| format.name() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            format!("there is no format `{text}`; known: {}", known.join(", "))
        })
    }
}
