//! The mock answers as AWS was recorded to answer, but for the differences that are listed.

// The words of `cases/records.yaml`.
mod language;
// What the mock sends, compared with the record.
mod judge;
// Requests, sent step by step.
mod replay;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mpuspec_mock::yaml;
use serde::de::DeserializeOwned;

use judge::Difference;
use language::{Listed, Records, Row};

type Place = (String, String, String);

fn read<T: DeserializeOwned>(file: &str) -> T {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect(file);
    let value = yaml::parse(&text).unwrap_or_else(|placed| panic!("{file}: {placed:?}"));
    yaml::decode(value, &yaml::Path::root()).unwrap_or_else(|mistake| panic!("{file}: {mistake:?}"))
}

fn rows() -> Vec<Row> {
    let records: Records = read("cases/records.yaml");
    records.rows().unwrap_or_else(|mistake| panic!("cases/records.yaml: {mistake:?}"))
}

/// Whether a listed name means a row: that row, or all rows of the record.
fn means(listed: &str, row: &Row) -> bool {
    listed == row.id || row.id.strip_prefix(listed).is_some_and(|rest| rest.starts_with('['))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mock_answers_as_recorded() {
    let rows = rows();
    let mut found: BTreeMap<Place, Difference> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.record.not_replayed.is_none()) {
        for (step, difference) in replay::replay(row).await {
            found.insert((row.id.clone(), step, difference.at.clone()), difference);
        }
    }
    let listed: Listed = read("tests/records/differences.yaml");
    let mut known: BTreeSet<Place> = BTreeSet::new();
    let mut told: Vec<String> = Vec::new();
    for entry in listed.differences.iter().chain(&listed.pending) {
        for (record, steps) in &entry.at {
            if !rows.iter().any(|row| means(record, row)) {
                told.push(format!("there is no record {record}"));
            }
            for row in rows.iter().filter(|row| means(record, row)) {
                for (step, places) in steps {
                    known.extend(places.iter().map(|place| (row.id.clone(), step.clone(), place.clone())));
                }
            }
        }
    }
    for (place @ (row, step, at), difference) in &found {
        if !known.contains(place) {
            let Difference { recorded, answered, .. } = difference;
            told.push(format!("not listed: {row}, {step}, {at}: recorded {recorded}, answered {answered}"));
        }
    }
    for place @ (row, step, at) in &known {
        if !found.contains_key(place) {
            told.push(format!("listed, and no longer so: {row}, {step}, {at}"));
        }
    }
    assert!(told.is_empty(), "{} of {}:\n{}", told.len(), found.len(), told.join("\n"));
}

#[test]
fn records_and_differences_are_in_order() {
    let records: Records = read("cases/records.yaml");
    assert!(records.origin.licence == "Apache-2.0" && !records.origin.title.is_empty());
    let files = &records.origin.files;
    assert!(files.values().all(|address| address.starts_with("https://github.com/localstack/localstack/")));
    assert!(records.left_out.values().all(|reason| is_sentence(reason)));
    assert!(records.groups.values().all(|group| !group.title.is_empty()));
    let rows = rows();
    let mut cited = BTreeSet::new();
    for Row { id, record, .. } in &rows {
        assert!(is_sentence(&record.situation), "{id}: {}", record.situation);
        assert!(record.recorded.parse::<jiff::civil::Date>().is_ok(), "{id}: {}", record.recorded);
        for source in std::iter::once(&record.source).chain(&record.also) {
            let (file, test) = source.split_once(' ').expect("a file and a test");
            assert!(files.contains_key(file) && test.contains("::test_"), "{id}: {source}");
            cited.insert(source);
        }
        assert!(record.not_replayed.as_deref().is_none_or(is_sentence), "{id}");
        assert!(record.steps.iter().any(|step| step.answers.is_some()), "{id} records nothing");
        let names: BTreeSet<&str> = record.steps.iter().map(|step| step.step.as_str()).collect();
        assert_eq!(names.len(), record.steps.len(), "{id}: two steps have one name");
    }
    assert_eq!(cited.len() + records.left_out.len(), 84, "each test of the snapshots has its record");
    let listed: Listed = read("tests/records/differences.yaml");
    for entry in listed.differences.iter().chain(&listed.pending) {
        assert!(is_sentence(&entry.reason), "{}", entry.reason);
        assert!(!entry.at.is_empty(), "{}", entry.reason);
    }
}

fn is_sentence(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase()) && text.ends_with('.')
}
