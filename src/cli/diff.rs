//! `mpuspec diff`.

use std::path::PathBuf;

use clap::Args;

use super::report_file::read_report;
use super::{Failure, print};
use crate::replaced::{For, replace};
use crate::report::{Diff, diff_markdown, diff_text};
use crate::visible::visible_json;

/// Tells what changed from one report to the next.
#[derive(Debug, Args)]
pub(super) struct Compare {
    /// The earlier JSON report
    old: PathBuf,
    /// The later one
    new: PathBuf,
    /// Write Markdown
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
    /// Write JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Compare {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let diff = Diff::of(&read_report(&self.old)?, &read_report(&self.new)?);
        print(&diff_text(&diff));
        let json = || {
            visible_json(&serde_json::to_string_pretty(&diff).expect("a diff has no keys but texts")) + "\n"
        };
        let texts = [(&self.md, diff_markdown(&diff)), (&self.json, json())];
        for (path, text) in texts.into_iter().filter_map(|(path, text)| Some((path.as_ref()?, text))) {
            replace(path, text.as_bytes(), For::Usual)
                .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
        }
        Ok(u8::from(diff.is_worse()))
    }
}
