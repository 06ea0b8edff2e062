//! What the suite asks of its own cases beyond being readable by the runner.

use std::collections::{BTreeMap, BTreeSet};

use mpuspec_mock::provider::{Problem, Provider};
use mpuspec_mock::yaml::{self, Mistake, Path};

use super::catalogue::Catalogue;
use super::expect::Expect;
use super::load::{Case, Level};
use super::source::{Registry, is_address};
use super::step::Step;

/// Checks a catalogue. Cases of the user's own are held to less.
pub fn lint(catalogue: &Catalogue, providers: &[Provider]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids: BTreeMap<String, &str> = BTreeMap::new();
    let mut cited: BTreeSet<String> = BTreeSet::new();
    let mut observed: BTreeMap<&str, &str> = BTreeMap::new();
    let rows: BTreeSet<String> = catalogue.row_ids().map(|row| row.to_string()).collect();
    for case in &catalogue.cases {
        let mut found = Vec::new();
        if catalogue.is_builtin(&case.id) {
            style(case, &mut found);
            sources(case, catalogue, &mut cited, &mut found);
        }
        if let Some(other) = ids.insert(case.id.to_lowercase(), &case.id) {
            found.push(Mistake::at(&Path::root(), format!("the id differs from `{other}` in case alone")));
        }
        for step in all_steps(case) {
            if let Some(row) = step.promised_by.as_deref().filter(|row| !rows.contains(*row)) {
                let mistake = Mistake::at(&step.path.key("promised_by"), format!("there is no row `{row}`"));
                let near = yaml::nearest(row, rows.iter().map(String::as_str));
                let help = near.map(|near| format!("did you mean `{near}`?"));
                found.push(match help {
                    Some(help) => mistake.help(help),
                    None => mistake,
                });
            }
            if let Some(name) = &step.observe
                && let Some(other) = observed.insert(name, &case.id)
                && other != case.id
            {
                found.push(Mistake::at(
                    &step.path.key("observe"),
                    format!("`{other}` observes `{name}` already"),
                ));
            }
        }
        found.sort();
        found.dedup();
        problems.extend(found.into_iter().map(|mistake| Problem {
            origin: case.origin.clone(),
            placed: mistake.place(&case.origin.text),
        }));
    }
    problems.extend(provider_sources(catalogue, providers, &mut cited));
    problems
}

/// Checks what the user's own cases cite: a document of the registry, or one of their own by its address.
pub fn lint_sources(catalogue: &Catalogue) -> Vec<Problem> {
    let own = catalogue.cases.iter().filter(|case| !catalogue.is_builtin(&case.id));
    own.flat_map(|case| unknown_sources(case, &catalogue.registry)).collect()
}

/// Returns a mistake for each source of a case that is neither in the registry nor an address.
pub fn unknown_sources(case: &Case, registry: &Registry) -> Vec<Problem> {
    let help =
        "`mpuspec sources` lists what can be cited; a document of your own is cited by its https:// address";
    let mistake = |(place, source): (Path, &str)| {
        let message = registry.find(source).err().filter(|_| !is_address(source))?;
        Some(Mistake::at(&place, message).help(help))
    };
    let mut found: Vec<Mistake> = cited_by(case).filter_map(mistake).collect();
    found.sort();
    found.dedup();
    let problem =
        |mistake: Mistake| Problem { origin: case.origin.clone(), placed: mistake.place(&case.origin.text) };
    found.into_iter().map(problem).collect()
}

/// Every source of a case and of its outcomes, with its place.
fn cited_by(case: &Case) -> impl Iterator<Item = (Path, &str)> {
    let head = Path::root().key("source");
    let of_case = case.source.iter().enumerate();
    let of_case = of_case.map(move |(at, source)| (head.index(at), source.as_str()));
    let outcomes = all_steps(case).filter_map(|step| match &step.expect {
        Some(Expect::OneOf(outcomes)) => Some((step, outcomes)),
        _ => None,
    });
    let of_outcomes = outcomes.flat_map(|(step, outcomes)| {
        outcomes.iter().enumerate().flat_map(move |(at, outcome)| {
            let place = step.path.key("expect").key("one_of").index(at).key("source");
            outcome.source.iter().enumerate().map(move |(at, source)| (place.index(at), source.as_str()))
        })
    });
    of_case.chain(of_outcomes)
}

/// The documents that nobody cites.
pub fn unused_sources(catalogue: &Catalogue, providers: &[Provider]) -> Vec<String> {
    let mut cited = BTreeSet::new();
    for case in &catalogue.cases {
        sources(case, catalogue, &mut cited, &mut Vec::new());
    }
    cited.extend(catalogue.requirements.iter().map(|(_, requirement)| requirement.source.clone()));
    provider_sources(catalogue, providers, &mut cited);
    catalogue.registry.all().into_iter().filter(|source| !cited.contains(source)).collect()
}

fn all_steps(case: &Case) -> impl Iterator<Item = &Step> {
    let steps = case.rows.iter().flat_map(|row| &row.steps);
    steps.flat_map(Step::whole)
}

/// What can be read at a glance.
const MOST_LINES: usize = 70;
const WIDEST: usize = 130;

fn style(case: &Case, found: &mut Vec<Mistake>) {
    let root = Path::root();
    let title = root.key("title");
    if case.title.chars().count() > 100 {
        found.push(Mistake::at(&title, "a title has 100 characters at most"));
    }
    let lower = case.title.to_lowercase();
    for word in ["should", "test that", "tests that"] {
        if lower.contains(word) {
            found.push(Mistake::at(&title, format!("a title states the fact, without `{word}`")));
        }
    }
    if case.since.is_none() {
        found.push(Mistake::at(&root, "`since` is missing: the version that brings the case"));
    }
    if case.origin.text.lines().count() > MOST_LINES {
        found.push(Mistake::at(&root, format!("a case has {MOST_LINES} lines at most")));
    }
    // A long word cannot be broken.
    let is_wide = |line: &str| {
        line.chars().count() > WIDEST && line.split_whitespace().all(|word| word.chars().count() < WIDEST / 2)
    };
    if let Some(at) = case.origin.text.lines().position(is_wide) {
        let message = format!("line {}: a line has {WIDEST} characters at most; break it", at + 1);
        found.push(Mistake::at(&root, message));
    }
    if case.requirements.len() > 4 {
        found.push(Mistake::at(&root.key("requirements"), "a case judges four requirements at most"));
    }
    if case.origin.text.contains('\t') {
        found.push(Mistake::at(&root, "a tab stands in the file"));
    }
}

fn sources(case: &Case, catalogue: &Catalogue, cited: &mut BTreeSet<String>, found: &mut Vec<Mistake>) {
    let path = Path::root().key("source");
    let mut official = false;
    for (at, source) in case.source.iter().enumerate() {
        cited.insert(source.clone());
        match catalogue.registry.find(source) {
            Ok(page) if page.says.is_none() => {
                found.push(Mistake::at(
                    &path.index(at),
                    "name the anchor too, so that the promise can be shown",
                ));
            }
            Ok(page) => official |= page.publisher.official,
            Err(message) => found.push(Mistake::at(&path.index(at), message)),
        }
    }
    if case.level == Level::Must && !official {
        found.push(Mistake::at(&path, "a MUST needs an official document among its sources"));
    }
    for step in all_steps(case) {
        let Some(Expect::OneOf(outcomes)) = &step.expect else { continue };
        for (at, outcome) in outcomes.iter().enumerate() {
            for (index, source) in outcome.source.iter().enumerate() {
                cited.insert(source.clone());
                if let Err(message) = catalogue.registry.find(source) {
                    let place = step.path.key("expect").key("one_of").index(at).key("source").index(index);
                    found.push(Mistake::at(&place, message));
                }
            }
        }
    }
}

/// Sources of limits, rules and spellings that provider files name.
fn provider_sources(
    catalogue: &Catalogue,
    providers: &[Provider],
    cited: &mut BTreeSet<String>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    for provider in providers {
        let mut registry = catalogue.registry.clone();
        registry.add(&provider.documents);
        let origin = mpuspec_mock::provider::Origin {
            name: format!("mock/providers/{}.yaml", provider.name),
            text: String::new(),
        };
        let mut tell = |message: String| {
            let placed = Mistake::at(&Path::root(), message).place("");
            problems.push(Problem { origin: origin.clone(), placed });
        };
        for (limit, claims) in &provider.limits {
            for claim in claims {
                cited.insert(claim.source.clone());
                if let Err(message) = registry.find(&claim.source) {
                    tell(format!("limit {limit}: {message}"));
                }
            }
        }
        let spellings = provider.errors.values().flatten().filter_map(|spelling| spelling.source.as_ref());
        for source in spellings {
            cited.insert(source.clone());
            if let Err(message) = registry.find(source) {
                tell(message);
            }
        }
        for (rule, source) in provider.rules.sources() {
            let Some(source) = source else { continue };
            cited.insert(source.to_owned());
            if let Err(message) = registry.find(source) {
                tell(format!("rule {rule}: {message}"));
            }
        }
    }
    problems
}
