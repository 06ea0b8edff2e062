//! Reports of anybody are drawn with bounds, and what is printed of them can be pasted.

use serde_json::{Value, json};

use crate::bounds::of_garage;
use crate::stage::{mpuspec, stderr};

/// The report of a server, as somebody else may have changed it, with what the program shows of it.
fn drawn(change: impl FnOnce(&mut serde_json::Value)) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut report = of_garage();
    change(&mut report);
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("r.json"), report.to_string()).expect("written");
    let output = mpuspec(&["report", &file("r.json")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut all = vec![String::from_utf8_lossy(&output.stdout).into_owned()];
    let output = mpuspec(&["report", &file("r.json"), "--html", &file("r.html"), "--md", &file("r.md")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    all.extend(["r.html", "r.md"].map(|name| std::fs::read_to_string(file(name)).expect("it was written")));
    (folder, all)
}

#[test]
fn a_command_that_a_terminal_would_cut_is_not_printed() {
    let name = format!("x/{}", "long ".repeat(390));
    let (_folder, all) = drawn(|report| {
        for row in report["cases"].as_array_mut().expect("rows") {
            row["id"] = name.as_str().into();
            row["row"] = serde_json::Value::Null;
        }
    });
    for text in all {
        let commands = text
            .lines()
            .filter(|line| line.contains("mpuspec run --") || line.contains("mpuspec explore --"));
        for command in commands {
            assert!(!command.contains("long long"), "{command}");
        }
    }
}

#[test]
fn what_a_report_of_anybody_names_as_left_is_no_command() {
    let (_folder, all) = drawn(|report| {
        let left = [
            "upload 'x' of 'k': aws s3api $(touch x)",
            "9 objects, for `mpuspec audit $(touch x)`: y",
            "upload x:aws s3 rm $(touch x)",
            "aws s3api $(touch x)",
        ];
        report["cleanup"]["left"] = left.to_vec().into();
    });
    for text in all {
        assert!(!text.contains("touch x"), "{text}");
    }
}

#[test]
fn a_report_has_so_many_values_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.json");
    std::fs::write(&path, format!("{{\"schema_version\":2,\"not_run\":[{}\"\"]}}", "\"\",".repeat(500_000)))
        .expect("written");
    let output = mpuspec(&["report", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("more than 500000 values"), "{}", stderr(&output));
}

#[test]
fn names_and_tables_of_a_report_are_as_long_as_a_run_makes_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.json");
    let report = of_garage();
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut report = report.clone();
        change(&mut report);
        std::fs::write(&path, report.to_string()).expect("written");
        let path = path.display().to_string();
        for arguments in [vec!["report", &path], vec!["run", "--rerun", &path], vec!["check", &path, "a/b"]] {
            let output = mpuspec(&arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            let said = stderr(&output);
            assert!(said.contains("it is no JSON report of mpuspec") && said.len() < 1_000, "{said}");
        }
    };
    refused(&|report| report["run"]["seed"] = "s".repeat(3_000).into());
    refused(&|report| report["target"]["version"] = "s".repeat(3_000).into());
    refused(&|report| report["dialect"] = serde_json::json!({ "a": "\u{ad}".repeat(1 << 20) }));
    refused(&|report| report["not_run"] = vec!["a/b"; 200_000].into());
    refused(&|report| report["run"]["repeat"]["files"] = vec!["a.yaml"; 3_000].into());
    refused(&|report| report["run"]["again"] = "x ".repeat(40_000).into());
    refused(&|report| report["cases"][0]["file"] = "f".repeat(3_000).into());
}

/// A row that failed, with calls of many clients and an answer of many headers.
fn raced(calls: usize) -> Value {
    let call = |at: usize| {
        let headers: Vec<Value> = (0..50).map(|at| json!([format!("x-amz-{at}"), "v"])).collect();
        json!({
            "n": at + 1, "operation": "ListParts", "start_us": at, "end_us": at + 1, "lane": format!("lane-{at}"),
            "request": { "method": "GET", "target": "/b/k", "headers": headers, "body": { "bytes": 0 } },
        })
    };
    (0..calls).map(call).collect::<Vec<_>>().into()
}

#[test]
fn one_row_behind_many_causes_is_drawn_within_the_room_of_a_page() {
    let (_folder, all) = drawn(|report| {
        let mut rows = report["cases"].as_array_mut().expect("rows").iter_mut();
        let row = rows.rfind(|row| row["verdict"] == "fail").expect("a row that fails");
        row["exchanges"] = raced(2_000);
        let name = match &row["row"] {
            Value::Null => row["id"].as_str().expect("an id").to_owned(),
            named => format!("{}[{}]", row["id"].as_str().expect("an id"), named.as_str().expect("a row")),
        };
        let mut cause = report["causes"][0].clone();
        cause["shown_by"] = name.as_str().into();
        cause["rows"] = json!([name]);
        cause["findings"] = json!([]);
        report["causes"] = vec![cause; 200].into();
    });
    let page = &all[1];
    assert!(page.len() < 4_000_000, "{}", page.len());
    assert!(page.contains("earlier calls are not drawn") && !page.contains("lane-3<"));
}

#[test]
fn a_command_is_shown_as_it_is_or_not_at_all() {
    for (seed, options) in [
        ("a\tb".to_owned(), json!(["--mock"])),
        ("a\nb".to_owned(), json!(["--mock"])),
        ("a\u{1b}[31mb".to_owned(), json!(["--mock"])),
        ("\t".repeat(600), json!(["--mock"])),
        ("s".to_owned(), json!(["--endpoint", "http://127.0.0.1:1", "--bucket", "b\n  curl x | sh"])),
    ] {
        let (folder, all) = drawn(|report| {
            report["run"]["seed"] = seed.as_str().into();
            report["run"]["repeat"]["options"] = options.clone();
        });
        for text in all {
            assert!(!text.contains("mpuspec run -") && !text.contains("mpuspec explore -"), "{seed:?}");
        }
        let report = folder.path().join("r.json").display().to_string();
        let said = stderr(&mpuspec(&["run", "--rerun", &report]));
        assert!(!said.lines().any(|line| line.trim_start().starts_with("curl")), "{said}");
    }
}

#[test]
fn what_kept_clean_up_from_its_end_is_no_command() {
    let (_folder, all) = drawn(|report| report["cleanup"]["trouble"] = json!(["run `touch x`"]));
    assert!(all.iter().all(|text| !text.contains("touch x")));
}

/// What `check` says of a history of somebody else's, made of the first call of a real one.
fn checked(calls: impl FnOnce(Value) -> Vec<Value>) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.json");
    let mut report = of_garage();
    let mut found = report["findings"].as_array_mut().expect("findings").iter_mut();
    let finding = found.find(|finding| !finding["history"].is_null()).expect("a history");
    let first = finding["history"]["calls"][0].clone();
    finding["history"]["calls"] = calls(first).into();
    let id = finding["id"].as_str().expect("an id").to_owned();
    std::fs::write(&path, report.to_string()).expect("written");
    let output = mpuspec(&["check", &path.display().to_string(), &id]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    assert!(said.len() < 1_000_000, "{}", said.len());
    said
}

#[test]
fn a_history_of_anybody_is_told_in_lines_that_fit() {
    let said = checked(|mut call| {
        call["client"] = "c".repeat(500).into();
        let mut calls = vec![call; 1_000];
        // A width of a line has 16 bits.
        calls[0]["client"] = "c".repeat(70_000).into();
        calls
    });
    assert!(!said.contains(&"c".repeat(100)), "{}", said.len());
}

#[test]
fn of_calls_that_cannot_follow_the_first_are_told() {
    let long = "m".repeat(100_000);
    let put = json!({
        "client": "A", "start_us": 1, "end_us": 2,
        "ask": { "op": "put_object", "key": "k", "content": [{ "blob": 0, "start": 0, "len": 1 }], "md5": "e",
            "meta": { "v": long } },
        "saw": { "what": "stored", "etag": "e" },
    });
    let read = json!({
        "client": "B", "start_us": 3, "end_us": 9, "ask": { "op": "head_object", "key": "k" },
        "saw": { "what": "object", "etag": "f", "size": 1, "content": null, "meta": { "v": "other" } },
    });
    let mut calls = vec![read; 200];
    calls.insert(0, put);
    let said = checked(|_| calls);
    assert!(said.contains("lawful would be") && said.contains("nor can 180 more"), "{said}");
}

#[test]
fn a_matrix_has_so_many_cells_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |at: usize| folder.path().join(format!("{at}.json")).display().to_string();
    for at in 0..4 {
        let mut report = of_garage();
        for list in ["exchanges", "steps", "sources", "notes"] {
            report["cases"][0][list] = json!([]);
        }
        let row = report["cases"][0].clone();
        let named = |n: usize| {
            let mut row = row.clone();
            row["id"] = format!("r{at}/{n}").into();
            row
        };
        report["cases"] = (0..7_000).map(named).collect::<Vec<_>>().into();
        std::fs::write(file(at), report.to_string()).expect("written");
    }
    let files: Vec<String> = (0..4).map(file).collect();
    let refused = || {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let output = mpuspec(&[&["report"], &files[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("name fewer reports"), "{}", stderr(&output));
    };
    refused();
    for at in 0..4 {
        let mut report = of_garage();
        let mut cause = report["causes"][0].clone();
        cause["rows"] = json!([]);
        let named = |n: usize| {
            cause["id"] = format!("c{at}/{n}").into();
            cause.clone()
        };
        report["causes"] = (0..7_000).map(named).collect::<Vec<_>>().into();
        std::fs::write(file(at), report.to_string()).expect("written");
    }
    refused();
}

#[test]
fn what_is_said_of_the_run_stands_in_few_suites_of_junit() {
    let (folder, _) = drawn(|report| {
        report["conclusion"] = "a conclusion ".repeat(100).into();
        report["not_run"] = (0..40_000).map(|at| format!("area-{at}/row")).collect::<Vec<_>>().into();
    });
    let file = |name: &str| folder.path().join(name).display().to_string();
    let output = mpuspec(&["report", &file("r.json"), "--junit", &file("r.xml")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let written = std::fs::read_to_string(file("r.xml")).expect("it was written");
    assert!(written.len() < 16 << 20, "{} bytes", written.len());
    assert_eq!(written.matches("not run: the run ended before").count(), 40_000, "each row is there");
}
