use std::path::Path;

use mpuspec::internals::case::listing_schema;
use serde_json::Value;

use crate::stage::{mpuspec, stderr};

fn list(arguments: &[&str]) -> Value {
    let output = mpuspec(&[&["list", "--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn every_row_is_listed_and_the_list_agrees_with_its_schema() {
    let value = list(&[]);
    let validator = jsonschema::validator_for(&listing_schema()).expect("a schema");
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let names: Vec<String> = value["rows"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| row["name"].as_str().expect("a text").to_owned())
        .collect();
    assert!(crate::stage::catalogue().row_ids().map(|id| id.to_string()).eq(names));
}

#[test]
fn a_row_tells_what_its_case_says() {
    let value = list(&["complete/part-too-small[single-byte]"]);
    assert_eq!(value["schema_version"], 1);
    assert_eq!(value["rows"].as_array().map(Vec::len), Some(1));
    let row = &value["rows"][0];
    for (key, expected) in [
        ("name", "complete/part-too-small[single-byte]"),
        ("id", "complete/part-too-small"),
        ("row", "single-byte"),
        ("area", "complete"),
        ("level", "MUST"),
        ("harm", "form"),
        ("cost", "usual"),
        ("since", "0.1.0"),
        ("file", "cases/complete/part-too-small.yaml"),
    ] {
        assert_eq!(row[key], expected, "{key}");
    }
    assert_eq!(row["sources"][0]["key"], "aws/mpu-limits#part-size");
    assert!(row["sources"][0]["url"].as_str().is_some_and(|url| url.starts_with("https://")));
    for list in ["needs", "requirements", "bugs"] {
        assert!(row[list].is_array(), "{list}");
    }
}

#[test]
fn a_list_of_nothing_is_a_mistake() {
    let output = mpuspec(&["list", "--json", "complete/part-too-smal"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("did you mean `complete/part-too-small`?"));
}

#[test]
fn the_committed_schema_of_the_list_is_the_one_that_the_types_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/list.schema.json");
    let schema = format!("{:#}\n", listing_schema());
    if std::env::var_os("MPUSPEC_BLESS").is_some() {
        std::fs::write(&path, &schema).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == schema, "run `mpuspec schema list > cases/list.schema.json`");
}
