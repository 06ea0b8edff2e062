//! From the text of one file to a case.

use std::collections::BTreeSet;

use mpuspec_mock::provider::{CAPABILITIES, Dialect, Harm, Origin, Problem};
use mpuspec_mock::yaml::{self, Mapping, Mistake, Path, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::check::check;
use super::id::RowId;
use super::lines::Lines;
use super::step::{Step, read_steps};

/// A scenario file.
#[derive(Clone, Debug)]
pub struct Case {
    /// The path below the folder of cases, without its ending.
    pub id: String,
    /// The fact that it claims.
    pub title: String,
    /// How firmly that is promised.
    pub level: Level,
    /// The version of the suite that brought it.
    pub since: Option<String>,
    /// The documents that promise it.
    pub source: Vec<String>,
    /// Why it is so.
    pub about: Option<String>,
    /// Capabilities without which it has no meaning.
    pub needs: Vec<String>,
    /// Requirements that it judges.
    pub requirements: Vec<String>,
    /// Public issues that it would have caught.
    pub bugs: Vec<String>,
    /// The least number of rounds.
    pub repeat: u32,
    /// The only wire language in which it can be said.
    pub dialect: Option<Dialect>,
    /// Where it runs.
    pub bucket: Bucket,
    /// Whether it costs more than others.
    pub cost: Cost,
    /// Seed and suite version of a case that the explorer wrote.
    pub generated: Option<Generated>,
    /// The file.
    pub origin: Origin,
    /// Where its steps stand there.
    pub lines: Lines,
    /// One for each entry of `each`, or a single one.
    pub rows: Vec<Row>,
}

/// One entry of `each`, with a verdict of its own.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name; `None` without `each`.
    pub name: Option<String>,
    /// Its columns, as text.
    pub columns: Vec<(String, String)>,
    /// Who is hurt if it does not hold.
    pub harm: Harm,
    /// The ids that it had in earlier versions.
    pub was: Vec<String>,
    /// What it does.
    pub steps: Vec<Step>,
}

/// How firmly something is promised.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Promised firmly.
    Must,
    /// Promised loosely.
    Should,
    /// Offered.
    May,
    /// Only recorded.
    Info,
}

impl Level {
    /// Every level, the firmest first.
    pub const ALL: [Self; 4] = [Self::Must, Self::Should, Self::May, Self::Info];

    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
            Self::Info => "INFO",
        }
    }
}

/// Where a case runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// In the bucket of the run, below a prefix of its own.
    #[default]
    Shared,
    /// In the bucket of the run, while no other row runs.
    Alone,
    /// In a bucket of its own.
    Own,
}

/// What a case costs on a live endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cost {
    /// Little.
    #[default]
    Usual,
    /// So many requests that it runs on a live endpoint only when it is named.
    ManyRequests,
    /// So many bytes that it runs on a live endpoint only when it is named.
    MuchTraffic,
    /// So much strain on a fragile server that it runs on a live endpoint only when it is named.
    Strain,
}

impl Cost {
    /// Why a case runs on a live endpoint only when it is named, if that is so.
    pub fn opted_in(self) -> Option<&'static str> {
        match self {
            Self::Usual => None,
            Self::ManyRequests => Some("it sends many requests"),
            Self::MuchTraffic => Some("it sends many bytes"),
            Self::Strain => Some("it may end a fragile server"),
        }
    }
}

/// What stands in place of source and level in files that the explorer wrote.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    /// The seed.
    pub seed: String,
    /// The version of the suite.
    pub suite: String,
}

/// The head of a case file; what is missing is told apart.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Head {
    /// The fact that the case claims: a sentence that is true of a right server.
    pub(super) title: Option<String>,
    /// How firmly the documents promise it.
    pub(super) level: Option<Level>,
    /// Who is hurt if it does not hold; `client` unless given.
    pub(super) harm: Harm,
    /// The version of the suite that brought the case.
    pub(super) since: Option<String>,
    /// The documents that promise it, as PUBLISHER/PAGE#ANCHOR or an address.
    pub(super) source: Option<Vec<String>>,
    /// Why it is so.
    pub(super) about: Option<String>,
    /// Capabilities without which it has no meaning.
    pub(super) needs: Vec<String>,
    /// Requirements of `cases/requirements.yaml` that it judges.
    pub(super) requirements: Vec<String>,
    /// Public issues that it would have caught.
    pub(super) bugs: Vec<String>,
    /// Ids that the case had in earlier versions.
    pub(super) was: Vec<String>,
    /// The least number of rounds of a race.
    pub(super) repeat: Option<u32>,
    /// The only wire language in which it can be said.
    pub(super) dialect: Option<Dialect>,
    /// The bucket in which it runs.
    pub(super) bucket: Bucket,
    /// What it costs on a live endpoint.
    pub(super) cost: Cost,
    /// The seed and the version of a case that exploring wrote.
    pub(super) generated: Option<Generated>,
}

/// The parts of a file that are read by themselves.
const SECTIONS: [&str; 2] = ["each", "steps"];

/// Reads a case. All mistakes that can be found are told, in the order of the text.
pub fn load_case(id: &str, origin: Origin) -> Result<Case, Vec<Problem>> {
    let problem = |placed| Problem { origin: origin.clone(), placed };
    let mut mistakes = BTreeSet::new();
    let value = yaml::parse(&origin.text).map_err(|placed| vec![problem(placed)])?;
    let case = read(id, &origin, value, &mut mistakes);
    match case {
        Some(case) if mistakes.is_empty() => Ok(case),
        _ => {
            let mut problems: Vec<_> =
                mistakes.into_iter().map(|mistake: Mistake| problem(mistake.place(&origin.text))).collect();
            problems.sort_by_key(|problem| problem.placed.span.offset);
            Err(problems)
        }
    }
}

fn read(id: &str, origin: &Origin, value: Value, mistakes: &mut BTreeSet<Mistake>) -> Option<Case> {
    let root = Path::root();
    let Value::Mapping(mut mapping) = value else {
        mistakes.insert(Mistake::at(&root, "a case is a mapping that begins with `title:`"));
        return None;
    };
    let [each, steps] = SECTIONS.map(|section| mapping.remove(section));
    let (head, found) = yaml::decode_collecting::<Head>(mapping.clone(), &root);
    mistakes.extend(found);
    let head = head.unwrap_or_default();
    for (missing, field) in [
        (head.title.is_none() && !mapping.contains_key("title"), "title"),
        (head.level.is_none() && head.generated.is_none() && !mapping.contains_key("level"), "level"),
        (head.source.is_none() && head.generated.is_none() && !mapping.contains_key("source"), "source"),
        (steps.is_none(), "steps"),
    ] {
        if missing {
            mistakes.insert(Mistake::at(&root, format!("`{field}` is missing")));
        }
    }
    let capabilities: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
    for (at, name) in head.needs.iter().enumerate().filter(|(_, name)| !capabilities.contains(&name.as_str()))
    {
        let path = root.key("needs").index(at);
        mistakes.insert(Mistake { path, ..yaml::unknown("capability", name, &capabilities) });
    }
    if head.repeat == Some(0) {
        mistakes.insert(Mistake::at(&root.key("repeat"), "at least one round"));
    }
    let steps = steps.unwrap_or(Value::Sequence(Vec::new()));
    // What the explorer names it need not use.
    let mut rows = read_rows(each, &steps, head.harm, head.generated.is_none(), mistakes);
    for row in &mut rows {
        let whole = |case: &String| RowId::new(case, row.name.as_deref()).to_string();
        row.was.extend(head.was.iter().map(whole));
    }
    Some(Case {
        id: id.to_owned(),
        title: head.title.unwrap_or_default(),
        level: head.level.unwrap_or(Level::Info),
        since: head.since,
        source: head.source.unwrap_or_default(),
        about: head.about,
        needs: head.needs,
        requirements: head.requirements,
        bugs: head.bugs,
        repeat: head.repeat.unwrap_or(1),
        dialect: head.dialect,
        bucket: head.bucket,
        cost: head.cost,
        generated: head.generated,
        origin: origin.clone(),
        lines: Lines::default(),
        rows,
    })
}

/// A row before its columns are put into the steps.
struct Columns {
    name: Option<String>,
    harm: Option<Harm>,
    was: Vec<String>,
    values: Vec<(String, Value)>,
}

fn read_rows(
    each: Option<Value>,
    steps: &Value,
    harm: Harm,
    names_count: bool,
    mistakes: &mut BTreeSet<Mistake>,
) -> Vec<Row> {
    let path = Path::root().key("each");
    let rows = match each {
        None => vec![Columns { name: None, harm: None, was: Vec::new(), values: Vec::new() }],
        Some(Value::Sequence(list)) if !list.is_empty() => {
            let read = |(at, value)| read_columns(value, &path.index(at), mistakes);
            list.into_iter().enumerate().filter_map(read).collect()
        }
        Some(_) => {
            mistakes.insert(Mistake::at(&path, "`each` is a list of rows, each with a `name`"));
            return Vec::new();
        }
    };
    let mut used = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut unused = None;
    let mut read = Vec::new();
    for (at, columns) in rows.iter().enumerate() {
        if let Some(name) = &columns.name
            && !names.insert(name.clone())
        {
            mistakes.insert(Mistake::at(&path.index(at).key("name"), format!("two rows are named `{name}`")));
        }
        let mut found = Vec::new();
        let steps_path = Path::root().key("steps");
        let replaced = replace(steps, &columns.values, &steps_path, &mut used, &mut found);
        let columns_missing: Vec<Path> = found.iter().map(|mistake| mistake.path.clone()).collect();
        let mut misread = Vec::new();
        let steps = read_steps(replaced, &steps_path, &mut misread);
        // Where a column is missing, what stands there in its place is no second mistake.
        misread.retain(|mistake| !columns_missing.contains(&mistake.path));
        found.extend(misread);
        if found.is_empty() {
            let here = check(&steps, &mut found);
            unused = Some(unused.map_or(here.clone(), |before: BTreeSet<_>| &before & &here));
        }
        mistakes.extend(found);
        let columns_text =
            columns.values.iter().map(|(name, value)| (name.clone(), as_text(value))).collect();
        let harm = columns.harm.unwrap_or(harm);
        let (name, was) = (columns.name.clone(), columns.was.clone());
        read.push(Row { name, columns: columns_text, harm, was, steps });
    }
    mistakes.extend(unused.filter(|_| names_count).unwrap_or_default());
    if let Some(first) = rows.first() {
        for (column, _) in first.values.iter().filter(|(column, _)| !used.contains(column)) {
            let place = path.index(0).key(column);
            mistakes.insert(Mistake::at_key(
                &place,
                format!("no step uses the column; write `${column}` where it belongs"),
            ));
        }
    }
    read
}

fn read_columns(value: Value, path: &Path, mistakes: &mut BTreeSet<Mistake>) -> Option<Columns> {
    let Value::Mapping(mapping) = value else {
        mistakes.insert(Mistake::at(path, "a row is a mapping with a `name`"));
        return None;
    };
    let mut name = None;
    let mut harm = None;
    let mut was = Vec::new();
    let mut values = Vec::new();
    for (key, value) in mapping {
        let Value::String(key) = key else { continue };
        match key.as_str() {
            "name" => name = Some(as_text(&value)),
            "harm" => match yaml::decode(value, &path.key("harm")) {
                Ok(read) => harm = Some(read),
                Err(mistake) => _ = mistakes.insert(mistake),
            },
            "was" => match yaml::decode(value, &path.key("was")) {
                Ok(read) => was = read,
                Err(mistake) => _ = mistakes.insert(mistake),
            },
            _ => values.push((key, value)),
        }
    }
    let Some(name) = name else {
        mistakes.insert(Mistake::at(path, "a row needs a `name`"));
        return None;
    };
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        mistakes.insert(Mistake::at(&path.key("name"), "a row is named in-kebab-case"));
    }
    Some(Columns { name: Some(name), harm, was, values })
}

/// Puts the columns of a row in place of `$name`.
fn replace(
    value: &Value,
    columns: &[(String, Value)],
    path: &Path,
    used: &mut BTreeSet<String>,
    mistakes: &mut Vec<Mistake>,
) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('$') {
            None => value.clone(),
            Some(name) => match columns.iter().find(|(column, _)| column == name) {
                Some((column, value)) => {
                    used.insert(column.clone());
                    value.clone()
                }
                None => {
                    let known: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
                    mistakes.push(Mistake { path: path.clone(), ..yaml::unknown("column", name, &known) });
                    Value::Null
                }
            },
        },
        Value::Sequence(list) => Value::Sequence(
            list.iter()
                .enumerate()
                .map(|(at, value)| replace(value, columns, &path.index(at), used, mistakes))
                .collect(),
        ),
        Value::Mapping(mapping) => {
            let mut replaced = Mapping::new();
            for (key, value) in mapping {
                let path = key.as_str().map_or_else(|| path.clone(), |key| path.key(key));
                replaced.insert(key.clone(), replace(value, columns, &path, used, mistakes));
            }
            Value::Mapping(replaced)
        }
        other => other.clone(),
    }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Sequence(list) => format!("[{}]", list.iter().map(as_text).collect::<Vec<_>>().join(", ")),
        Value::Mapping(mapping) => {
            let entries: Vec<_> =
                mapping.iter().map(|(k, v)| format!("{}: {}", as_text(k), as_text(v))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Tagged(tagged) => as_text(&tagged.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Case, Vec<String>> {
        load_case("x/y", Origin { name: "y.yaml".to_owned(), text: text.to_owned() })
            .map_err(|problems| problems.into_iter().map(|problem| problem.placed.message).collect())
    }

    const STEPS: &str = "steps:\n  - create_upload:\n  - list_parts: { max_parts: $max }\n    expect: ok\n";

    #[test]
    fn a_row_has_the_harm_of_its_case_or_its_own() {
        let head = "title: A fact\nlevel: MUST\nsource: [\"a/b#c\"]\n";
        let each = "each:\n  - { name: one, max: 1 }\n  - { name: two, max: 2, harm: data }\n";
        let harms = |text: &str| {
            let case = load(text).expect("it is a case");
            case.rows.iter().map(|row| (row.harm, row.columns.len())).collect::<Vec<_>>()
        };
        let text = format!("{head}harm: form\n{each}{STEPS}");
        assert_eq!(harms(&text), [(Harm::Form, 1), (Harm::Data, 1)]);
        assert_eq!(harms(&format!("{head}{each}{STEPS}"))[0].0, Harm::Client);
        let wrong = format!("{head}harm: forn\n{}{STEPS}", each.replace("data", "dat"));
        assert_eq!(load(&wrong).expect_err("two mistakes").len(), 2);
    }

    #[test]
    fn a_row_keeps_its_earlier_ids() {
        let head = "title: A fact\nlevel: MUST\nsource: [\"a/b#c\"]\nwas: [x/before]\n";
        let each = "each:\n  - { name: one, max: 1 }\n  - { name: two, max: 2, was: [\"x/other[two]\"] }\n";
        let case = load(&format!("{head}{each}{STEPS}")).expect("it is a case");
        let was: Vec<&[String]> = case.rows.iter().map(|row| row.was.as_slice()).collect();
        assert_eq!(
            was,
            [&["x/before[one]".to_owned()][..], &["x/other[two]".to_owned(), "x/before[two]".to_owned()]]
        );
    }

    #[test]
    fn what_would_claim_nothing_is_a_mistake() {
        let mistakes = |expect: &str| {
            let head = "title: A fact\nlevel: MUST\nsource: [\"a/b#c\"]\n";
            let steps = format!("steps:\n  - upload_part: {{ number: 1, size: 1 }}\n    expect: {expect}\n");
            let text = format!("{head}{}", steps.replace("steps:\n", "steps:\n  - create_upload:\n"));
            load(&text).err().unwrap_or_default().join("; ")
        };
        for (expect, told) in [
            ("{ ok: false }", "`ok: false` is not supported"),
            ("{ status: 404, etag: single }", "`status: 404` cannot be combined"),
            ("{ status: 500, fields: { Code: X } }", "`status: 500` cannot be combined"),
            ("{ error: NoSuchUpload, size: 1 }", "`error` cannot be combined with success expectations"),
            ("{ error: NoSuchUpload, status: 404 }", "leave this out"),
        ] {
            assert!(mistakes(expect).contains(told), "{expect}: {}", mistakes(expect));
        }
        for expect in
            ["{ status: 404, has_headers: [date] }", "{ status: 200, etag: single }", "{ ok: true }"]
        {
            assert_eq!(mistakes(expect), "", "{expect}");
        }
    }
}
