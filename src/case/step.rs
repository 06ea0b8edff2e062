//! A step: one operation, and what is said beside it.

use mpuspec_mock::yaml::{self, MOST_MISTAKES, Mistake, Path, Value};
use schemars::JsonSchema;
use serde::Deserialize;

use super::claims::Claims;
use super::conduct::{AFTER, Conduct, HANGS_UP, PAUSES};
use super::expect::{Expect, keep, read_expect, unknown_key};
use crate::language::Offset;
use crate::operation::{Action, Arguments, Profile, TABLE};

/// A step of a case.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands in its file.
    pub path: Path,
    /// The word for what it does.
    pub word: &'static str,
    /// What it does.
    pub action: Action,
    /// The lanes of steps that are released together.
    pub lanes: Vec<(String, Vec<Step>)>,
    /// What it claims; without a claim it is preparation.
    pub expect: Option<Expect>,
    /// The name under which its outcome is recorded as observed behaviour.
    pub observe: Option<String>,
    /// Who asks.
    pub as_user: Option<User>,
    /// How the request is signed, where it is not as usual.
    pub sign: Option<Sign>,
    /// What the client of a lane does otherwise than usual.
    pub conduct: Conduct,
    /// The row whose promise the step rests on: where that is broken, its own row is blocked by that one.
    pub promised_by: Option<String>,
    /// A remark for the report.
    pub note: Option<String>,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum User {
    /// The credentials of the run.
    Main,
    /// The second credentials.
    Second,
    /// Nobody: unsigned.
    Anonymous,
    /// An access key that does not exist.
    UnknownKey,
    /// Credentials that a security token belongs to.
    Temporary,
}

/// How a request is signed, where it is not as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Sign {
    /// In a header or in the URL.
    pub by: Option<SignBy>,
    /// The version of the signature.
    pub version: Option<SignVersion>,
    /// How far the clock is off, such as -2h.
    pub time: Option<Offset>,
    /// How long a URL is good.
    pub expires: Option<Offset>,
    /// `wrong`: another secret.
    pub secret: Option<Wrong>,
    /// `wrong`: another region.
    pub region: Option<Wrong>,
    /// What is changed after signing.
    pub tamper: Option<Tampered>,
    /// What becomes of the security token.
    pub token: Option<WrongToken>,
}

/// Where a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignBy {
    /// In the Authorization header.
    Header,
    /// In the query.
    Url,
}

/// Which version of the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignVersion {
    /// The first one of OSS.
    V1,
    /// The fourth one, of S3 and of OSS.
    V4,
}

/// In which way a security token can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WrongToken {
    /// It is left out.
    Missing,
    /// Another one.
    Wrong,
}

/// The one way in which a secret or a region can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// Another one.
    Wrong,
}

/// What is changed after signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tampered {
    /// The key.
    Path,
    /// The query, by one parameter more.
    Query,
    /// The part number in the query.
    PartNumber,
    /// A header.
    Header,
    /// A header that was not there when it was signed.
    NewHeader,
    /// The body.
    Body,
}

/// The word for steps that are released together.
pub(super) const TOGETHER: &str = "together";

/// What may stand beside an operation.
pub(super) const BESIDE: &[&str] =
    &["expect", "observe", "as_user", "sign", AFTER, HANGS_UP, PAUSES, "promised_by", "note"];

impl Step {
    /// Whether its row claims what it expects: not a preparation, and no other row's promise.
    pub fn is_claim(&self) -> bool {
        self.expect.is_some() && self.promised_by.is_none()
    }

    /// Whether it claims that it is refused.
    pub fn is_refusal_due(&self) -> bool {
        let refuses = |claims: &Claims| {
            claims.error.is_some()
                || claims.refused.is_some()
                || claims.status.is_some_and(|status| status >= 400)
        };
        match &self.expect {
            Some(Expect::Claims(claims)) => refuses(claims),
            Some(Expect::OneOf(outcomes)) => outcomes.iter().all(|outcome| refuses(&outcome.claims)),
            _ => false,
        }
    }

    /// What sets what it asks apart.
    pub fn profile(&self) -> Profile<'_> {
        self.action.arguments().map(Arguments::profile).unwrap_or_default()
    }

    /// The name of its operation in the words of S3, if it asks the server for something itself.
    pub fn s3_name(&self) -> Option<&'static str> {
        self.action.arguments().map(Arguments::name)
    }

    /// Whether the model of multipart upload can judge it: one call that it knows, or lanes of such calls.
    pub fn is_modelled(&self) -> bool {
        match &self.action {
            Action::Call(operation) => operation.profile().modelled,
            Action::Release(_) | Action::Restart => true,
            Action::Loop(_) => false,
            Action::Together => self.lanes.iter().flat_map(|(_, steps)| steps).all(Self::is_modelled),
        }
    }

    /// The steps that follow if an outcome is seen, and those in lanes.
    pub fn inner(&self) -> impl Iterator<Item = &Self> {
        let outcomes = match &self.expect {
            Some(Expect::OneOf(outcomes)) => outcomes.as_slice(),
            _ => &[],
        };
        let lanes = self.lanes.iter().flat_map(|(_, steps)| steps);
        lanes.chain(outcomes.iter().flat_map(|outcome| &outcome.then))
    }

    /// The step itself, and all that is in it, however deep.
    pub fn whole(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        Box::new(std::iter::once(self).chain(self.inner().flat_map(Self::whole)))
    }
}

/// Reads a list of steps; every one is read, whatever is wrong with the others.
pub(super) fn read_steps(value: Value, path: &Path, mistakes: &mut Vec<Mistake>) -> Vec<Step> {
    let Value::Sequence(list) = value else {
        mistakes.push(Mistake::at(path, "steps are a list; begin each with a hyphen"));
        return Vec::new();
    };
    let mut steps = Vec::new();
    for (at, value) in list.into_iter().enumerate() {
        if mistakes.len() >= MOST_MISTAKES {
            break;
        }
        steps.extend(read_step(value, &path.index(at), mistakes));
    }
    steps
}

fn read_step(value: Value, path: &Path, mistakes: &mut Vec<Mistake>) -> Option<Step> {
    let Value::Mapping(mut mapping) = value else {
        mistakes.push(Mistake::at(path, "a step is a mapping: an operation, and what is expected of it"));
        return None;
    };
    let mut beside = |key: &str| mapping.remove(key);
    let (expect, observe, as_user, sign) =
        (beside("expect"), beside("observe"), beside("as_user"), beside("sign"));
    let (promised_by, note) = (beside("promised_by"), beside("note"));
    let conduct = Conduct::read(&mut beside, path, mistakes);
    let names: Vec<&str> = TABLE.iter().map(|entry| entry.word).chain([TOGETHER]).collect();
    let mut found = None;
    for (key, value) in mapping {
        let Value::String(key) = key else {
            mistakes.push(Mistake::at(path, "the name of an operation is a text"));
            continue;
        };
        if !names.contains(&key.as_str()) {
            let noun =
                if yaml::nearest(&key, BESIDE.iter().copied()).is_some() { "word" } else { "operation" };
            let known: Vec<&str> = names.iter().chain(BESIDE).copied().collect();
            mistakes.push(unknown_key(noun, &key, path, &known));
            // Whatever was meant, the step has its one thing to do.
            if found.is_none() && noun == "operation" {
                return None;
            }
        } else if found.is_some() {
            let message = format!("a step does one thing; move `{key}` to a step of its own");
            mistakes.push(Mistake::at_key(&path.key(&key), message));
        } else {
            found = Some((key, value));
        }
    }
    let Some((name, value)) = found else {
        mistakes.push(Mistake::at(path, "this step does nothing; name an operation"));
        return None;
    };
    let (word, action, lanes) = if name == TOGETHER {
        let lanes = read_lanes(value, &path.key(TOGETHER), mistakes);
        (TOGETHER, lanes.is_some().then_some(Action::Together), lanes.unwrap_or_default())
    } else {
        let entry = TABLE.iter().find(|entry| entry.word == name)?;
        (entry.word, keep(Some(entry.read(value, &path.key(&name))), mistakes), Vec::new())
    };
    let names: Vec<String> = lanes.iter().map(|(name, _)| name.clone()).collect();
    let expect = expect.and_then(|value| read_expect(value, &path.key("expect"), &names, mistakes));
    let text =
        |value: Option<Value>, key: &str| value.map(|value| yaml::decode::<String>(value, &path.key(key)));
    let observe = keep(text(observe, "observe"), mistakes);
    if let Some(name) = &observe
        && !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        mistakes.push(Mistake::at(&path.key("observe"), "observed behaviour is named in-kebab-case"));
    }
    let promised_by = keep(text(promised_by, "promised_by"), mistakes);
    let note = keep(text(note, "note"), mistakes);
    let as_user = keep(as_user.map(|value| yaml::decode(value, &path.key("as_user"))), mistakes);
    let sign = keep(sign.map(|value| yaml::decode(value, &path.key("sign"))), mistakes);
    let path = path.clone();
    Some(Step {
        path,
        word,
        action: action?,
        lanes,
        expect,
        observe,
        as_user,
        sign,
        conduct,
        promised_by,
        note,
    })
}

/// No step has more: no server is asked by more at the same moment.
const MOST_LANES: usize = 64;
/// Characters of the name of a lane, which stands beside each of its calls.
const LONGEST_LANE: usize = 40;

fn read_lanes(value: Value, path: &Path, mistakes: &mut Vec<Mistake>) -> Option<Vec<(String, Vec<Step>)>> {
    let Value::Mapping(mapping) = value else {
        mistakes.push(Mistake::at(path, "`together` maps the names of lanes to steps"));
        return None;
    };
    let mut lanes = Vec::new();
    for (key, value) in mapping {
        let Value::String(name) = key else { continue };
        let path = path.key(&name);
        if name.chars().count() > LONGEST_LANE {
            mistakes
                .push(Mistake::at(&path, format!("a lane has a name of up to {LONGEST_LANE} characters")));
        }
        let steps = match value {
            Value::Sequence(_) => read_steps(value, &path, mistakes),
            value => read_step(value, &path, mistakes).into_iter().collect(),
        };
        lanes.push((name, steps));
    }
    if !(2..=MOST_LANES).contains(&lanes.len()) {
        mistakes.push(Mistake::at(path, format!("`together` needs 2 to {MOST_LANES} lanes")));
    }
    Some(lanes)
}

#[cfg(test)]
impl Step {
    /// A step as a case holds it, behind those that it refers to.
    pub(crate) fn of_text(step: &str) -> Self {
        let before = match step.split_once(':').map_or("", |(word, _)| word) {
            "complete_upload" => "  - create_upload:\n  - upload_part: { number: 1 }\n",
            "upload_part" => "  - create_upload:\n",
            _ => "",
        };
        let after = "  - head_object: { key: other }\n    expect: ok\n";
        let head = "title: A fact\nlevel: MUST\nsource: [\"a/b#c\"]\nsteps:\n";
        let text = format!("{head}{before}  - {step}\n{after}");
        let origin = mpuspec_mock::provider::Origin { name: "y.yaml".to_owned(), text };
        let case = super::load_case("x/y", origin).expect("it is a case");
        let steps = &case.rows[0].steps;
        steps[steps.len() - 2].clone()
    }
}
