//! `mpuspec list`.

use std::path::PathBuf;

use clap::Args;

use super::door::print_json;
use super::{Failure, catalogue, print};
use crate::case::{ListedRow, Listing};
use crate::visible::visible;

/// Lists the cases.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Ids, patterns or files [default: all]
    cases: Vec<String>,
    /// A folder with cases of your own
    #[arg(long = "cases", value_name = "DIR")]
    cases_dir: Option<PathBuf>,
    /// As JSON, which `mpuspec schema list` describes
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let (catalogue, patterns) = catalogue(self.cases_dir.as_ref(), &self.cases)?;
        let selection = catalogue.select(&patterns)?;
        let listing = Listing::new(&catalogue, &selection);
        if self.json {
            let json = serde_json::to_string_pretty(&listing).expect("a list has no keys but texts");
            print_json(&(json + "\n"));
        } else {
            let line = |row: &ListedRow| {
                format!("{:<6} {}   {}\n", row.level.name(), visible(&row.name), visible(&row.title))
            };
            print(&listing.rows.iter().map(line).collect::<String>());
        }
        Ok(0)
    }
}
