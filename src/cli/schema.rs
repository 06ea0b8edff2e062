//! `mpuspec schema`.

use clap::{Args, ValueEnum};
use mpuspec_mock::provider::provider_schema;

use super::Failure;
use super::door::print_json;
use crate::case::{case_schema, listing_schema};
use crate::report::report_schema;

/// Prints a JSON Schema.
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Of what
    #[arg(value_enum, default_value = "case")]
    of: Of,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// Case files
    Case,
    /// JSON reports
    Report,
    /// Provider files
    Provider,
    /// What `list --json` prints
    List,
}

impl Schema {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let schema = match self.of {
            Of::Case => case_schema(),
            Of::Provider => provider_schema(),
            Of::Report => report_schema(),
            Of::List => listing_schema(),
        };
        print_json(&format!("{schema:#}\n"));
        Ok(0)
    }
}
