//! What a workflow of GitHub shows of a run: annotations, and the summary of the step.

use std::io::Write as _;

use super::door::say_commands;
use crate::report::{Report, annotations, to_markdown};

/// Tells the workflow, if there is one.
pub(super) fn tell(report: &Report) {
    if std::env::var_os("GITHUB_ACTIONS").is_none_or(|value| value != "true") {
        return;
    }
    say_commands(&annotations(report));
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return };
    let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
    if let Err(error) = file.and_then(|mut file| file.write_all(to_markdown(report).as_bytes())) {
        super::tell!("warning: the summary of the step cannot be written: {error}");
    }
}
