//! `mpuspec lint`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use mpuspec_mock::files::{LONGEST_BY_HAND, read_text};
use mpuspec_mock::provider::{self, FileError, Origin, Problem};

use super::{Failure, diagnostic, print};
use crate::case::{Case, Catalogue, CatalogueError, deeds, lint, load_case, unknown_sources};
use crate::cause::unnamed;

/// Checks case and provider files.
#[derive(Debug, Args)]
pub(super) struct Lint {
    /// Files to check; a file of a folder `providers` is a provider [default: those that the program was built with]
    files: Vec<PathBuf>,
    /// Tell what a run of these case files would do; they are somebody else's
    #[arg(long, requires = "files")]
    untrusted: bool,
}

/// What holds of every file, whatever it says.
const CONFINED: &str = "\
whatever they say, a run writes, reads, copies from and deletes nothing but keys below mpuspec/RUN/ (perhaps behind / or \\), in
the bucket of the run; it sets no policy, and no ACL but of its own uploads; no file brings a command, a proxy or an endpoint
";

/// What cases would do.
fn told(cases: &[Arc<Case>]) -> String {
    let mut text = String::new();
    for case in cases {
        text.push_str(&format!("{}\n", case.origin.name));
        deeds(case).iter().for_each(|line| text.push_str(&format!("    {line}\n")));
    }
    text + CONFINED
}

/// Which rows would be told by their own titles alone, as no cause of the register is about them.
fn without_a_cause(catalogue: &Catalogue) -> String {
    let unnamed: Vec<String> = unnamed(catalogue.row_ids()).iter().map(ToString::to_string).collect();
    let rows = unnamed.iter().map(|row| format!("    {row}\n")).collect::<String>();
    match unnamed.len() {
        0 => String::new(),
        count => format!("{count} rows that cases/causes.yaml says nothing of:\n{rows}"),
    }
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
        let mut catalogue = Catalogue::builtin()?;
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
            // A file of the suite's own folder is held to what its cases are held to.
            if file.ancestors().nth(2).is_some_and(|folder| folder.join("sources.yaml").is_file()) {
                match catalogue.clone().replace_file(file) {
                    Ok(replaced) => {
                        let name = file.display().to_string();
                        cases.extend(replaced.cases.iter().filter(|case| case.origin.name == name).cloned());
                        catalogue = replaced;
                    }
                    Err(CatalogueError::Invalid(found)) => problems.extend(found),
                    Err(error) => return Err(error.into()),
                }
                continue;
            }
            let text = read_text(file.as_ref(), LONGEST_BY_HAND)
                .map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
            let id = name.trim_end_matches(".yaml").to_owned();
            match load_case(&id, Origin { name, text }) {
                Ok(case) => cases.push(Arc::new(case)),
                Err(found) => problems.extend(found),
            }
        }
        let names: Vec<String> = self.files.iter().map(|file| file.display().to_string()).collect();
        let of_files = lint(&catalogue, &[]).into_iter().filter(|found| names.contains(&found.origin.name));
        problems.extend(of_files);
        problems.extend(cases.iter().flat_map(|case| unknown_sources(case, &registry)));
        if problems.is_empty() {
            match self.files.is_empty() {
                true => {
                    let count = catalogue.cases.len();
                    print(&format!("no mistakes in the {count} cases that this program was built with\n"));
                    print(&without_a_cause(&catalogue));
                }
                false if self.untrusted => print(&told(&cases)),
                false => print("no mistakes\n"),
            }
            return Ok(0);
        }
        Err(Failure::Usage(diagnostic::render(&problems)))
    }
}
