//! `mpuspec lint`.

use std::path::PathBuf;

use clap::Args;
use mpuspec_mock::provider::{self, FileError, Origin, Problem};

use super::{Failure, diagnostic, print};
use crate::case::{Catalogue, lint, load_case, unknown_sources};

/// Checks case and provider files.
#[derive(Debug, Args)]
pub(super) struct Lint {
    /// Files to check; a file of a folder `providers` is a provider [default: those of the suite]
    files: Vec<PathBuf>,
}

impl Lint {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let mut problems: Vec<Problem> = Vec::new();
        if self.files.is_empty() {
            let mut providers = Vec::new();
            for name in provider::builtin_names() {
                match provider::load(&name) {
                    Ok(provider) => providers.push(provider),
                    Err(FileError::Invalid(found)) => problems.extend(found),
                    Err(error) => return Err(Failure::Usage(error.to_string())),
                }
            }
            problems.extend(lint(&Catalogue::builtin()?, &providers));
        }
        let mut registry = Catalogue::builtin()?.registry;
        for provider in provider::builtin_names().iter().filter_map(|name| provider::load(name).ok()) {
            registry.add(&provider.documents);
        }
        let mut cases = Vec::new();
        for file in &self.files {
            let name = file.display().to_string();
            if file.parent().is_some_and(|folder| folder.ends_with("providers")) {
                // A path needs a slash to be told from the name of a bundled provider.
                let path = if name.contains('/') { name } else { format!("./{name}") };
                match provider::load(&path) {
                    Ok(provider) => registry.add(&provider.documents),
                    Err(FileError::Invalid(found)) => problems.extend(found),
                    Err(error) => return Err(Failure::Usage(error.to_string())),
                }
                continue;
            }
            let text =
                std::fs::read_to_string(file).map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
            let id = name.trim_end_matches(".yaml").to_owned();
            match load_case(&id, Origin { name, text }) {
                Ok(case) => cases.push(case),
                Err(found) => problems.extend(found),
            }
        }
        problems.extend(cases.iter().flat_map(|case| unknown_sources(case, &registry)));
        if problems.is_empty() {
            print("no mistakes\n");
            return Ok(0);
        }
        Err(Failure::Usage(diagnostic::render(&problems)))
    }
}
