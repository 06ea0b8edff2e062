//! From the text of one file to a case.

use std::collections::BTreeSet;
use std::time::Duration;

use mpuspec_mock::provider::{CAPABILITIES, Dialect, Harm, Origin, Problem, placed_lines};
use mpuspec_mock::yaml::{self, MOST_MISTAKES, Mistake, Path, Value};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::deeds::waits;
use super::id::RowId;
use super::lines::Lines;
use super::rows::read_rows;
use super::step::Step;

/// A scenario: a fact about multipart uploads, and the steps that show whether it holds.
///
/// ```
/// # fn main() -> Result<(), mpuspec::CaseError> {
/// let text = "
/// title: An upload in progress is no object
/// level: MUST
/// source: [https://example.org/handbook#uploads]
/// steps:
///   - create_upload:
///   - upload_part: { number: 1 }
///   - get_object:
///     expect: { error: NoSuchKey }
/// ";
/// let suite = mpuspec::Suite::at("http://127.0.0.1:9000").case(mpuspec::Case::parse("own/no-object", text)?);
/// # drop(suite);
/// # Ok(())
/// # }
/// ```
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
    #[doc(hidden)]
    pub requirements: Vec<String>,
    /// Public issues that it would have caught.
    #[doc(hidden)]
    pub bugs: Vec<String>,
    /// The least number of rounds.
    #[doc(hidden)]
    pub repeat: u32,
    /// The only wire language in which it can be said.
    #[doc(hidden)]
    pub dialect: Option<Dialect>,
    /// Where it runs.
    #[doc(hidden)]
    pub bucket: Bucket,
    /// Whether it costs more than others.
    #[doc(hidden)]
    pub cost: Cost,
    /// Seed and suite version of a case that the explorer wrote.
    #[doc(hidden)]
    pub generated: Option<Generated>,
    /// The file.
    #[doc(hidden)]
    pub origin: Origin,
    /// Where its steps stand there.
    #[doc(hidden)]
    pub lines: Lines,
    /// One for each entry of `each`, or a single one.
    #[doc(hidden)]
    pub rows: Vec<Row>,
}

/// Why a text is no case: every mistake in it, with its place.
#[derive(Debug, Error)]
#[error("{}", placed_lines(.0))]
pub struct CaseError(pub(crate) Vec<Problem>);

impl Case {
    /// Reads a case; `id` is its name in reports and patterns, such as `own/no-object`.
    ///
    /// # Errors
    ///
    /// Returns every mistake in the text, with its line and what was expected there.
    pub fn parse(id: &str, text: &str) -> Result<Self, CaseError> {
        let origin = Origin { name: format!("{id}.yaml"), text: text.to_owned() };
        load_case(id, origin).map_err(CaseError)
    }
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
    /// A hash of what it expects: level, harm and steps, its columns put in. Titles, sources and remarks are
    /// not part of it, nor are other rows.
    pub digest: String,
    /// What it does.
    pub steps: Vec<Step>,
}

/// How firmly something is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
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

/// No case has more rounds.
const MOST_ROUNDS: u32 = 10_000;

/// No file waits for longer, in all of its rows and rounds.
const LONGEST_WAIT: Duration = Duration::from_secs(2 * 3600);

/// Characters of a title, and of what is said about a case: each row of it has them in its report.
const LONGEST_TITLE: usize = 300;
const LONGEST_ABOUT: usize = 2_000;
/// As many documents are named, each in as many characters.
const MOST_SOURCES: usize = 20;

/// The parts of a file that are read by themselves.
const SECTIONS: [&str; 2] = ["each", "steps"];

/// Reads a case. All mistakes that can be found are told, in the order of the text.
pub fn load_case(id: &str, origin: Origin) -> Result<Case, Vec<Problem>> {
    let problem = |placed| Problem { origin: origin.clone(), placed };
    let mut mistakes = BTreeSet::new();
    let value = yaml::parse(&origin.text).map_err(|placed| vec![problem(placed)])?;
    let case = read(id, &origin, value, &mut mistakes);
    if let Some(wait) = case.as_ref().map(waits).filter(|wait| *wait > LONGEST_WAIT) {
        let message = format!(
            "it would wait for {} s; a file waits for up to {} s in all of its rows and rounds",
            wait.as_secs(),
            LONGEST_WAIT.as_secs()
        );
        mistakes.insert(Mistake::at(&Path::root().key("steps"), message));
    }
    match case {
        Some(case) if mistakes.is_empty() => Ok(case),
        _ => {
            let shown = mistakes.into_iter().take(MOST_MISTAKES);
            let mut problems: Vec<_> =
                shown.map(|mistake: Mistake| problem(mistake.place(&origin.text))).collect();
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
    for (text, field, most) in [(&head.title, "title", LONGEST_TITLE), (&head.about, "about", LONGEST_ABOUT)]
    {
        if text.as_ref().is_some_and(|text| text.chars().count() > most) {
            let message = format!("up to {most} characters: each row of the case has them in its report");
            mistakes.insert(Mistake::at(&root.key(field), message));
        }
    }
    let sources = head.source.as_deref().unwrap_or_default();
    if sources.len() > MOST_SOURCES || sources.iter().any(|source| source.chars().count() > LONGEST_ABOUT) {
        let message = format!("up to {MOST_SOURCES} documents, of {LONGEST_ABOUT} characters each");
        mistakes.insert(Mistake::at(&root.key("source"), message));
    }
    let capabilities: Vec<&str> = CAPABILITIES.iter().map(|(name, _)| *name).collect();
    for (at, name) in head.needs.iter().enumerate().filter(|(_, name)| !capabilities.contains(&name.as_str()))
    {
        let path = root.key("needs").index(at);
        mistakes.insert(Mistake { path, ..yaml::unknown("capability", name, &capabilities) });
    }
    if head.repeat.is_some_and(|rounds| !(1..=MOST_ROUNDS).contains(&rounds)) {
        mistakes.insert(Mistake::at(&root.key("repeat"), format!("1 to {MOST_ROUNDS} rounds")));
    }
    let steps = steps.unwrap_or(Value::Sequence(Vec::new()));
    // What the explorer names it need not use.
    let mut rows = read_rows(each, &steps, (head.level, head.harm), head.generated.is_none(), mistakes);
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
    fn a_row_that_the_model_judges_has_no_call_that_it_does_not_know() {
        let mistakes = |before: &str| {
            let head = "title: A fact\nlevel: MUST\nsource: [\"a/b#c\"]\nsteps:\n";
            let steps = "  - create_upload:\n  - upload_part: { number: 1 }\n    expect: lawful\n";
            load(&format!("{head}{before}{steps}")).err().unwrap_or_default().join("; ")
        };
        assert_eq!(mistakes("  - get_object_tagging: { key: k }\n"), "");
        let told = mistakes("  - copy_object: { source: a, key: b }\n");
        assert!(told.contains("the model does not know `copy_object`"), "{told}");
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
            ("{ size: 1 }", "an answer to `upload_part` has no `size` that could be claimed"),
            ("{ tagging: {} }", "an answer to `upload_part` has no `tagging` that could be claimed"),
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
