//! `mpuspec audit`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::clean::connect;
use super::target::Connection;
use super::{Failure, print};
use crate::report::quoted;
use crate::run::{audit, read_ledger};
use crate::visible::visible;
use crate::wire::Target;

/// Reads the objects of a ledger again, which `mpuspec run --ledger FILE` has left.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The ledger
    ledger: PathBuf,
    /// The endpoint, as the ledger names it: a file alone sends your credentials to nobody
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    #[command(flatten)]
    connection: Connection,
}

impl Audit {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let (header, entries) = read_ledger(&self.ledger)
            .map_err(|error| Failure::Usage(format!("{}: {error}", self.ledger.display())))?;
        self.is_meant(&header.endpoint)?;
        let client = connect(&header, &self.connection.client_options()?)?;
        let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::Usage(error.to_string()))?;
        let (found, _) = runtime.block_on(audit(&client, &entries, Duration::ZERO));
        let mut text = String::new();
        for lost in &found.lost {
            let line = format!("LOST {} (of {}): {}", lost.key, lost.row, lost.found);
            text.push_str(&(visible(&line) + "\n"));
        }
        if found.more_lost > 0 {
            text.push_str(&format!("LOST {} more\n", found.more_lost));
        }
        if let Some(trouble) = &found.trouble {
            text.push_str(&format!("not read: {}\n", visible(trouble)));
        }
        text.push_str(&format!(
            "{} of {} objects are as they were acknowledged; `mpuspec clean` removes them\n",
            found.read - found.lost_at_all(),
            entries.len()
        ));
        print(&text);
        Ok(match (found.lost.is_empty(), &found.trouble) {
            (false, _) => 1,
            (true, Some(_)) if found.read == 0 => 3,
            (true, Some(_)) => 5,
            (true, None) => 0,
        })
    }

    /// Refuses an endpoint that nobody but the file has named, where it is not on this machine.
    fn is_meant(&self, named: &str) -> Result<(), Failure> {
        let read = |text: &str| Target::endpoint(text).map_err(|error| Failure::Usage(error.to_string()));
        let named = read(named)?;
        match self.endpoint.as_deref().map(read).transpose()? {
            Some(meant) if meant == named => Ok(()),
            None if Target::is_loopback(&named) => Ok(()),
            _ => Err(Failure::Usage(format!(
                "{}: it is of {named}; if that is where your credentials are to be used, say --endpoint {}",
                self.ledger.display(),
                quoted(Target::written(&named))
            ))),
        }
    }
}
