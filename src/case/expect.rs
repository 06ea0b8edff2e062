//! What a step claims about the answer.

use mpuspec_mock::provider::Rule;
use mpuspec_mock::yaml::{self, Mapping, Mistake, Path, Spot, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::claims::Claims;
use super::error_codes::ERROR_CODES;
use super::step::{Step, read_steps};

/// What a step says whose answer the model shall judge.
pub(super) const LAWFUL: &str = "lawful";
/// The same for lanes.
pub(super) const LINEARIZABLE: &str = "linearizable";

/// The claim of a step.
#[derive(Clone, Debug)]
pub enum Expect {
    /// It succeeds.
    Ok,
    /// The model of multipart upload allows the answer, or the answers of lanes in some order.
    Lawful,
    /// Everything said here holds.
    Claims(Box<Claims>),
    /// One of several outcomes, the first that fits.
    OneOf(Vec<Outcome>),
}

/// A named outcome.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its name in the report.
    pub name: String,
    /// How it is judged.
    pub grade: Grade,
    /// The documents that allow it, where they are not those of the case.
    pub source: Vec<String>,
    /// The rule of the provider that it shows, and what the rule says then.
    pub rule: Option<Rule>,
    /// What the answer must show.
    pub claims: Claims,
    /// What the answers of lanes must show.
    pub lanes: Vec<(String, LaneExpect)>,
    /// What must be true afterwards.
    pub then: Vec<Step>,
}

/// The claim about one lane.
#[derive(Clone, Debug)]
pub enum LaneExpect {
    /// It succeeds.
    Ok,
    /// Everything said here holds.
    Claims(Box<Claims>),
}

/// How an outcome is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// As the documents ask.
    #[default]
    Fine,
    /// Allowed, not preferred.
    Tolerated,
}

/// Reads the claim of a step. `lanes` are those of a `together`.
pub(super) fn read_expect(
    value: Value,
    path: &Path,
    lanes: &[String],
    mistakes: &mut Vec<Mistake>,
) -> Option<Expect> {
    match value {
        Value::String(word) if word == "ok" => Some(Expect::Ok),
        Value::String(word) if word == if lanes.is_empty() { LAWFUL } else { LINEARIZABLE } => {
            Some(Expect::Lawful)
        }
        Value::Mapping(mut mapping) => match mapping.remove("one_of") {
            Some(outcomes) => {
                if let Some((Value::String(key), _)) = mapping.iter().next() {
                    mistakes.push(Mistake::at_key(
                        &path.key(key),
                        "`one_of` stands alone; move this into an outcome",
                    ));
                }
                read_outcomes(outcomes, &path.key("one_of"), lanes, mistakes).map(Expect::OneOf)
            }
            None => read_claims(mapping, path, mistakes).map(|claims| Expect::Claims(Box::new(claims))),
        },
        other => {
            let found = scalar_text(&other);
            let message = if ERROR_CODES.iter().any(|entry| entry.code == found) {
                format!("`{found}` is not an expectation; write {{ error: {found} }}")
            } else {
                format!(
                    "`{found}` is not an expectation; write `ok` or a mapping such as {{ error: NoSuchUpload }}"
                )
            };
            mistakes.push(Mistake::at(path, message));
            None
        }
    }
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null => "nothing".to_owned(),
        _ => "this".to_owned(),
    }
}

fn read_claims(mapping: Mapping, path: &Path, mistakes: &mut Vec<Mistake>) -> Option<Claims> {
    if mapping.is_empty() {
        mistakes.push(Mistake::at(path, "an expectation claims something; write `ok` if success is all"));
        return None;
    }
    let (claims, found) = yaml::decode_collecting(mapping, path);
    mistakes.extend(found);
    claims
}

fn read_outcomes(
    value: Value,
    path: &Path,
    lanes: &[String],
    mistakes: &mut Vec<Mistake>,
) -> Option<Vec<Outcome>> {
    let Value::Sequence(list) = value else {
        mistakes.push(Mistake::at(path, "`one_of` holds a list of outcomes"));
        return None;
    };
    let outcomes: Vec<Outcome> = list
        .into_iter()
        .enumerate()
        .filter_map(|(at, value)| read_outcome(value, &path.index(at), lanes, mistakes))
        .collect();
    if outcomes.len() < 2 {
        mistakes.push(Mistake::at(
            path,
            "`one_of` needs two outcomes at least; with one, write the claim itself",
        ));
    }
    for (at, outcome) in outcomes.iter().enumerate() {
        if outcomes[..at].iter().any(|before| before.name == outcome.name) {
            mistakes.push(Mistake::at(&path.index(at).key("name"), "two outcomes bear this name"));
        }
    }
    Some(outcomes)
}

fn read_outcome(value: Value, path: &Path, lanes: &[String], mistakes: &mut Vec<Mistake>) -> Option<Outcome> {
    let Value::Mapping(mut mapping) = value else {
        mistakes.push(Mistake::at(path, "an outcome is a mapping with a `name`"));
        return None;
    };
    let mut take = |key: &str| mapping.remove(key);
    let (name, grade, source, then) = (take("name"), take("grade"), take("source"), take("then"));
    let rule = take("rule");
    let name = match name.map(|name| yaml::decode::<String>(name, &path.key("name"))) {
        Some(Ok(name)) => name,
        Some(Err(mistake)) => {
            mistakes.push(mistake);
            return None;
        }
        None => {
            mistakes.push(Mistake::at(path, "an outcome needs a `name`, which the report shows"));
            return None;
        }
    };
    let grade = grade.map(|value| yaml::decode::<Grade>(value, &path.key("grade")));
    let grade = keep(grade, mistakes).unwrap_or_default();
    let source = source.map(|value| yaml::decode::<Vec<String>>(value, &path.key("source")));
    let source = keep(source, mistakes).unwrap_or_default();
    let rule = rule.map(|value| yaml::decode::<Rule>(value, &path.key("rule")));
    let rule = keep(rule, mistakes);
    let then = then.map_or_else(Vec::new, |value| read_steps(value, &path.key("then"), mistakes));
    let lanes = lanes
        .iter()
        .filter_map(|lane| Some((lane, mapping.remove(lane.as_str())?)))
        .filter_map(|(lane, value)| {
            let claim = match read_expect(value, &path.key(lane), &[], mistakes)? {
                Expect::Ok => LaneExpect::Ok,
                Expect::Claims(claims) => LaneExpect::Claims(claims),
                Expect::OneOf(_) | Expect::Lawful => {
                    mistakes.push(Mistake::at(&path.key(lane), "a lane has one claim in each outcome"));
                    return None;
                }
            };
            Some((lane.clone(), claim))
        })
        .collect::<Vec<_>>();
    let claims = if mapping.is_empty() && !lanes.is_empty() {
        Claims::default()
    } else if mapping.is_empty() {
        mistakes.push(Mistake::at(
            path,
            format!("the outcome `{name}` fits every answer; say what it looks like"),
        ));
        return None;
    } else {
        read_claims(mapping, path, mistakes)?
    };
    Some(Outcome { name, grade, source, rule, claims, lanes, then })
}

/// The value, or its mistake among the others.
pub(super) fn keep<T>(read: Option<Result<T, Mistake>>, mistakes: &mut Vec<Mistake>) -> Option<T> {
    match read? {
        Ok(value) => Some(value),
        Err(mistake) => {
            mistakes.push(mistake);
            None
        }
    }
}

/// A mistake in the key of an entry.
pub(super) fn unknown_key(noun: &str, key: &str, path: &Path, known: &[&str]) -> Mistake {
    Mistake { path: path.key(key), spot: Spot::Key, ..yaml::unknown(noun, key, known) }
}
