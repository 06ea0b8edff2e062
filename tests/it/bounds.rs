//! What is read of others has bounds: whatever a file says, a command ends, and says why.

use std::path::Path;

use mpuspec::internals::report::Report;

use crate::stage::{mpuspec, stderr};

const HEAD: &str = "title: A fact\nlevel: MUST\nsource: [\"aws/ListParts#answer\"]\n";

/// What `lint` says of a file that it refuses.
fn lint(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    std::fs::write(&path, text).expect("written");
    let output = mpuspec(&["lint", &path.display().to_string()]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

/// The report of a server, to be changed as somebody could.
pub(crate) fn of_garage() -> serde_json::Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/garage.json");
    let text = std::fs::read_to_string(file).expect("it is there");
    serde_json::from_str(&text).expect("it is JSON")
}

fn steps(steps: &str) -> String {
    format!("{HEAD}steps:\n  - create_upload:\n{steps}  - list_parts:\n    expect: ok\n")
}

#[test]
fn a_step_that_is_a_load_is_refused_where_it_stands() {
    for (step, message) in [
        (
            "  - upload_parts: { numbers: 1..100000000 }\n",
            "6:5: 100000000 requests: a step makes up to 100000",
        ),
        ("  - create_uploads: { count: 9000000000000000000, key: each }\n", "6:5: "),
        ("  - upload_part: { number: \"1+SUM\" }\n", "an expression is up to 200 characters long"),
    ] {
        let step = step.replace("SUM", &"1+".repeat(200_000));
        let said = lint(&steps(&step));
        assert!(said.contains(message), "{said}");
    }
    let said = lint(&format!("repeat: 4000000000\n{}", steps("")));
    assert!(said.contains("1 to 10000 rounds"), "{said}");
    let lane = |at| format!("      l{at}: {{ list_parts: {{}} }}\n");
    let lanes: String = (0..65).map(lane).collect();
    let said = lint(&steps(&format!("  - together:\n{lanes}    expect: linearizable\n")));
    assert!(said.contains("2 to 64 lanes"), "{said}");
    let long = format!("      {}: {{ list_parts: {{}} }}\n", "l".repeat(70));
    let said = lint(&steps(&format!("  - together:\n{}{long}    expect: linearizable\n", lane(0))));
    assert!(said.contains("a lane has a name of up to 40 characters"), "{said}");
}

#[test]
fn a_table_that_is_too_large_is_refused() {
    let row = |at| format!("  - {{ name: r{at}, max: {at} }}\n");
    let rows: String = (0..2_000).map(row).collect();
    let steps = "  - list_parts: { max_parts: $max }\n    expect: ok\n".repeat(60);
    let said = lint(&format!("{HEAD}each:\n{rows}steps:\n  - create_upload:\n{steps}"));
    assert!(said.contains("2000 rows of 61 steps"), "{said}");
}

#[test]
fn of_many_mistakes_the_first_are_shown() {
    for text in [
        steps(&"  - uplaod_part: { number: 1 }\n".repeat(20_000)),
        steps(&"  - upload_part: { number: 1, upload: B }\n".repeat(20_000)),
        format!("{HEAD}steps: []\n{}", (0..20_000).map(|at| format!("f{at}: 1\n")).collect::<String>()),
    ] {
        let said = lint(&text);
        assert!(said.contains("100 mistakes, and perhaps more") && said.len() < 200_000, "{}", said.len());
    }
}

#[test]
fn brackets_without_end_are_refused_at_once() {
    for text in ["[".repeat(1 << 19), "{a: ".repeat(1 << 17), format!("\"{}", "[\n".repeat(1 << 18))] {
        let said = lint(&format!("title: {text}\n"));
        assert!(said.contains("a bracket in more than 200 others") && said.len() < 10_000, "{}", said.len());
    }
    // In a text they are no brackets.
    let said = lint(&format!("title: \"{}\"\n", "[".repeat(1_000)));
    assert!(!said.contains("bracket"), "{said}");
}

#[test]
fn a_key_has_an_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    let text =
        format!("{HEAD}steps:\n  - create_upload: {{ key: {{ bytes: 3221225472 }} }}\n    expect: ok\n");
    std::fs::write(&path, text).expect("written");
    let output = mpuspec(&["run", "--mock", "--verbose", &path.display().to_string()]);
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(said.contains("a key has up to 8192 bytes, and not 3221225472"), "{said}");
    assert_ne!(output.status.code(), Some(0), "{said}");
}

#[test]
fn numbers_in_a_report_of_anybody_are_only_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    let mut report = of_garage();
    largest(&mut report);
    std::fs::write(&path, report.to_string()).expect("written");
    let path = path.display().to_string();
    let file = |name: &str| folder.path().join(name).display().to_string();
    for arguments in [
        vec!["report", "--verbose", &path],
        vec!["report", &path, "--html", &file("r.html")],
        vec!["report", &path, "--md", &file("r.md")],
        vec!["report", &path, "--junit", &file("r.xml")],
        vec!["check", &path, "explore/histories"],
        vec!["diff", &path, &path],
    ] {
        let output = mpuspec(&arguments);
        assert!(output.status.code().is_some_and(|code| code != 101), "{arguments:?}: {}", stderr(&output));
        assert!(output.stdout.len() < 16 << 20, "{arguments:?}");
    }
}

#[test]
fn nothing_in_a_report_of_anybody_is_an_option_or_an_address_that_curl_reads_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    let mut report = of_garage();
    for endpoint in ["-K.", "file://", "gopher://x", "http://x/y?", "http://a:b@c"] {
        report["target"]["endpoint"] = endpoint.into();
        std::fs::write(&path, report.to_string()).expect("written");
        let read = mpuspec::internals::report::from_json(&report.to_string()).expect("it is a report");
        let read = Report { was_read: false, ..read };
        let has_script = |row| mpuspec::internals::report::curl_script(&read, row).is_some();
        assert!(!read.cases.iter().any(has_script), "{endpoint}");
    }
    for lost in report["audit"]["lost"].as_array_mut().expect("some are lost") {
        lost["row"] = "--settle-command=touch x".into();
    }
    for finding in report["findings"].as_array_mut().expect("something was found") {
        finding["saved"] = "--restart-command=touch x #.yaml".into();
    }
    report["run"]["again"] = "mpuspec run".into();
    report["run"]["repeat"]["options"] = vec!["--mock", "--restart-command", "touch x"].into();
    report["run"]["repeat"]["settling"] = vec!["--settle-command", "touch x"].into();
    report["run"]["repeat"]["exploring"] =
        vec!["--explore", "1", "--settle-command", "touch x", "--report", "json=touch x", "touch x"].into();
    std::fs::write(&path, report.to_string()).expect("written");
    let files = ["r.html", "r.md", "r.xml"].map(|name| folder.path().join(name));
    let [html, md, junit] = files.each_ref().map(|file| file.display().to_string());
    let path = path.display().to_string();
    let output = mpuspec(&["report", &path, "--html", &html, "--md", &md, "--junit", &junit]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for file in files {
        let text = std::fs::read_to_string(&file).expect("it was written");
        for command in
            text.lines().filter(|line| line.contains("mpuspec run") || line.contains("mpuspec explore"))
        {
            assert!(!command.contains("touch x"), "{}: {command}", file.display());
        }
    }
}

/// A shell that somebody types in reads comments as commands, or looks for earlier lines behind a `!`.
#[test]
fn no_text_of_a_script_is_read_by_a_shell_that_somebody_types_in() {
    let mut report = of_garage();
    for row in report["cases"].as_array_mut().expect("rows") {
        row["title"] = "a `touch x` !x; $(touch x)".into();
        row["reason"] = "got !x 'it'".into();
        for exchange in row["exchanges"].as_array_mut().into_iter().flatten() {
            exchange["operation"] = "!x'\"$(touch x)".into();
            exchange["response"]["headers"] = vec![vec!["etag", "\"!x$(touch x)\""]].into();
        }
    }
    let read = mpuspec::internals::report::from_json(&report.to_string()).expect("it is a report");
    assert!(
        !read.cases.iter().any(|row| mpuspec::internals::report::curl_script(&read, row).is_some()),
        "a page of what anybody wrote has none"
    );
    // As if it were one's own.
    let read = Report { was_read: false, ..read };
    let scripts: Vec<String> =
        read.cases.iter().filter_map(|row| mpuspec::internals::report::curl_script(&read, row)).collect();
    assert!(scripts.len() > 10, "{}", scripts.len());
    for script in scripts {
        for line in script.lines().skip(1) {
            assert!(!line.trim_start().starts_with('#'), "{line}");
            // What stands outside of single quotes, as the history of a shell reads a line.
            let outside: String = line.replace("'\\''", "").split('\'').step_by(2).collect();
            assert!(!outside.contains('!') && !outside.contains("touch"), "{line}");
        }
    }
}

#[test]
fn a_script_of_a_report_of_anybody_stays_below_the_keys_of_its_run() {
    let report = of_garage();
    let scripts = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut report = report.clone();
        change(&mut report);
        let read = mpuspec::internals::report::from_json(&report.to_string()).expect("it is a report");
        let read = Report { was_read: false, ..read };
        read.cases.iter().filter(|row| mpuspec::internals::report::curl_script(&read, row).is_some()).count()
    };
    assert!(scripts(&|_| {}) > 10);
    assert_eq!(scripts(&|report| report["target"]["bucket"] = "127.0.0.2:9107#".into()), 0);
    assert_eq!(scripts(&|report| report["target"]["endpoint"] = "http://h:1#".into()), 0);
    let each = |report: &mut serde_json::Value, change: &dyn Fn(&mut serde_json::Value)| {
        let rows = report["cases"].as_array_mut().expect("rows").iter_mut();
        rows.filter_map(|row| row["exchanges"].get_mut(0))
            .for_each(|exchange| change(&mut exchange["request"]));
    };
    let bucket = report["target"]["bucket"].as_str().expect("a bucket").to_owned();
    let elsewhere = format!("/{bucket}/prod/important.csv");
    assert_eq!(scripts(&|report| each(report, &|request| request["target"] = elsewhere.clone().into())), 0);
    let policy = format!("/{bucket}?policy");
    assert_eq!(
        scripts(&|report| each(report, &|request| {
            request["method"] = "PUT".into();
            request["target"] = policy.clone().into();
        })),
        0
    );
}

#[test]
fn a_line_without_end_is_told_and_not_drawn() {
    let said = lint(&format!("title: \"{}\": x\n", "a".repeat(70_000)));
    assert!(said.len() < 2_000, "{}", said.len());
}

#[test]
fn a_secret_in_a_long_line_is_not_cut_into_one_that_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    let secret = mpuspec_mock::SECRET_KEY;
    for before in 940..960 {
        std::fs::write(&path, format!("level: {}{secret}\n", "a".repeat(before))).expect("written");
        let said = stderr(&mpuspec(&["lint", &path.display().to_string()]));
        assert!(!said.contains(&secret[..6]), "{before}: {said}");
    }
    // Messages are set in lines of about a hundred.
    for before in 50..110 {
        std::fs::write(&path, format!("level: {}{secret}\n", "a".repeat(before))).expect("written");
        let said = stderr(&mpuspec(&["lint", &path.display().to_string()]));
        assert!(!said.contains(&secret[..6]), "{before}: {said}");
    }
}

#[test]
fn no_piece_of_a_secret_is_shown_where_a_value_is_taken_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    let secret = "wJalrXUtnFEMIK7MDENG+bPxRfiCYEXAMPLEKEY";
    let (one, other) = secret.split_at(20);
    for text in [
        format!("{HEAD}steps:\n  - put_object: {{ key: a, size: \"{secret}\" }}\n"),
        format!("{HEAD}steps:\n  - put_object: {{ key: \"{one}\\\n      {other}\", sise: 1 }}\n"),
    ] {
        std::fs::write(&path, text).expect("written");
        let file = path.display().to_string();
        let output = crate::stage::command(folder.path())
            .args(["lint", &file])
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .output()
            .expect("it runs");
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(!said.contains(&secret[..8]) && said.contains("case.yaml:"), "{said}");
    }
}

#[test]
fn patterns_are_not_held_against_rows_for_hours() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let entries = |count: usize, length: usize| {
        let entry =
            |at: usize| format!("  \"*{at:03}{}\": {{ verdict: fail, why: x }}\n", "*aa".repeat(length / 3));
        format!("cases:\n{}", (0..count).map(entry).collect::<String>())
    };
    std::fs::write(file("long.yaml"), entries(100, 400)).expect("written");
    std::fs::write(file("r.json"), of_garage().to_string()).expect("written");
    let said = stderr(&mpuspec(&["report", &file("r.json"), "--baseline", &file("long.yaml")]));
    assert!(said.contains("its patterns have more than 20000 characters"), "{said}");
    std::fs::write(file("short.yaml"), entries(40, 400)).expect("written");
    let mut report = of_garage();
    for row in report["cases"].as_array_mut().expect("rows") {
        row["id"] = format!("x/{}", "a".repeat(1_900)).into();
    }
    std::fs::write(file("r.json"), report.to_string()).expect("written");
    let said = stderr(&mpuspec(&["report", &file("r.json"), "--baseline", &file("short.yaml")]));
    assert!(said.contains("its patterns are too long for so many rows of the report"), "{said}");
}

#[test]
fn a_ledger_of_larger_objects_than_a_run_keeps_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger.jsonl");
    let head = r#"{"run":"1","pid":1,"endpoint":"http://127.0.0.1:1","region":"r","addressing":"path","bucket":"b","own_bucket":false,"prefix":"mpuspec/1/"}"#;
    let entry = format!(
        "{{\"key\":\"mpuspec/1/a\",\"upload\":\"u\",\"etag\":\"e\",\"size\":{},\"sha256\":\"\",\"row\":\"a/b\"}}",
        1_u64 << 40
    );
    std::fs::write(&path, format!("{head}\n{entry}\n")).expect("written");
    let output = mpuspec(&["audit", &path.display().to_string()]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("line 2: no entry of a ledger"), "{}", stderr(&output));
}

#[test]
fn a_baseline_has_so_many_patterns_at_most() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("b.yaml");
    let entry = |at| format!("  \"**?{at}\": {{ verdict: fail, why: x }}\n");
    let text = format!("cases:\n{}", (0..1_001).map(entry).collect::<String>());
    std::fs::write(&path, text).expect("written");
    let output = mpuspec(&["run", "--mock", "--baseline", &path.display().to_string(), "complete/etag"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("more than 1000 patterns"), "{said}");
}

#[test]
fn a_long_chain_of_rows_that_block_each_other_has_one_cause() {
    let mut report = of_garage();
    report["findings"] = serde_json::json!([]);
    let mut row = report["cases"][0].clone();
    for list in ["exchanges", "steps", "sources", "notes"] {
        row[list] = serde_json::json!([]);
    }
    row["row"] = serde_json::Value::Null;
    let chain = (0..10_000).map(|at| {
        let mut row = row.clone();
        row["id"] = format!("a/{at}").into();
        row["verdict"] = if at == 0 { "fail" } else { "blocked" }.into();
        row["blocked_by"] = if at == 0 { serde_json::Value::Null } else { format!("a/{}", at - 1).into() };
        row
    });
    // The last comes first, so that each pass over them would take one.
    let mut chain: Vec<_> = chain.collect();
    chain.reverse();
    report["cases"] = chain.into();
    let read = mpuspec::internals::report::from_json(&report.to_string()).expect("it is a report");
    let causes = mpuspec::internals::cause::causes(&read);
    assert_eq!(causes.iter().map(mpuspec::internals::report::Cause::count).collect::<Vec<_>>(), [10_000]);
}

/// Makes each number as large as it can be, but for those that say how the file is read.
fn largest(value: &mut serde_json::Value) {
    const KEPT: [&str; 4] = ["schema_version", "exit", "status", "decided_by"];
    const OF_32_BITS: [&str; 8] =
        ["n", "line", "column", "length", "first_line", "rounds", "lawful", "found"];
    match value {
        serde_json::Value::Array(values) => values.iter_mut().for_each(largest),
        serde_json::Value::Object(entries) => {
            for (name, value) in entries.iter_mut().filter(|(name, _)| !KEPT.contains(&name.as_str())) {
                match value {
                    serde_json::Value::Number(_) if OF_32_BITS.contains(&name.as_str()) => {
                        *value = u32::MAX.into();
                    }
                    serde_json::Value::Number(number) if number.is_u64() && !name.contains('_') => {
                        *value = u64::MAX.into();
                    }
                    value => largest(value),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn what_columns_put_into_steps_counts_and_so_does_what_each_row_repeats() {
    let row = |at: usize| format!("  - {{ name: r{at}, keys: [{}] }}\n", "a, ".repeat(500));
    let each = format!("each:\n{}", (0..600).map(row).collect::<String>());
    let step = "  - delete_objects: { keys: $keys }\n    expect: ok\n";
    let said = lint(&format!("{HEAD}{each}steps:\n{step}"));
    assert!(said.contains("with what the columns put into them"), "{said}");
    let said =
        lint(&format!("{HEAD}about: {}\nsteps:\n  - put_object:\n    expect: ok\n", "a".repeat(2_001)));
    assert!(said.contains("up to 2000 characters: each row of the case has them in its report"), "{said}");
    let waits = "steps:\n  - together:\n      one: { put_object: , after: 60s }\n      other: { get_object: }\n    expect: linearizable\n";
    let said = lint(&format!("{HEAD}repeat: 200\n{waits}"));
    assert!(said.contains("it would wait for 12000 s; a file waits for up to 7200 s"), "{said}");
}

#[test]
fn a_reason_that_each_row_repeats_is_short() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("b.yaml");
    std::fs::write(&path, format!("cases:\n  \"**\": {{ verdict: fail, why: {} }}\n", "a".repeat(1_001)))
        .expect("written");
    let output = mpuspec(&["run", "--mock", "--baseline", &path.display().to_string(), "complete/etag"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("a reason has up to 1000 characters"), "{said}");
}

#[test]
fn who_asks_a_proxy_stands_in_no_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.json").display().to_string();
    let report = format!("json={path}");
    let proxy = "http://somebody:ppassw0rd99@127.0.0.1:1";
    let asked =
        ["run", "--endpoint", "http://127.0.0.1:1", "--create-bucket", "--proxy", proxy, "upload/simple"];
    let output = mpuspec(&[&asked[..], &["--report", &report]].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(!said.contains("ppassw0rd99") && !written.contains("ppassw0rd99"), "{said}");
    let called =
        ["run", "--endpoint", "http://127.0.0.1:1", "--callback-url", "http://somebody:ppassw0rd99@host:1"];
    let said = stderr(&mpuspec(&called));
    assert!(said.contains("it names no user and no password"), "{said}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_reads_files_of_others_has_a_bound_on_its_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let fifo = folder.path().join("case.yaml");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("it runs");
    assert!(made.success());
    let mut reads = std::process::Command::new(env!("CARGO_BIN_EXE_mpuspec"))
        .args(["lint", &fifo.display().to_string()])
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it runs");
    // It is open once both ends are: the bound is set by then.
    let write = std::fs::OpenOptions::new().write(true).open(&fifo).expect("opened");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", reads.id())).expect("it lives");
    drop(write);
    reads.wait().expect("it ended");
    let data = limits.lines().find(|line| line.starts_with("Max data size")).expect("there is one");
    assert!(data.split_whitespace().any(|word| word == "1073741824"), "{data}");
}
