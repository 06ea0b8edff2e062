//! `mpuspec audit`.

use std::path::PathBuf;

use clap::Args;

use super::clean::connect;
use super::target::Connection;
use super::{Failure, print};
use crate::run::{audit, read_ledger};

/// Reads the objects of a ledger again, which `mpuspec run --ledger FILE` has left.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The ledger
    ledger: PathBuf,
    #[command(flatten)]
    connection: Connection,
}

impl Audit {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let (header, entries) = read_ledger(&self.ledger)
            .map_err(|error| Failure::Usage(format!("{}: {error}", self.ledger.display())))?;
        let client = connect(&header, &self.connection.client_options()?)?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::Usage(error.to_string()))?;
        let (found, _) = runtime.block_on(audit(&client, &entries));
        let mut text = String::new();
        for lost in &found.lost {
            text.push_str(&format!("LOST {} (of {}): {}\n", lost.key, lost.row, lost.found));
        }
        if let Some(trouble) = &found.trouble {
            text.push_str(&format!("not read: {}\n", client.redactor.clean(trouble)));
        }
        text.push_str(&format!(
            "{} of {} objects are as they were acknowledged; `mpuspec clean` removes them\n",
            found.read - found.lost.len() as u64,
            entries.len()
        ));
        print(&client.redactor.clean(&text));
        Ok(match (found.lost.is_empty(), &found.trouble) {
            (false, _) => 1,
            (true, Some(_)) if found.read == 0 => 3,
            (true, Some(_)) => 5,
            (true, None) => 0,
        })
    }
}
