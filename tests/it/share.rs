//! `report --share`: what says where a run was, and whose it is, is left out, or nothing is shared.

use std::path::Path;

use serde_json::Value;

use crate::stage::{mpuspec, stderr};

/// What `--share` makes of a report that was changed.
fn shared(change: impl FnOnce(&mut Value)) -> Result<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("reports/garage.json")).expect("it is there");
    let mut report: Value = serde_json::from_str(&text).expect("it is JSON");
    change(&mut report);
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("r.json"), report.to_string()).expect("written");
    let output = mpuspec(&["report", &file("r.json"), "--share", "--json", &file("s.json")]);
    match output.status.code() {
        Some(0) => Ok(std::fs::read_to_string(file("s.json")).expect("it was written")),
        _ => Err(stderr(&output)),
    }
}

/// Puts a bucket into a report as if the run had been there.
fn in_bucket(report: &mut Value, bucket: &str) {
    let was = report["target"]["bucket"].as_str().expect("a bucket").to_owned();
    let text = report.to_string().replace(&was, "THE-BUCKET");
    *report = serde_json::from_str(&text).expect("it is JSON");
    report["target"]["bucket"] = bucket.into();
    report["target"]["endpoint"] = "http://storage.acme.example:9000".into();
    report["cases"][0]["reason"] = format!("of {bucket} at storage.acme.example").into();
}

#[test]
fn a_bucket_that_is_called_as_a_word_of_the_format_is_left_out_too() {
    for bucket in ["acme", "data", "pass", "must", "met", "lost", "client"] {
        let text = shared(|report| in_bucket(report, bucket)).expect("it is shared");
        assert!(!text.contains("acme.example"), "{bucket}");
        assert!(text.contains("of BUCKET at HOST"), "{bucket}");
    }
}

#[test]
fn headers_elements_accounts_and_folders_that_say_whose_it_is_are_left_out() {
    let text = shared(|report| {
        report["target"]["provider"] = "/home/alice/acme-secret/store.yaml".into();
        let row = &mut report["cases"][0];
        row["file"] = "/home/alice/acme-secret/case.yaml".into();
        row["id"] = "/home/alice/acme-secret/case".into();
        row["exchanges"] = serde_json::json!([{
            "n": 1, "operation": "ListParts", "start_us": 1, "end_us": 2,
            "request": { "method": "GET", "target": "/b/k", "headers": [["host", "h"]], "body": { "bytes": 0 } },
            "response": {
                "status": 200,
                "headers": [["x-amz-cf-id", "WHO1"], ["via", "WHO2"], ["location", "WHO3"], ["etag", "\"kept\""]],
                "body": {
                    "bytes": 9,
                    "text": "<a:Owner><a:ID >WHO4</a:ID ></a:Owner>arn:aws:iam::123456789012:user/WHO5 <ID>WHO6",
                },
            },
        }]);
    });
    let text = text.expect("it is shared");
    for told in ["WHO", "alice", "acme-secret", "123456789012"] {
        let at = text.find(told).map(|at| &text[at.saturating_sub(80)..at + 20]);
        assert_eq!(at, None, "{told}");
    }
    assert!(text.contains("kept") && text.contains("case.yaml") && text.contains("store.yaml"));
}

#[test]
fn addresses_as_they_were_typed_people_and_ids_in_prose_are_left_out() {
    let text = shared(|report| {
        report["run"]["repeat"]["options"] =
            serde_json::json!(["--endpoint", "http://[0:0:0:0:0:0:0:1]:9000", "--bucket", "b"]);
        let row = &mut report["cases"][0];
        row["reason"] =
            "expected grants [], got [\"acme-owner FULL_CONTROL\"] (Request ID: WHO1; request id WHO2), see WHO4-tx or WHO5+5/5=="
                .into();
        row["exchanges"] = serde_json::json!([{
            "n": 1, "operation": "GetObjectAcl", "start_us": 1, "end_us": 2,
            "request": { "method": "GET", "target": "/b/k", "headers": [], "body": { "bytes": 0 } },
            "response": { "status": 200, "headers": [["X-Amz-Request-Id", "WHO4-tx"]], "body": {
                "bytes": 9,
                "text": "<Owner><ID>acme-owner</ID></Owner><Error><Details>WHO3</Details><HostId>WHO5+5/5==</HostId></Error>",
            } },
        }]);
    });
    let text = text.expect("it is shared");
    for told in ["0:0:0", "acme-owner", "WHO"] {
        assert!(!text.contains(told), "{told}");
    }
}

#[test]
fn people_are_known_as_they_are_meant_and_where_exchanges_were_left_out_nothing_of_them_is_told() {
    let exchange = |headers: Value| {
        serde_json::json!({
            "n": 1, "operation": "GetObjectAcl", "start_us": 1, "end_us": 2,
            "request": { "method": "GET", "target": "/b/k", "headers": headers, "body": { "bytes": 0 } },
            "response": { "status": 200, "headers": [], "body": {
                "bytes": 9, "text": "<O><Owner><ID>Smith &amp; Sons</ID><DisplayName><![CDATA[jane-roe]]></DisplayName></Owner></O>",
            } },
        })
    };
    let text = shared(|report| {
        let row = &mut report["cases"][0];
        row["reason"] = "got [\"Smith & Sons FULL_CONTROL\", \"jane-roe READ\"]".into();
        row["exchanges"] = serde_json::json!([exchange(serde_json::json!([["host", "h"]]))]);
        let row = &mut report["cases"][1];
        row["reason"] = "got the owner WHO1".into();
        row["exchanges"] = serde_json::json!([exchange(serde_json::json!([]))]);
        report["audit"]["lost"] = serde_json::json!([{
            "key": "k", "upload": "an-upload-id-of-WHO2-himself", "etag": "", "level": "MUST", "found": "404", "row": "a/b",
        }]);
    });
    let text = text.expect("it is shared");
    for told in ["Smith", "jane-roe", "WHO"] {
        assert!(!text.contains(told), "{told}");
    }
}

#[test]
fn of_more_names_than_can_be_looked_for_nothing_is_shared() {
    let id = |at: usize| {
        serde_json::json!({
            "n": 1, "operation": "ListParts", "start_us": 1, "end_us": 2,
            "request": { "method": "GET", "target": format!("/b/k?uploadId={at:0>500}"), "headers": [],
                "body": { "bytes": 0 } },
        })
    };
    let refused = shared(|report| {
        report["cases"][0]["exchanges"] = (0..2_500).map(id).collect::<Vec<_>>().into();
    });
    let said = refused.expect_err("nothing is shared");
    assert!(said.contains("nothing is shared"), "{said}");
}
