//! What happens between the last call and the audit.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use super::target::duration;
use crate::run::{Findings, Runner, SMALL};

/// How the endpoint may settle before what was acknowledged is read again.
#[derive(Debug, Args)]
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

/// A command that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(600);

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

    /// Lets the endpoint settle and reads every object of the ledger again.
    pub(super) async fn audit(&self, runner: &Runner) -> Findings {
        let started = Instant::now();
        let mut trouble = self.settle_command.as_deref().and_then(|command| run(command).err());
        if let Some(time) = self.settle {
            // In steps, so that Ctrl-C does not wait.
            while started.elapsed() < time && !runner.is_interrupted() {
                tokio::time::sleep(Duration::from_millis(50).min(time - started.elapsed())).await;
            }
        }
        if let Some(path) = &self.ledger
            && let Err(error) = runner.save_ledger(path)
        {
            trouble = Some(format!("the ledger {} cannot be written: {error}", path.display()));
        }
        let settled = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut found = runner.audit(self.ledger.as_deref()).await;
        found.audit.settled_millis = settled;
        if let Some(trouble) = trouble {
            super::tell!("note: {trouble}");
            found.audit.trouble.get_or_insert(trouble);
        }
        found
    }
}

/// Runs a command of the user's to its end.
fn run(command: &str) -> Result<(), String> {
    let told = |what: String| format!("the command `{command}` {what}; the audit goes on without it");
    let mut child = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| told(format!("cannot be run: {error}")))?;
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(told(format!("failed: {status}"))),
            Ok(None) if started.elapsed() > LONGEST => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(told(format!("hangs: it was stopped after {} s", LONGEST.as_secs())));
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(told(format!("cannot be waited for: {error}"))),
        }
    }
}
