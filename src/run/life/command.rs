//! Commands of the user's own: what settles a server, and what starts one anew.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::memory::unbounded;

/// A command that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(600);
/// Between two looks at whether the run was interrupted.
const LOOK: Duration = Duration::from_millis(50);

/// Runs a command to its end. `interrupted` says whether somebody wants to wait no longer.
pub async fn run_command(command: &str, interrupted: impl Fn() -> bool) -> Result<(), String> {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    // Ctrl-C ends the run, and not the server that the command has begun.
    #[cfg(unix)]
    shell.process_group(0);
    let mut child =
        unbounded(|| shell.spawn()).map_err(|error| format!("`{command}` cannot be run: {error}"))?;
    let stopped = async {
        while !interrupted() {
            tokio::time::sleep(LOOK).await;
        }
    };
    let ended = tokio::select! {
        ended = tokio::time::timeout(LONGEST, child.wait()) => ended,
        () = stopped => return Err(format!("`{command}` was not waited for: the run was interrupted")),
    };
    match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(format!("`{command}` failed: {status}")),
        Ok(Err(error)) => Err(format!("`{command}` cannot be waited for: {error}")),
        Err(_) => Err(format!("`{command}` hangs: it was stopped after {} s", LONGEST.as_secs())),
    }
}
