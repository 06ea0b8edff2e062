//! `mpuspec list`.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, catalogue, print};
use crate::case::RowId;

/// Lists the cases.
#[derive(Debug, Args)]
pub(super) struct List {
    /// Ids, patterns or files [default: all]
    cases: Vec<String>,
    /// A folder with cases of your own
    #[arg(long = "cases", value_name = "DIR")]
    cases_dir: Option<PathBuf>,
}

impl List {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let (catalogue, patterns) = catalogue(self.cases_dir.as_ref(), &self.cases)?;
        let selection = catalogue.select(&patterns)?;
        let mut text = String::new();
        for case in &catalogue.cases {
            for row in &case.rows {
                let id = RowId::new(&case.id, row.name.as_deref());
                if selection.takes(&id) {
                    text.push_str(&format!("{:<6} {id}   {}\n", case.level.name(), case.title));
                }
            }
        }
        print(&text);
        Ok(0)
    }
}
