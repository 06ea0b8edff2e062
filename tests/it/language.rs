use std::path::Path;

use mpuspec::internals::case::{Catalogue, CatalogueError, case_schema, lint, unused_sources};
use mpuspec_mock::provider::{self, Provider};

fn catalogue() -> Catalogue {
    match Catalogue::from_folder(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/cases"))) {
        Ok(catalogue) => catalogue,
        Err(CatalogueError::Invalid(problems)) => {
            let told: Vec<_> = problems
                .iter()
                .map(|p| {
                    format!(
                        "{}:{}:{} {}",
                        p.origin.name, p.placed.span.line, p.placed.span.column, p.placed.message
                    )
                })
                .collect();
            panic!("{}", told.join("\n"));
        }
        Err(error) => panic!("{error}"),
    }
}

fn providers() -> Vec<Provider> {
    provider::builtin_names()
        .iter()
        .map(|name| provider::load(name).expect("a bundled provider loads"))
        .collect()
}

#[test]
fn every_case_of_the_suite_is_clean() {
    let problems = lint(&catalogue(), &providers());
    let told: Vec<_> = problems
        .iter()
        .map(|p| format!("{}:{} {}", p.origin.name, p.placed.span.line, p.placed.message))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn every_document_of_the_registry_is_cited() {
    assert_eq!(unused_sources(&catalogue(), &providers()), Vec::<String>::new());
}

#[test]
fn the_binary_holds_the_cases_of_the_folder() {
    let builtin = Catalogue::builtin().expect("the embedded cases load");
    assert!(builtin.row_ids().eq(catalogue().row_ids()));
}

#[test]
fn the_committed_schema_is_the_one_that_the_types_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/case.schema.json");
    let schema = serde_json::to_string_pretty(&case_schema()).expect("JSON") + "\n";
    if std::env::var_os("MPUSPEC_BLESS").is_some() {
        std::fs::write(&path, &schema).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == schema, "run `mpuspec schema > cases/case.schema.json`");
}

#[test]
fn the_schema_accepts_every_case() {
    let validator = jsonschema::validator_for(&case_schema()).expect("the schema is one");
    let suite = catalogue().cases.into_iter().map(|case| (case.id.clone(), case.origin.clone()));
    for (id, origin) in suite {
        let value = mpuspec_mock::yaml::parse(&origin.text).expect("it is YAML");
        let value = serde_json::to_value(value).expect("it is JSON");
        let errors: Vec<_> =
            validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{id}: {errors:#?}");
    }
}
