//! From a provider file, or the name of a bundled one, to a checked provider.

use std::path::Path as FilePath;

use include_dir::{Dir, include_dir};
use thiserror::Error;

use super::file::{Claim, LimitEntry, ProviderFile};
use super::{CAPABILITIES, Provider};
use crate::files::{LONGEST_BY_HAND, read_plain_text, read_text};
use crate::yaml::{self, Mistake, Path, Placed, Value};

static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/providers");

/// Where a text came from, and the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The name to show.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// A mistake in a file, with what is needed to show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub origin: Origin,
    /// The mistake.
    pub placed: Placed,
}

/// Mistakes as lines of `FILE:LINE:COLUMN: MISTAKE`.
pub fn placed_lines(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let Placed { span, message, .. } = &problem.placed;
        format!("{}:{}:{}: {message}", problem.origin.name, span.line, span.column)
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Why a provider can't be had.
#[derive(Clone, Debug, Error)]
pub enum FileError {
    /// No bundled provider of this name, and no such file.
    #[error("there is no provider `{name}`{}; known are {}", near.as_ref().map(|near| format!(", did you mean `{near}`?")).unwrap_or_default(), known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// What was probably meant.
        near: Option<String>,
        /// The bundled ones.
        known: Vec<String>,
    },
    /// The file can't be read.
    #[error("{path}: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file has mistakes.
    #[error("{}", placed_lines(.0))]
    Invalid(Vec<Problem>),
}

/// The names of the bundled providers.
pub fn builtin_names() -> Vec<String> {
    let mut names: Vec<String> =
        BUILTIN.files().filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_owned())).collect();
    names.sort();
    names
}

/// Whether a name is that of a file: anything with a `/` or ending in `.yaml`.
pub fn is_file(name: &str) -> bool {
    name.contains('/') || name.ends_with(".yaml")
}

/// Loads a bundled provider by name, or a file by path: see [`is_file`].
pub fn load(name: &str) -> Result<Provider, FileError> {
    load_depth(name, None, 0)
}

/// More levels than anybody needs; a loop of `extends` ends here.
const DEEPEST: usize = 8;

fn load_depth(name: &str, beside: Option<&FilePath>, depth: usize) -> Result<Provider, FileError> {
    let is_path = is_file(name);
    // A file of somebody else's must not show what is in other files.
    if is_path && depth > 0 && !name.ends_with(".yaml") {
        let reason = "what a provider file extends ends in .yaml".to_owned();
        return Err(FileError::Unreadable { path: name.to_owned(), reason });
    }
    let (origin, stem, folder) = if is_path {
        let path = beside.map_or_else(|| FilePath::new(name).to_owned(), |folder| folder.join(name));
        // Who names a file may name a pipe; a file that names another one may not.
        let read = if depth > 0 { read_plain_text } else { read_text };
        let text = read(&path, LONGEST_BY_HAND).map_err(|error| FileError::Unreadable {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        (Origin { name: path.display().to_string(), text }, stem, path.parent().map(FilePath::to_owned))
    } else {
        let file = BUILTIN.get_file(format!("{name}.yaml")).and_then(include_dir::File::contents_utf8);
        let Some(text) = file else {
            let known = builtin_names();
            let near = yaml::nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            return Err(FileError::Unknown { name: name.to_owned(), near, known });
        };
        (Origin { name: format!("mock/providers/{name}.yaml"), text: text.to_owned() }, name.to_owned(), None)
    };
    let invalid = |placed: Vec<Placed>| {
        FileError::Invalid(
            placed.into_iter().map(|placed| Problem { origin: origin.clone(), placed }).collect(),
        )
    };
    let value = yaml::parse(&origin.text).map_err(|placed| invalid(vec![placed]))?;
    let Value::Mapping(mapping) = value else {
        return Err(invalid(vec![
            Mistake::at(&Path::root(), "a provider file is a mapping").place(&origin.text),
        ]));
    };
    let (file, mut mistakes) = yaml::decode_collecting::<ProviderFile>(mapping, &Path::root());
    let file = file.unwrap_or_default();
    let base = match &file.extends {
        None => None,
        Some(_) if depth == DEEPEST => {
            mistakes
                .push(Mistake::at(&Path::root().key("extends"), "these files extend each other without end"));
            None
        }
        Some(base) => match load_depth(base, folder.as_deref(), depth + 1) {
            Ok(base) => Some(base),
            Err(FileError::Invalid(problems)) => return Err(FileError::Invalid(problems)),
            Err(error) => {
                mistakes.push(Mistake::at(&Path::root().key("extends"), error.to_string()));
                None
            }
        },
    };
    let provider = resolve(file, base, &stem, &mut mistakes);
    match provider {
        Some(provider) if mistakes.is_empty() => Ok(provider),
        _ => {
            mistakes.sort();
            Err(invalid(mistakes.into_iter().map(|mistake| mistake.place(&origin.text)).collect()))
        }
    }
}

/// Characters of the title of a provider.
const LONGEST_TITLE: usize = 200;

fn resolve(
    file: ProviderFile,
    base: Option<Provider>,
    stem: &str,
    mistakes: &mut Vec<Mistake>,
) -> Option<Provider> {
    let root = Path::root();
    let mut missing = |field: &str| {
        mistakes.push(Mistake::at(&root, format!("`{field}` is missing")));
    };
    if base.is_none() && file.extends.is_none() {
        if file.title.is_none() {
            missing("title");
        }
        if file.sources.is_none() {
            missing("sources");
        }
    }
    let mut provider = base.unwrap_or_else(|| Provider {
        name: String::new(),
        title: String::new(),
        sources: Vec::new(),
        dialect: Default::default(),
        addressing: vec![super::Addressing::Path],
        limits: Default::default(),
        capabilities: Default::default(),
        rules: Default::default(),
        errors: Default::default(),
        consistency: Default::default(),
        documents: Default::default(),
        playable: true,
        anonymous: false,
        refused_key_starts: None,
        levels: Default::default(),
    });
    if file.title.as_ref().is_some_and(|title| title.chars().count() > LONGEST_TITLE) {
        let message = format!("a title has up to {LONGEST_TITLE} characters: it stands in each report");
        mistakes.push(Mistake::at(&root.key("title"), message));
    }
    provider.name = stem.to_owned();
    provider.title = file.title.unwrap_or(provider.title);
    provider.sources = file.sources.unwrap_or(provider.sources);
    provider.dialect = file.dialect.unwrap_or(provider.dialect);
    provider.addressing = file.addressing.unwrap_or(provider.addressing);
    provider.consistency = file.consistency.unwrap_or(provider.consistency);
    provider.playable = file.playable.unwrap_or(provider.playable);
    provider.anonymous = file.anonymous.unwrap_or(provider.anonymous);
    provider.refused_key_starts = file.refused_key_starts.or(provider.refused_key_starts);
    for (rule, source) in file.rules.sources() {
        if source.is_none() {
            mistakes.push(Mistake::at(&root.key("rules").key(rule), "a rule needs its `source`"));
        }
    }
    provider.rules.extend(file.rules);
    provider.errors.extend(file.errors);
    provider.documents.extend(file.documents);
    provider.levels.extend(file.levels);
    for (name, entry) in file.limits {
        let path = root.key("limits").key(&name);
        match (name.parse(), claims(entry)) {
            (Ok(name), Ok(claims)) => {
                provider.limits.insert(name, claims);
            }
            (Err(message), _) => mistakes.push(Mistake::at_key(&path, message)),
            (_, Err(message)) => mistakes.push(Mistake::at(&path, message)),
        }
    }
    let known: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
    for (name, support) in file.capabilities {
        if known.contains(&name.as_str()) {
            provider.capabilities.insert(name, support);
        } else {
            let path = root.key("capabilities").key(&name);
            mistakes.push(Mistake {
                path,
                spot: yaml::Spot::Key,
                ..yaml::unknown("capability", &name, &known)
            });
        }
    }
    mistakes.is_empty().then_some(provider)
}

fn claims(entry: LimitEntry) -> Result<Vec<Claim>, String> {
    match (entry.value, entry.source, entry.claims) {
        (Some(value), Some(source), claims) if claims.is_empty() => {
            Ok(vec![Claim { value: value.0, source }])
        }
        (None, None, claims) if !claims.is_empty() => {
            Ok(claims.into_iter().map(|claim| Claim { value: claim.value.0, source: claim.source }).collect())
        }
        (Some(_), None, _) => Err("a limit needs its `source`".to_owned()),
        _ => Err("write `value` and `source`, or a list of `claims`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Harm, LimitName, Lowered, Support};

    #[test]
    fn every_bundled_provider_loads() {
        for name in builtin_names() {
            let provider = load(&name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            assert_eq!(provider.name, name);
        }
    }

    #[test]
    fn a_provider_that_extends_another_changes_only_what_it_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mine.yaml");
        let text = "extends: aws-s3\ntitle: Mine\nlimits:\n  min_part_size: { value: none, source: mine }\ncapabilities: { upload_part_copy: no }\n";
        std::fs::write(&path, text).expect("written");
        let provider = load(path.to_str().expect("UTF-8")).expect("it loads");
        assert_eq!(provider.limit(LimitName::MinPartSize), None);
        assert_eq!(provider.limit(LimitName::MaxPartNumber), Some(10_000));
        assert_eq!(provider.support("upload_part_copy"), Support::No);
    }

    #[test]
    fn a_provider_can_lower_what_harms_nobody() {
        let generic = load("generic").expect("it is bundled");
        assert_eq!(generic.levels.get(&Harm::Form), Some(&Lowered::Should));
        assert!(load("aws-s3").expect("it is bundled").levels.is_empty());
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mine.yaml");
        let text = "extends: generic\nlevels: { client: MUST, nobody: INFO }\n";
        std::fs::write(&path, text).expect("written");
        let Err(FileError::Invalid(problems)) = load(path.to_str().expect("UTF-8")) else {
            panic!("it must not load")
        };
        assert!(problems.iter().all(|problem| problem.placed.span.line == 2), "{problems:#?}");
    }

    #[test]
    fn all_mistakes_of_a_file_are_told_with_their_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("broken.yaml");
        let text = "extends: aws-s3\nlimits:\n  min_part_size: { value: 5MB, source: x }\n  max_prts: { value: 1, source: x }\ncapabilities: { uplod_part_copy: yes, acl: maybe }\ntitel: x\n";
        std::fs::write(&path, text).expect("written");
        let Err(FileError::Invalid(problems)) = load(path.to_str().expect("UTF-8")) else {
            panic!("it must not load")
        };
        let told: Vec<_> = problems.iter().map(|p| (p.placed.span.line, p.placed.message.as_str())).collect();
        assert_eq!(told.len(), 5, "{told:#?}");
        assert!(
            told.iter().any(|(line, message)| *line == 3 && message.contains("unknown unit `MB`")),
            "{told:#?}"
        );
        assert!(
            told.iter().any(|(line, message)| *line == 4 && message.contains("`max_parts`")),
            "{told:#?}"
        );
        assert!(told.iter().any(|(line, message)| *line == 6 && message.contains("`title`")), "{told:#?}");
    }
}
