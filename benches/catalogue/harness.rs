//! The suite as a process of its own, as people run it.

use std::process::{Command, Stdio};
use std::time::Duration;

use mpuspec::internals::case::{Catalogue, Cost};
use mpuspec::internals::report::{Report, from_json};

use crate::Result;

/// What a run took.
pub(crate) struct Run {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    pub(crate) requests: u64,
    pub(crate) bytes_sent: u64,
    pub(crate) judged: usize,
}

/// What is run.
#[derive(Clone, Copy)]
pub(crate) enum What {
    Catalogue,
    /// The rows of the catalogue that run on a live endpoint only when they are named.
    Costly,
    /// As much as a run of all cases explores on this machine, from the same seed.
    Exploring,
    /// A run as it is without options.
    Both,
}

/// Runs the suite: against the bundled mock, or row by row against an endpoint.
pub(crate) fn run(what: What, limit: Option<&str>, endpoint: Option<&str>) -> Result<Run> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mpuspec"));
    command.args(match what {
        What::Catalogue | What::Costly => &["run", "--explore", "0"][..],
        What::Exploring => &["explore", "--explore", "40", "--seed", env!("CARGO_PKG_VERSION")],
        What::Both => &["run"],
    });
    if let What::Costly = what {
        let catalogue = Catalogue::builtin().map_err(|_| "the cases do not load")?;
        let costly = catalogue.cases.iter().filter(|case| case.cost != Cost::Usual);
        command.args(costly.map(|case| &case.id));
    }
    command.args(["--provider", "aws-s3", "--report"]).arg(format!("json={}", file.display()));
    for name in ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] {
        command.env_remove(name);
    }
    if let Some(size) = limit {
        command.arg(format!("--limit=min_part_size={size}"));
    }
    if let Some(endpoint) = endpoint {
        command.args(["--endpoint", endpoint, "--jobs", "1"]);
        command.env("AWS_ACCESS_KEY_ID", mpuspec_mock::ACCESS_KEY);
        command.env("AWS_SECRET_ACCESS_KEY", mpuspec_mock::SECRET_KEY);
        command.env("AWS_REGION", mpuspec_mock::REGION).env_remove("AWS_SESSION_TOKEN");
    }
    let before = cpu_of_children();
    command.env("XDG_STATE_HOME", folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
    let output = command.stderr(Stdio::piped()).output()?;
    // 1 is a finding, 5 a row that could not be judged.
    if !matches!(output.status.code(), Some(0 | 1 | 5)) {
        return Err(format!(
            "the run ended with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let Report { run, summary, conclusion, .. } = from_json(&std::fs::read_to_string(&file)?)?;
    if !output.status.success() {
        eprintln!("note: these are figures of a run that did not end well: {conclusion}");
    }
    Ok(Run {
        wall: Duration::from_millis(run.millis),
        cpu: cpu_of_children() - before,
        requests: run.requests,
        bytes_sent: run.bytes_sent,
        judged: summary.total - summary.verdicts.not_applicable,
    })
}

#[cfg(unix)]
mod usage {
    use std::time::Duration;

    use nix::sys::resource::{Usage, UsageWho, getrusage};
    use nix::sys::time::TimeValLike as _;

    fn cpu(of: UsageWho) -> Duration {
        let micros =
            |usage: Usage| usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        Duration::from_micros(getrusage(of).map_or(0, micros).unsigned_abs())
    }

    pub(crate) fn cpu_of_children() -> Duration {
        cpu(UsageWho::RUSAGE_CHILDREN)
    }

    pub(crate) fn cpu_of_this_process() -> Duration {
        cpu(UsageWho::RUSAGE_SELF)
    }

    /// The most memory that a child has held, in bytes.
    pub(crate) fn peak_of_children() -> Option<u64> {
        // macOS counts bytes, everybody else KiB.
        let unit = if cfg!(target_os = "macos") { 1 } else { 1 << 10 };
        Some(getrusage(UsageWho::RUSAGE_CHILDREN).ok()?.max_rss().unsigned_abs() * unit)
    }
}

#[cfg(not(unix))]
mod usage {
    use std::time::Duration;

    pub(crate) fn cpu_of_children() -> Duration {
        Duration::ZERO
    }

    pub(crate) fn cpu_of_this_process() -> Duration {
        Duration::ZERO
    }

    pub(crate) fn peak_of_children() -> Option<u64> {
        None
    }
}

pub(crate) use usage::{cpu_of_children, cpu_of_this_process, peak_of_children};
