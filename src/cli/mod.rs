//! The command line: one file a subcommand.

/// Writes a line to standard error; a reader that has gone away is no trouble.
macro_rules! tell {
    ($($argument:tt)*) => { $crate::cli::door::say(&format!($($argument)*)) };
}
use tell;

mod audit;
mod baseline;
mod check;
mod clean;
mod diagnostic;
mod diff;
mod door;
mod exploring;
mod github;
mod interrupt;
mod lint;
mod list;
mod manual;
mod mock;
mod mutants;
mod partial;
mod place;
mod progress;
mod report;
mod report_file;
mod rerun;
mod run;
mod schema;
mod settling;
mod show;
mod showing;
mod sources;
mod target;

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use mpuspec_mock::provider::FileError;

use self::door::print;
use crate::baseline::BaselineError;
use crate::case::{Catalogue, CatalogueError};
use crate::memory::{self, Bound};
use crate::run::RunError;
use crate::suite::SuiteError;

/// Why a command ends without doing its work.
#[derive(Debug)]
enum Failure {
    /// What was given is wrong: exit code 2.
    Usage(String),
    /// The endpoint can't be used: exit code 3.
    Endpoint(String),
    /// Somebody ended it before anything was judged: exit code 130.
    Interrupted(String),
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        Self::Endpoint(error.0)
    }
}

impl From<SuiteError> for Failure {
    fn from(error: SuiteError) -> Self {
        match error {
            SuiteError::Provider(FileError::Invalid(problems))
            | SuiteError::Baseline(BaselineError::Invalid(problems)) => {
                Self::Usage(diagnostic::render(&problems))
            }
            SuiteError::Cases(error) => error.into(),
            SuiteError::Endpoint(message) => Self::Endpoint(message),
            error => Self::Usage(error.to_string()),
        }
    }
}

impl From<CatalogueError> for Failure {
    fn from(error: CatalogueError) -> Self {
        Self::Usage(match error {
            CatalogueError::Invalid(problems) => diagnostic::render(&problems),
            error => error.to_string(),
        })
    }
}

#[derive(Debug, Parser)]
#[command(
    name = "mpuspec",
    version = env!("MPUSPEC_VERSION"),
    about = "Does multipart upload on this endpoint do what the documents promise?"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run cases against an endpoint, or against the bundled mock
    Run(Box<run::Run>),
    /// Explore an endpoint, or the bundled mock, with random sequences and races
    Explore(Box<run::Run>),
    /// List the cases
    List(list::List),
    /// Show a case with its sources
    Show(show::Show),
    /// List what a case can cite
    Sources(sources::Sources),
    /// Check case and provider files
    Lint(lint::Lint),
    /// Print the JSON Schema of case files, provider files, reports or the list of cases
    Schema(schema::Schema),
    /// Run the mock server
    Mock(mock::Mock),
    /// Show which rows fail with each defect of the mock
    Mutants(mutants::Mutants),
    /// Judge the histories of a report again
    Check(check::Check),
    /// Read the objects of a ledger again
    Audit(audit::Audit),
    /// Draw reports again, or several side by side, without a server
    Report(report::Redraw),
    /// Tell what changed from one report to the next
    Diff(diff::Compare),
    /// Write down which rows are known not to pass
    Baseline(baseline::KeepBaseline),
    /// Remove what interrupted runs left behind
    Clean(clean::Clean),
    /// Print what a shell needs to complete commands and options
    Completions(manual::Completions),
    /// Write the manual pages
    Man(manual::Man),
}

/// Parses the arguments, does what they say, and gives the exit code.
pub fn main() -> u8 {
    door::guard_environment();
    let arguments = Arguments::parse();
    // What a mock keeps is its user's to say; a run knows later whether it has one.
    match arguments.command {
        Command::Mock(_) | Command::Run(_) | Command::Explore(_) => {}
        Command::Audit(_) | Command::Clean(_) => memory::bound(Bound::OfRuns),
        _ => memory::bound(Bound::OfFiles),
    }
    let outcome = match arguments.command {
        Command::Run(run) => run.execute(),
        Command::Explore(run) => run.explore(),
        Command::List(list) => list.execute(),
        Command::Show(show) => show.execute(),
        Command::Sources(sources) => sources.execute(),
        Command::Lint(lint) => lint.execute(),
        Command::Schema(schema) => schema.execute(),
        Command::Mock(mock) => mock.execute(),
        Command::Mutants(mutants) => mutants.execute(),
        Command::Check(check) => check.execute(),
        Command::Audit(audit) => audit.execute(),
        Command::Report(report) => report.execute(),
        Command::Diff(diff) => diff.execute(),
        Command::Baseline(baseline) => baseline.execute(),
        Command::Clean(clean) => clean.execute(),
        Command::Completions(completions) => completions.execute(),
        Command::Man(man) => man.execute(),
    };
    match outcome {
        Ok(0) if door::has_lost_something() => {
            tell!("standard output cannot be written");
            2
        }
        Ok(code) => code,
        Err(Failure::Usage(message)) => {
            tell!("{}", message.trim_end());
            2
        }
        Err(Failure::Endpoint(message)) => {
            tell!("error: {message}");
            3
        }
        Err(Failure::Interrupted(message)) => {
            tell!("interrupted before the first row: {message}");
            130
        }
    }
}

/// The cases of the suite with those of the user's folders and files. Gives the patterns to select by.
fn catalogue(folder: Option<&PathBuf>, cases: &[String]) -> Result<(Catalogue, Vec<String>), Failure> {
    let mut catalogue = Catalogue::builtin()?;
    if let Some(folder) = folder {
        catalogue = catalogue.add_folder(folder)?;
    }
    let mut patterns = Vec::new();
    for case in cases {
        match case_file(case) {
            Some((file, row)) => {
                let (with_file, id) = catalogue.add_file(file.as_ref())?;
                catalogue = with_file;
                patterns.push(format!("{id}{row}"));
            }
            None => patterns.push(case.clone()),
        }
    }
    Ok((catalogue, patterns))
}

/// Takes apart what names a case file, and perhaps a row of it: `my-case.yaml[row]`.
fn case_file(name: &str) -> Option<(&str, &str)> {
    if name.ends_with(".yaml") {
        return Some((name, ""));
    }
    let at = name.rfind(".yaml[").filter(|_| name.ends_with(']'))? + ".yaml".len();
    Some(name.split_at(at))
}

/// Returns the case files among names and patterns.
fn case_files(cases: &[String]) -> Vec<String> {
    cases.iter().filter_map(|case| Some(case_file(case)?.0.to_owned())).collect()
}
