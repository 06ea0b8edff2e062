//! The one way out: what the command line says leaves without the secrets of the run, and with every character visible.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use crate::visible::{visible_json, visible_lines};
use crate::wire::Redactor;

/// What knows the secrets that this process has read.
static GUARDS: Mutex<Vec<Arc<Redactor>>> = Mutex::new(Vec::new());

/// Lets no secret of a run out.
pub(super) fn guard(redactor: &Arc<Redactor>) {
    GUARDS.lock().unwrap_or_else(PoisonError::into_inner).push(redactor.clone());
}

fn without_secrets(text: &str) -> String {
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

/// As [`print`], with commands to a workflow of GitHub: their own writer has made the texts in them harmless.
pub(super) fn print_commands(text: &str) {
    write(std::io::stdout().lock(), &without_secrets(text));
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
    let _ = to.write_all(text.as_bytes());
}
