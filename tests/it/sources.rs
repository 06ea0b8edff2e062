use std::path::Path;

use serde_json::Value;

use crate::stage::{mpuspec, stderr};

fn case(folder: &Path, source: &str) -> String {
    let text = format!(
        "title: A title\nlevel: MUST\nsource: [\"{source}\"]\nsteps:\n  - create_upload:\n    expect: ok\n"
    );
    let file = folder.join("own.yaml");
    std::fs::write(&file, text).expect("written");
    file.display().to_string()
}

#[test]
fn a_source_that_nobody_published_is_a_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    for (source, message) in [
        ("aws/ListPart#answer", "did you mean `ListParts`?"),
        ("aws/ListParts#anwser", "did you mean `answer`?"),
        ("awz/ListParts#answer", "did you mean `aws`?"),
        ("our manual", "PUBLISHER/PAGE#ANCHOR"),
    ] {
        let file = case(folder.path(), source);
        for arguments in [&["run", "--mock", &file][..], &["lint", &file]] {
            let output = mpuspec(arguments);
            let told = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
            for piece in ["own.yaml:3:10", message, "mpuspec sources", "1 mistake"] {
                assert!(told.contains(piece), "{piece}: {told}");
            }
        }
    }
}

#[test]
fn a_document_of_ones_own_is_cited_by_its_address_and_binds_everybody() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = "https://docs.example.org/manual#parts";
    let file = case(folder.path(), address);
    let report = folder.path().join("r.json");
    let written = format!("json={}", report.display());
    assert_eq!(mpuspec(&["lint", &file]).status.code(), Some(0));
    for provider in ["aws-s3", "storj", "yandex"] {
        let output = mpuspec(&["run", "--mock", &file, "--provider", provider, "--report", &written]);
        assert_eq!(output.status.code(), Some(0), "{provider}: {}", stderr(&output));
        let report: Value =
            serde_json::from_str(&std::fs::read_to_string(&report).expect("written")).expect("JSON");
        let row = &report["cases"][0];
        assert_eq!((row["level"].as_str(), row["verdict"].as_str()), (Some("MUST"), Some("pass")));
        assert_eq!(row["sources"][0]["url"].as_str(), Some(address));
    }
}

#[test]
fn what_can_be_cited_is_listed() {
    let listed = |arguments: &[&str]| {
        let output = mpuspec(&[&["sources"], arguments].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (exit, json) = listed(&["--json", "aws/CompleteMultipartUpload#*"]);
    assert_eq!(exit, Some(0), "{json}");
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["schema_version"], 1);
    let sources = json["sources"].as_array().expect("a list");
    assert!(sources.len() > 1);
    for source in sources {
        assert!(source["key"].as_str().is_some_and(|key| key.starts_with("aws/CompleteMultipartUpload#")));
        for name in ["url", "read", "says"] {
            assert!(source[name].as_str().is_some_and(|text| !text.is_empty()), "{source}");
        }
    }
    let (_, text) = listed(&["too-small"]);
    assert!(text.contains("aws/CompleteMultipartUpload#too-small\n    a listed part below"), "{text}");
    assert_eq!(listed(&["no-such-thing-anywhere"]).0, Some(2));
}
