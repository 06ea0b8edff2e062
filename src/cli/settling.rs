//! What happens between the last call and the audit.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use super::target::duration;
use crate::explore::Explorer;
use crate::report::{self, Verdict};
use crate::run::{Findings, Runner, SMALL, run_command};

/// How the endpoint may settle before what was acknowledged is read again.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading again")]
pub(super) struct Settling {
    /// Wait so long before the objects that were completed are read again, the large ones too
    #[arg(long, value_name = "TIME", value_parser = duration)]
    settle: Option<Duration>,
    /// Run this before they are read again: a garbage collection, a compaction, a restart
    #[arg(long, value_name = "COMMAND")]
    settle_command: Option<String>,
    /// Write what was completed to a file, and leave it in the bucket for `mpuspec audit FILE`
    #[arg(long, value_name = "FILE", requires = "bucket")]
    ledger: Option<PathBuf>,
}

impl Settling {
    /// Objects up to this size are kept until the audit, if there is one.
    pub(super) fn audited(&self, audits: bool) -> u64 {
        match self.is_asked() {
            true => u64::MAX,
            false if audits => SMALL,
            false => 0,
        }
    }

    /// Whether somebody asked for an audit.
    pub(super) fn is_asked(&self) -> bool {
        self.settle.is_some() || self.settle_command.is_some() || self.ledger.is_some()
    }

    /// Returns the options that let it settle as long, word by word. A ledger is kept once.
    pub(super) fn words(&self) -> Vec<String> {
        let settle = self.settle.map(|time| format!("{}ms", time.as_millis()));
        let valued = [("--settle", settle), ("--settle-command", self.settle_command.clone())];
        valued.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?])).flatten().collect()
    }

    /// Whether it waits for longer than because a report says so.
    pub(super) fn is_long(&self) -> bool {
        self.settle.is_some_and(|settle| settle > report::LONGEST)
    }

    /// Settles as an earlier run did, where nobody says otherwise. Returns the words of what was taken.
    pub(super) fn take_over(&mut self, earlier: Self) -> Vec<String> {
        if self.settle.is_some() || self.settle_command.is_some() {
            return Vec::new();
        }
        let earlier = Self { ledger: None, ..earlier };
        let words = earlier.words();
        (self.settle, self.settle_command) = (earlier.settle, earlier.settle_command);
        words
    }

    /// Lets the endpoint settle. Returns what went wrong.
    async fn settle(&self, runner: &Runner) -> Option<String> {
        let mut trouble = match &self.settle_command {
            Some(command) => run_command(command, || runner.is_interrupted()).await.err(),
            None => None,
        };
        if let Some(trouble) = &mut trouble {
            trouble.push_str("; the audit went on without it");
        }
        if let Some(time) = self.settle {
            let started = Instant::now();
            // In steps, so that Ctrl-C does not wait.
            while started.elapsed() < time && !runner.is_interrupted() {
                tokio::time::sleep(Duration::from_millis(50).min(time.saturating_sub(started.elapsed())))
                    .await;
            }
        }
        trouble
    }

    /// Writes the ledger, if somebody wants one. Returns what went wrong.
    fn save(&self, runner: &Runner) -> Option<String> {
        let path = self.ledger.as_deref()?;
        let error = runner.save_ledger(path).err()?;
        Some(format!("the ledger {} cannot be written: {error}", path.display()))
    }

    /// Lets the endpoint settle and reads every object of the ledger again; what is lost of what was explored is tried
    /// once more.
    pub(super) async fn audit(
        &self,
        runner: &Runner,
        explorer: Option<Explorer<'_>>,
        explained: &BTreeSet<String>,
    ) -> Findings {
        let started = Instant::now();
        let mut trouble = self.settle(runner).await;
        trouble = self.save(runner).or(trouble);
        let settled = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut found = runner.audit(self.ledger.as_deref(), explained).await;
        if let Some(mut explorer) = explorer {
            let settle = async { _ = self.settle(runner).await };
            if explorer.confirm_lost(&mut found, settle).await {
                trouble = self.save(runner).or(trouble);
            }
        }
        found.audit.settled_millis = settled;
        if let Some(trouble) = trouble {
            super::tell!("note: {trouble}");
            // What was to happen before it did not: that all is there shows less than was asked for.
            for row in found.rows.iter_mut().filter(|row| row.verdict == Verdict::Pass) {
                (row.verdict, row.reason) = (Verdict::Error, Some(trouble.clone()));
            }
            found.audit.trouble.get_or_insert(trouble);
        }
        found
    }
}
