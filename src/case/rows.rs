//! The rows of a case: the table `each`, its columns put into the steps.

use std::collections::BTreeSet;

use mpuspec_mock::provider::Harm;
use mpuspec_mock::yaml::{self, MOST_MISTAKES, Mapping, Mistake, Path, Value};
use sha2::{Digest, Sha256};

use super::check::check;
use super::load::{Level, Row};
use super::step::read_steps;

/// A row before its columns are put into the steps.
struct Columns {
    name: Option<String>,
    harm: Option<Harm>,
    was: Vec<String>,
    values: Vec<(String, Value)>,
}

/// No file has more, in all of its rows together.
const MOST_STEPS: usize = 100_000;

/// Bytes of all steps in all rows together, each word with what it takes in memory.
const MOST_WEIGHT: usize = 32 << 20;
/// What a word takes beside its letters.
const WORD: usize = 128;

/// What steps take in memory, about, with the columns of a row in place of their names.
fn weight(value: &Value, columns: &[(String, Value)]) -> usize {
    let inner = |value| weight(value, columns);
    WORD + match value {
        Value::String(text) => {
            let column =
                text.strip_prefix('$').and_then(|name| columns.iter().find(|(known, _)| known == name));
            column.map_or(text.len(), |(_, value)| weight(value, &[]))
        }
        Value::Sequence(list) => list.iter().map(inner).sum(),
        Value::Mapping(map) => map.iter().map(|(key, value)| inner(key) + inner(value)).sum(),
        Value::Tagged(tagged) => inner(&tagged.value),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

pub(super) fn read_rows(
    each: Option<Value>,
    steps: &Value,
    (level, harm): (Option<Level>, Harm),
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
    let steps_of_one = steps.as_sequence().map_or(0, Vec::len);
    if rows.len().saturating_mul(steps_of_one) > MOST_STEPS {
        let message = format!(
            "{} rows of {steps_of_one} steps; a file has up to {MOST_STEPS} steps in all rows",
            rows.len()
        );
        mistakes.insert(Mistake::at(&path, message));
        return Vec::new();
    }
    let mut left = MOST_WEIGHT;
    for (at, row) in rows.iter().enumerate() {
        let weight = weight(steps, &row.values);
        let Some(rest) = left.checked_sub(weight) else {
            let message = format!(
                "the steps of {} rows come to more than {} MiB with what the columns put into them; a file has no more",
                at + 1,
                MOST_WEIGHT >> 20
            );
            mistakes.insert(Mistake::at(&path, message));
            return Vec::new();
        };
        left = rest;
    }
    let mut used = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut unused = None;
    let mut read = Vec::new();
    for (at, columns) in rows.iter().enumerate() {
        if mistakes.len() >= MOST_MISTAKES {
            break;
        }
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
        let harm = columns.harm.unwrap_or(harm);
        let digest = digest(level, harm, &replaced);
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
        let (name, was) = (columns.name.clone(), columns.was.clone());
        read.push(Row { name, columns: columns_text, harm, was, digest, steps });
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

/// Returns the hash of an expectation, as 16 hexadecimal digits.
fn digest(level: Option<Level>, harm: Harm, steps: &Value) -> String {
    let text = serde_json::to_string(&(level, harm, steps)).unwrap_or_default();
    hex::encode(&Sha256::digest(text)[..8])
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
    use mpuspec_mock::provider::Origin;

    use super::super::load::load_case;

    const STEPS: &str = "steps:\n  - create_upload:\n  - list_parts: { max_parts: $max }\n    expect: ok\n";

    #[test]
    fn the_digest_of_a_row_follows_its_expectation_alone() {
        let head = "title: A fact\nlevel: MUST\nsource: [\"a/b#c\"]\n";
        let each = "each:\n  - { name: one, max: 1 }\n  - { name: two, max: 2 }\n";
        let digests = |text: &str| {
            let case = load_case("x/y", Origin { name: "y.yaml".to_owned(), text: text.to_owned() })
                .expect("it is a case");
            case.rows.into_iter().map(|row| row.digest).collect::<Vec<_>>()
        };
        let before = digests(&format!("{head}{each}{STEPS}"));
        assert_ne!(before[0], before[1]);
        let reworded =
            format!("{}about: Why.\n# A remark.\n{each}{STEPS}", head.replace("A fact", "Another"));
        assert_eq!(digests(&reworded), before);
        let other = digests(&format!("{head}{}{STEPS}", each.replace("max: 2", "max: 3")));
        assert_eq!((&other[0], other[1] == before[1]), (&before[0], false));
        assert_ne!(digests(&format!("{}{each}{STEPS}", head.replace("MUST", "SHOULD")))[0], before[0]);
    }
}
