//! The one way out: what the command line says leaves without the secrets of the run, and with every character visible.

use std::io::{ErrorKind, IsTerminal as _, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};

use crate::report::Format;
use crate::visible::{visible_json, visible_lines};
use crate::wire::{Redactor, secrets_of_environment};

/// What knows the secrets that this process has read.
static GUARDS: Mutex<Vec<Arc<Redactor>>> = Mutex::new(Vec::new());

/// Whether something could not be written although somebody still reads.
static HAS_LOST: AtomicBool = AtomicBool::new(false);

/// Where something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

impl Stream {
    /// Whether it is to be written in colours: on a terminal that has some, unless NO_COLOR is set.
    pub(super) fn takes_colours(self) -> bool {
        let choice = match self {
            Self::Out => AutoStream::choice(&std::io::stdout()),
            Self::Err => AutoStream::choice(&std::io::stderr()),
        };
        choice != ColorChoice::Never
    }

    /// Whether somebody sits before it, at a terminal that can move its cursor.
    pub(super) fn is_terminal(self) -> bool {
        let is_terminal = match self {
            Self::Out => std::io::stdout().is_terminal(),
            Self::Err => std::io::stderr().is_terminal(),
        };
        is_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
    }
}

/// Lets no secret of the environment out, whatever a file that is shown holds.
pub(super) fn guard_environment() {
    let redactor = Redactor::default();
    secrets_of_environment().iter().for_each(|secret| redactor.learn(secret));
    guard(&Arc::new(redactor));
}

/// Whether what was to be said is not all there.
pub(super) fn has_lost_something() -> bool {
    HAS_LOST.load(Ordering::Relaxed)
}

/// Lets no secret of a run out.
pub(super) fn guard(redactor: &Arc<Redactor>) {
    GUARDS.lock().unwrap_or_else(PoisonError::into_inner).push(redactor.clone());
}

pub(super) fn without_secrets(text: &str) -> String {
    let guards = GUARDS.lock().unwrap_or_else(PoisonError::into_inner);
    guards.iter().fold(text.to_owned(), |text, redactor| redactor.clean(&text))
}

/// Lines for people.
pub(super) fn for_people(text: &str) -> String {
    visible_lines(&without_secrets(text))
}

/// Writes lines for people to standard output; a reader that has gone away is no trouble.
pub(super) fn print(text: &str) {
    write(std::io::stdout().lock(), &for_people(text));
}

/// As [`print`], with a document of JSON.
pub(super) fn print_json(text: &str) {
    write(std::io::stdout().lock(), &visible_json(&without_secrets(text)));
}

/// A line of Markdown in which `##` begins a heading alone.
fn without_commands(line: &str) -> String {
    let level = line.len() - line.trim_start_matches('#').len();
    let (heading, mut rest) = match line[level..].starts_with(' ') {
        true => (&line[..level], line[level..].to_owned()),
        false => ("", line.to_owned()),
    };
    while rest.contains("##") {
        rest = rest.replace("##", "# #");
    }
    format!("{heading}{rest}")
}

/// As [`print`], with a document of the program's own.
pub(super) fn print_document(text: &str) {
    write(std::io::stdout().lock(), &without_secrets(text));
}

/// As [`print`], with a report, whose own writer has made the texts in it harmless: what is left are commands to workflows,
/// which are read line by line, whatever the lines are part of.
pub(super) fn print_report(text: &str, format: Format) {
    let text = without_secrets(text);
    let text = match format {
        Format::Json => text.replace("##", "#\\u0023"),
        Format::Markdown => text.split_inclusive('\n').map(without_commands).collect(),
        _ => {
            let harmless = |line: &str| match line.trim_start().starts_with("::") {
                true => line.replacen("::", "&#58;:", 1),
                false => line.to_owned(),
            };
            text.replace("##", "#&#35;").split_inclusive('\n').map(harmless).collect()
        }
    };
    write(std::io::stdout().lock(), &text);
}

/// Writes commands to a workflow of GitHub to standard error, where it reads them too: a report may be on standard output.
/// Their own writer has made the texts in them harmless.
pub(super) fn say_commands(text: &str) {
    write(std::io::stderr().lock(), &without_secrets(text));
}

/// Writes a line to standard error.
pub(super) fn say(line: &str) {
    write(std::io::stderr().lock(), &(for_people(line) + "\n"));
}

/// Writes the credentials of the mock to standard error: they let nobody in elsewhere.
pub(super) fn say_of_the_mock(line: &str) {
    write(std::io::stderr().lock(), &(visible_lines(line) + "\n"));
}

fn write(mut to: impl Write, text: &str) {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => HAS_LOST.store(true, Ordering::Relaxed),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_markdown_only_headings_begin_with_hashes() {
        for (line, told) in [
            ("### MUST `a`\n", "### MUST `a`\n"),
            ("got `400 ###vso[task]`", "got `400 # # #vso[task]`"),
            ("##[error]x", "# #[error]x"),
        ] {
            assert_eq!(without_commands(line), told);
        }
    }
}
