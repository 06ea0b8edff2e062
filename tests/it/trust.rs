//! `docs/trust.md`: why anybody should believe a report, in figures that are made from the files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use mpuspec::internals::case::{Catalogue, Level, RowId};
use mpuspec_mock::defects::Defect;
use mpuspec_mock::yaml;
use serde::Deserialize;

use crate::stage::catalogue;

const HEAD: &str = "\
<!-- Made from the cases, the disputes and the reports by `MPUSPEC_BLESS=1 cargo test --test it`; change those, not this. -->

# Why to believe a report

A suite that accuses servers has to show that its cases can fail, that they fail for the right reason, and where their
expectations come from. The figures here are made from the files of this repository, and a test holds them to those.
";

/// A dispute as `cases/disputes.yaml` has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dispute {
    id: String,
    question: String,
    observed: String,
    readings: Vec<Reading>,
    state: State,
    because: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    says: String,
    source: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Open,
    Settled,
}

fn read(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn decode<T: serde::de::DeserializeOwned>(file: &str) -> T {
    let text = read(file);
    let value = yaml::parse(&text).unwrap_or_else(|placed| panic!("{file}: {}", placed.message));
    let decoded = yaml::decode(value, &yaml::Path::root());
    decoded.unwrap_or_else(|mistake| panic!("{file}: {}", mistake.place(&text).message))
}

fn disputes() -> Vec<Dispute> {
    decode("cases/disputes.yaml")
}

#[test]
fn a_dispute_has_two_readings_with_sources_and_no_server_is_held_to_one_while_it_is_open() {
    let catalogue = catalogue();
    let observations = catalogue.observations();
    for dispute in disputes() {
        let id = &dispute.id;
        assert!(dispute.readings.len() > 1, "{id}: a dispute has at least two readings");
        for source in dispute.readings.iter().flat_map(|reading| &reading.source) {
            assert!(catalogue.registry.find(source).is_ok(), "{id}: {source}");
        }
        assert_eq!(dispute.state == State::Settled, dispute.because.is_some(), "{id}: what settled it");
        let cases =
            observations.get(&dispute.observed).unwrap_or_else(|| panic!("{id}: {}", dispute.observed));
        for case in cases.iter().filter(|_| dispute.state == State::Open) {
            let case = catalogue.case(case).expect("it observes");
            let has_outcomes = case.origin.text.contains("one_of:");
            let is_info = case.rows.iter().all(|_| case.level == Level::Info);
            assert!(has_outcomes || is_info, "{id}: {} allows one answer alone", case.id);
        }
    }
}

/// How many rows there are, and what their promises rest on.
fn expectations(text: &mut String, catalogue: &Catalogue) {
    let mut counts: BTreeMap<(Level, &str), usize> = BTreeMap::new();
    for case in &catalogue.cases {
        let recorded = case.source.iter().any(|source| catalogue.registry.recorded_of(source).is_some());
        let official = case
            .source
            .iter()
            .any(|source| catalogue.registry.find(source).is_ok_and(|cited| cited.publisher.official));
        let basis = match (recorded, official) {
            (true, true) => "documented and recorded",
            (true, false) => "recorded",
            (false, true) => "documented",
            (false, false) => "inferred",
        };
        *counts.entry((case.level, basis)).or_default() += case.rows.len();
    }
    text.push_str("\n## What the expectations rest on\n\n");
    text.push_str(
        "Documented: a document of the provider says it. Recorded: somebody recorded that the provider's own service answers so, \
         and published it. Inferred: it follows from what documents say.\n\n| level | ",
    );
    let bases = ["documented and recorded", "documented", "recorded", "inferred"];
    let _ = writeln!(text, "{} |\n|---|{}", bases.join(" | "), "--:|".repeat(bases.len()));
    for level in Level::ALL {
        let cells = bases.map(|basis| counts.get(&(level, basis)).copied().unwrap_or_default().to_string());
        let _ = writeln!(text, "| {} | {} |", level.name(), cells.join(" | "));
    }
}

/// How many defects of the mock rows find, and which rows no defect fails.
fn defects(text: &mut String, catalogue: &Catalogue) {
    let table: BTreeMap<String, Vec<String>> = decode("reports/mutants.yaml");
    let unreachable: BTreeMap<String, yaml::Value> = decode("tests/unreachable.yaml");
    let several: BTreeMap<String, yaml::Value> = decode("tests/several_causes.yaml");
    let by_rows = table.values().filter(|rows| !rows.is_empty()).count();
    let failed: BTreeSet<&String> = table.values().flatten().collect();
    let rows: BTreeSet<String> = catalogue.row_ids().map(|id: RowId| id.to_string()).collect();
    let proven = rows.iter().filter(|row| failed.contains(row)).count();
    let _ = write!(
        text,
        "\n## Each row can fail\n\nThe mock has {} switches that make it wrong in one way each. {by_rows} of them fail rows \
         ([which](../reports/mutants.yaml)); the others show in races and in long histories alone, and exploring looks for them ([how](histories.md)). \
         {proven} of {} rows fail with a switch that the table names; races are not in \
         it, since which call comes first is not for the suite to say, and {} rows stand aside with a reason \
         ([tests/unreachable.yaml](../tests/unreachable.yaml)). A test holds the whole table.\n",
        Defect::all().count(),
        rows.len(),
        unreachable.len()
    );
    let _ = write!(
        text,
        "\nOf the switches that fail rows each gives exactly one cause, but for {} with a reason \
         ([tests/several_causes.yaml](../tests/several_causes.yaml)).\n",
        several.len()
    );
}

/// What reviewers, and whoever wrote the baselines, said of failures on real servers.
fn reviews(text: &mut String) {
    text.push_str("\n## What others made of the failures\n\n");
    text.push_str(
        "Failures on real servers were drawn by a seed and judged against the documents by readers who had not seen the suite \
         ([every verdict](../reports/review.md)):\n\n",
    );
    let review = read("reports/review.md");
    let table: Vec<&str> = review.lines().skip_while(|line| !line.starts_with("| sample")).collect();
    for line in table.iter().take_while(|line| line.starts_with('|')) {
        let _ = writeln!(text, "{line}");
    }
    text.push_str("\nWhat was not right was mended. The baselines say of each failure who is wrong:\n\n");
    text.push_str("| server | the server | the case | open |\n|---|--:|--:|--:|\n");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/baselines");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("there are some").flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(server) = name.strip_suffix(".yaml") else { continue };
        let lines = read(&format!("reports/baselines/{name}"));
        let count = |judged: &str| lines.matches(&format!("judged: {judged}")).count();
        let (wrong, case, open) = (count("server"), count("case"), count("open"));
        let _ = writeln!(text, "| {server} | {wrong} | {case} | {open} |");
    }
}

fn of_disputes(text: &mut String) {
    text.push_str("\n## Disputes\n\n");
    text.push_str(
        "Where documents contradict each other, or recordings contradict documents, no server is held to either reading, and each \
         run records what it saw ([cases/disputes.yaml](../cases/disputes.yaml)).\n",
    );
    for dispute in disputes() {
        let state = match &dispute.because {
            Some(because) => format!("settled: {because}"),
            None => "open".to_owned(),
        };
        let _ = writeln!(text, "\n- **{}** ({state}; observed as `{}`)", dispute.question, dispute.observed);
        for reading in &dispute.readings {
            let _ = writeln!(text, "  - {} `{}`", reading.says, reading.source.join("`, `"));
        }
    }
}

const MISSES: &str = "
## What the suite is known to miss

- Faults that need terabytes, weeks, several regions or a lost disk. A run sends some hundred megabytes in some seconds.
- Losses that show only after a garbage collection, where nobody asks for one: `--settle`, `--settle-command` and `mpuspec audit`
  are for those.
- Races whose window is far below a millisecond. The report names, for each pair of calls, the rate that is missed once in
  twenty runs.
- What only a second account, a policy, a key service or a lifecycle rule can show, where none is given.
- Encryption, versions and object lock beyond what multipart calls say of them.
";

#[test]
fn trust_is_up_to_date() {
    let catalogue = catalogue();
    let mut text = String::from(HEAD);
    expectations(&mut text, &catalogue);
    defects(&mut text, &catalogue);
    reviews(&mut text);
    of_disputes(&mut text);
    text.push_str(MISSES);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/trust.md");
    if std::env::var_os("MPUSPEC_BLESS").is_some() {
        std::fs::write(&path, &text).expect("it can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == text, "run `MPUSPEC_BLESS=1 cargo test --test it`");
}
