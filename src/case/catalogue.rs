//! All cases: those in the binary, and those of the user.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use include_dir::{Dir, DirEntry, include_dir};
use mpuspec_mock::files::{LONGEST_BY_HAND, read_text};
use mpuspec_mock::provider::{self, Origin, Problem, Provider, placed_lines};
use mpuspec_mock::yaml;
use thiserror::Error;

use super::id::{Pattern, RowId};
use super::load::{Case, load_case};
use super::requirement::Requirements;
use super::source::Registry;

static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cases");

/// Files in the folder of cases that are none.
const NOT_CASES: &[&str] = &[
    "sources.yaml",
    "requirements.yaml",
    "renamed.yaml",
    "records.yaml",
    "causes.yaml",
    "questions.yaml",
    "disputes.yaml",
];

/// Cases, with the documents they cite.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    /// The cases, by id.
    pub cases: Vec<Arc<Case>>,
    /// The documents.
    pub registry: Registry,
    /// What the documents promise.
    pub requirements: Requirements,
    /// The ids of cases that did not come with the suite.
    own: Vec<String>,
}

/// Why there is no catalogue.
#[derive(Debug, Error)]
pub enum CatalogueError {
    /// A folder or file can't be read.
    #[error("{path}: {reason}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        reason: String,
    },
    /// Files have mistakes.
    #[error("{}", placed_lines(.0))]
    Invalid(Vec<Problem>),
    /// A name that fits no case.
    #[error("no case fits `{pattern}`{}", near.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    NoSuchCase {
        /// The name or pattern.
        pattern: String,
        /// What was probably meant.
        near: Option<String>,
    },
}

/// Which rows are wanted.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Patterns over ids; none stands for all.
    pub patterns: Vec<Pattern>,
}

impl Selection {
    /// Whether a row is wanted.
    pub fn takes(&self, id: &RowId) -> bool {
        self.patterns.is_empty() || self.patterns.iter().any(|pattern| pattern.fits(id))
    }

    /// Whether a row is asked for by its name, not by a pattern.
    pub fn names(&self, id: &RowId) -> bool {
        self.patterns.iter().any(|pattern| pattern.is_literal() && pattern.fits(id))
    }
}

impl Catalogue {
    /// The cases that are part of the binary.
    pub fn builtin() -> Result<Self, CatalogueError> {
        Self::from_files(embedded(&BUILTIN))
    }

    /// The cases of a folder that holds a whole suite.
    pub fn from_folder(folder: &FilePath) -> Result<Self, CatalogueError> {
        Self::from_files(read_folder(folder, folder)?)
    }

    fn from_files(files: Vec<(String, Origin)>) -> Result<Self, CatalogueError> {
        let mut catalogue = Self::default();
        let mut problems = Vec::new();
        let mut requirements = None;
        for (path, origin) in files {
            if path == "requirements.yaml" {
                requirements = Some(origin);
            } else if path == "sources.yaml" {
                match Registry::load(&origin) {
                    Ok(registry) => catalogue.registry = registry,
                    Err(found) => problems.extend(found),
                }
            } else if !NOT_CASES.contains(&path.as_str()) {
                catalogue.add(path.trim_end_matches(".yaml"), origin, &mut problems);
            }
        }
        let read = requirements.map(|origin| {
            let providers: Vec<Provider> =
                provider::builtin_names().iter().filter_map(|name| provider::load(name).ok()).collect();
            Requirements::load(&origin, &catalogue.registry, &providers)
        });
        match read.transpose() {
            Ok(requirements) => {
                catalogue.requirements = requirements.unwrap_or_default();
                catalogue.check_requirements(&mut problems);
            }
            // Without the registry every id of a case would look wrong.
            Err(found) => problems.extend(found),
        }
        catalogue.finish(problems)
    }

    fn add(&mut self, id: &str, origin: Origin, problems: &mut Vec<Problem>) {
        match load_case(id, origin) {
            Ok(case) => self.cases.push(Arc::new(case)),
            Err(found) => problems.extend(found),
        }
    }

    /// Checks what cases say that they judge.
    fn check_requirements(&self, problems: &mut Vec<Problem>) {
        for case in &self.cases {
            problems.extend(self.requirements.check_case(case).into_iter().map(|mistake| Problem {
                origin: case.origin.clone(),
                placed: mistake.place(&case.origin.text),
            }));
        }
    }

    fn finish(mut self, problems: Vec<Problem>) -> Result<Self, CatalogueError> {
        self.cases.sort_by(|a, b| a.id.cmp(&b.id));
        if problems.is_empty() { Ok(self) } else { Err(CatalogueError::Invalid(problems)) }
    }

    /// Adds the cases of a folder of the user's.
    pub fn add_folder(mut self, folder: &FilePath) -> Result<Self, CatalogueError> {
        let mut problems = Vec::new();
        for (path, origin) in read_folder(folder, folder)? {
            if !NOT_CASES.contains(&path.as_str()) {
                let id = path.trim_end_matches(".yaml");
                self.own.push(id.to_owned());
                self.cases.retain(|case| case.id != id);
                self.add(id, origin, &mut problems);
            }
        }
        self.check_requirements(&mut problems);
        self.finish(problems)
    }

    /// Puts a file of the suite's own folder in the place of the case that was built in, or beside those.
    pub fn replace_file(mut self, file: &FilePath) -> Result<Self, CatalogueError> {
        let (name, text) = (file.display().to_string(), read(file)?);
        let id = name.trim_end_matches(".yaml");
        let id = id.rsplit_once("cases/").map_or(id, |(_, id)| id).to_owned();
        let mut problems = Vec::new();
        self.cases.retain(|case| case.id != id);
        self.add(&id, Origin { name, text }, &mut problems);
        self.check_requirements(&mut problems);
        self.finish(problems)
    }

    /// Adds a case of the user's; it takes the place of one with its id.
    pub fn add_case(mut self, case: Case) -> Result<Self, CatalogueError> {
        self.own.push(case.id.clone());
        self.cases.retain(|known| known.id != case.id);
        self.cases.push(Arc::new(case));
        let mut problems = Vec::new();
        self.check_requirements(&mut problems);
        self.finish(problems)
    }

    /// Adds one file of the user's; its id is its path as given, without the ending.
    pub fn add_file(mut self, file: &FilePath) -> Result<(Self, String), CatalogueError> {
        let text = read(file)?;
        let name = file.display().to_string();
        // A file of the suite's own folder keeps its own id.
        let id =
            name.trim_end_matches(".yaml").trim_start_matches("./").trim_start_matches("cases/").to_owned();
        let mut problems = Vec::new();
        self.own.push(id.clone());
        self.cases.retain(|case| case.id != id);
        self.add(&id, Origin { name, text }, &mut problems);
        self.check_requirements(&mut problems);
        Ok((self.finish(problems)?, id))
    }

    /// Adds the documents of a provider.
    pub fn add_documents(&mut self, provider: &Provider) {
        self.registry.add(&provider.documents);
    }

    /// Whether a case came with the suite.
    pub fn is_builtin(&self, id: &str) -> bool {
        !self.own.iter().any(|own| own == id)
    }

    /// Earlier ids of rows, with those of today. An id that is used again is no earlier one.
    pub fn renamed(&self) -> BTreeMap<String, String> {
        let today: BTreeSet<String> = self.row_ids().map(|id| id.to_string()).collect();
        let rows = self.cases.iter().flat_map(|case| case.rows.iter().map(move |row| (case, row)));
        let pairs = rows.flat_map(|(case, row)| {
            let id = RowId::new(&case.id, row.name.as_deref()).to_string();
            row.was.iter().map(move |was| (was.clone(), id.clone()))
        });
        pairs.filter(|(was, _)| !today.contains(was)).collect()
    }

    /// Reads names and patterns; each has to fit something.
    pub fn select(&self, patterns: &[String]) -> Result<Selection, CatalogueError> {
        let rows: Vec<RowId> = self.row_ids().collect();
        let renamed = self.renamed();
        let mut selection = Selection::default();
        for text in patterns {
            // An area stands for all of its cases.
            let is_area = rows.iter().any(|row| row.area() == text);
            let pattern = if is_area { Pattern::new(&format!("{text}/**")) } else { Pattern::new(text) };
            if !rows.iter().any(|row| pattern.fits(row)) {
                let earlier = renamed.iter().filter(|(was, _)| pattern.fits(&RowId::parse(was)));
                let today: Vec<Pattern> = earlier.map(|(_, id)| Pattern::new(id)).collect();
                if !today.is_empty() {
                    selection.patterns.extend(today);
                    continue;
                }
                let names: Vec<String> = rows
                    .iter()
                    .flat_map(|row| [row.area().to_owned(), row.case.clone(), row.to_string()])
                    .collect();
                let near = yaml::nearest(text, names.iter().map(String::as_str)).map(str::to_owned);
                return Err(CatalogueError::NoSuchCase { pattern: text.clone(), near });
            }
            selection.patterns.push(pattern);
        }
        Ok(selection)
    }

    /// The ids of all rows.
    pub fn row_ids(&self) -> impl Iterator<Item = RowId> {
        self.cases
            .iter()
            .flat_map(|case| case.rows.iter().map(|row| RowId::new(&case.id, row.name.as_deref())))
    }

    /// Looks a case up.
    pub fn case(&self, id: &str) -> Option<&Arc<Case>> {
        self.cases.iter().find(|case| case.id == id)
    }

    /// Observed behaviour by name, with the cases that record it.
    pub fn observations(&self) -> BTreeMap<String, Vec<&str>> {
        let mut found: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for case in &self.cases {
            for step in case.rows.iter().flat_map(|row| &row.steps) {
                for step in step.whole() {
                    if let Some(name) = &step.observe {
                        let cases = found.entry(name.clone()).or_default();
                        if !cases.contains(&case.id.as_str()) {
                            cases.push(&case.id);
                        }
                    }
                }
            }
        }
        found
    }
}

fn embedded(folder: &Dir<'static>) -> Vec<(String, Origin)> {
    let mut files = Vec::new();
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => files.extend(embedded(folder)),
            DirEntry::File(file) => {
                let path = file.path().to_string_lossy().replace('\\', "/");
                if let (true, Some(text)) = (path.ends_with(".yaml"), file.contents_utf8()) {
                    files.push((
                        path.clone(),
                        Origin { name: format!("cases/{path}"), text: text.to_owned() },
                    ));
                }
            }
        }
    }
    files
}

fn read_folder(folder: &FilePath, root: &FilePath) -> Result<Vec<(String, Origin)>, CatalogueError> {
    let unreadable = |error: std::io::Error| CatalogueError::Unreadable {
        path: folder.display().to_string(),
        reason: error.to_string(),
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(read_folder(&path, root)?);
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            let origin = Origin { name: path.display().to_string(), text: read(&path)? };
            files.push((below, origin));
        }
    }
    Ok(files)
}

fn read(path: &FilePath) -> Result<String, CatalogueError> {
    read_text(path, LONGEST_BY_HAND).map_err(|error| CatalogueError::Unreadable {
        path: path.display().to_string(),
        reason: error.to_string(),
    })
}
