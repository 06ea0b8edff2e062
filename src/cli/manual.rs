//! `mpuspec completions` and `mpuspec man`: what is made from the options themselves.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::door::print_document;
use super::{Arguments, Failure};

/// Prints what a shell needs to complete commands and options.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Arguments::command(), "mpuspec", &mut script);
        print_document(&String::from_utf8_lossy(&script));
        Ok(0)
    }
}

/// Writes the manual pages.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// A folder that is there: it gets mpuspec.1, mpuspec-run.1 and so on
    folder: PathBuf,
}

impl Man {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let written = clap_mangen::generate_to(Arguments::command(), &self.folder);
        written.map_err(|error| Failure::Usage(format!("{}: {error}", self.folder.display())))?;
        Ok(0)
    }
}
