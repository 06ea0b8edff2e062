//! `mpuspec clean`.

use clap::Args;
use mpuspec_mock::provider::Dialect;

use super::door::guard;
use super::target::{Connection, addressing};
use super::{Failure, print};
use crate::row::JournalHeader;
use crate::run::{Cleaned, Cleaning, RunError, clean};
use crate::wire::{Budget, Client, ClientOptions, Confined, Credentials, Target};

/// Removes what interrupted runs left behind, as their journals name it.
#[derive(Debug, Args)]
pub(super) struct Clean {
    /// Only what this run left
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Tell what would be looked for, and ask no server
    #[arg(long)]
    dry_run: bool,
    /// Remove the journal of a run whose server is gone, and ask no server
    #[arg(long, requires = "run", conflicts_with = "dry_run")]
    forget: bool,
    #[command(flatten)]
    connection: Connection,
}

impl Clean {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let options = self.connection.client_options()?;
        let connect = |header: &JournalHeader| connect(header, &options);
        let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::Usage(error.to_string()))?;
        let mut lines = Vec::new();
        let cleaning = Cleaning { run: self.run.clone(), dry: self.dry_run, forget: self.forget };
        let cleaned = runtime.block_on(clean(&cleaning, connect, |line| lines.push(line)));
        if lines.is_empty() {
            lines.push(match &self.run {
                Some(run) => format!("run {run} has left no journal"),
                None => "no run has left anything".to_owned(),
            });
        }
        print(&(lines.join("\n") + "\n"));
        Ok(match cleaned {
            Cleaned::AllGone => 0,
            Cleaned::Uncertain => 1,
        })
    }
}

/// Reaches the endpoint of an earlier run.
pub(super) fn connect(header: &JournalHeader, options: &ClientOptions) -> Result<Client, RunError> {
    let endpoint = Target::endpoint(&header.endpoint).map_err(|error| RunError(error.to_string()))?;
    let dialect = if header.dialect == Dialect::Oss.name() { Dialect::Oss } else { Dialect::S3 };
    let target = Target {
        dialect,
        endpoint,
        others: Vec::new(),
        addressing: addressing(&header.addressing),
        bucket: header.bucket.clone(),
        region: header.region.clone(),
    };
    target.check().map_err(RunError)?;
    let credentials = Credentials::find(dialect).map_err(|error| RunError(error.to_string()))?;
    let client = Client::new(target, credentials, Budget::new(u64::MAX, u64::MAX, None), options);
    // A journal can be anybody's: whatever it says, only what a run of this name makes is touched.
    let confined = Confined {
        bucket: header.bucket.clone(),
        is_own: header.own_bucket && header.bucket == format!("mpuspec-{}", header.run),
        prefix: format!("mpuspec/{}/", header.run),
    };
    let client = client.map_err(RunError)?.confined(confined);
    guard(&client.redactor);
    Ok(client)
}
