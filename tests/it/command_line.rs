use std::path::Path;

use mpuspec_mock::Mock;

use crate::stage::{mpuspec, stderr, with_bucket};

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("written");
    path.display().to_string()
}

const HEAD: &str =
    "title: A title\nlevel: MUST\nsource: [\"aws/ListParts#answer\"]\nsteps:\n  - create_upload:\n";

/// Each slip with the line and column at which it is told, and a word of the message.
const SLIPS: &[(&str, &str, &str)] = &[
    ("  - uplaod_part: { number: 1 }\n    expect: ok\n", "6:5", "did you mean `upload_part`?"),
    (
        "  - upload_part: { number: 1, size: min_prt_size - 1 }\n    expect: ok\n",
        "6:37",
        "did you mean `min_part_size`?",
    ),
    ("  - upload_part: { number: 1, size: 5 MiBs }\n    expect: ok\n", "6:37", "unknown unit `MiBs`"),
    ("  - list_parts:\n    get_object:\n    expect: ok\n", "7:5", "a step does one thing"),
    ("  - list_parts:\n    expect: NoSuchUpload\n", "7:13", "write { error: NoSuchUpload }"),
    ("  - complete_upload: { part: [1, 2] }\n    expect: ok\n", "6:24", "did you mean `parts`?"),
    ("  - list_parts: { upload: B }\n    expect: ok\n", "6:27", "no step before this one is named `B`"),
    ("  - list_parts:\n    expect: { error: NoSuchUplod }\n", "7:22", "did you mean `NoSuchUpload`?"),
    ("  - upload_part: { number: $nmber }\n    expect: ok\n", "6:28", "there is no column `nmber`"),
    ("  - list_parts: [1\n    expect: ok\n", "7:11", "did not find expected"),
    ("  - list_parts:\n    expect: ok\n  - restart:\n    expect: ok\n", "9:5", "a restart has no answer"),
    (
        "  - together:\n      a: { list_parts: {} }\n      b: { restart: {} }\n    expect: linearizable\n",
        "8:12",
        "a restart stands between steps",
    ),
];

#[test]
fn slips_are_told_with_their_place() {
    let folder = tempfile::tempdir().expect("a folder");
    for (at, (steps, place, message)) in SLIPS.iter().enumerate() {
        let file = write(folder.path(), &format!("slip{at}.yaml"), &format!("{HEAD}{steps}"));
        let output = mpuspec(&["run", &file]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(
            told.contains(&format!("slip{at}.yaml:{place}")) && told.contains(message),
            "{steps}\n{told}"
        );
        assert!(told.contains("1 mistake"), "one message a mistake:\n{told}");
    }
}

#[test]
fn several_slips_of_a_file_are_told_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "titel: x\ntitle: A title\nlevel: MUSST\nsource: []\nsteps:\n  - create_uplod:\n  - upload_part: { number: 1, size: 5MB }\n    expect: ok\n";
    let file = write(folder.path(), "four.yaml", text);
    let output = mpuspec(&["lint", &file]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    for place in ["four.yaml:1:1", "four.yaml:3:8", "four.yaml:6:5", "four.yaml:7:37", "4 mistakes"] {
        assert!(told.contains(place), "{place}:\n{told}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    for (arguments, message) in [
        (vec!["run", "complete/part-too-smal"], "did you mean `complete/part-too-small`?"),
        (vec!["run", "--provider", "aws-s4"], "did you mean `aws-s3`?"),
        (vec!["run", "--limit", "min_prt_size=1"], "did you mean `min_part_size`?"),
        (vec!["run", "--limit", "min_part_size=5 MiBs"], "unknown unit"),
        (vec!["run", "--report", "pdf=x"], "no format `pdf`"),
        (vec!["run", "--report", "json=/no/such/folder/x"], "the folder is not there"),
        (vec!["run", "--endpoint", "ftp://x"], "http://HOST:PORT"),
        (
            vec!["run", "--endpoint", "http://localhost:1", "--endpoint", "https://localhost:2"],
            "all by http or all by https",
        ),
        (vec!["run", "--restart-command", "true"], "--endpoint"),
        (vec!["run", "--endpoint", "http://s3.example.com"], "--bucket"),
        (vec!["run", "--endpoint", "http://localhost:1", "--bucket", "b?acl"], "is no name of a bucket"),
        (
            vec!["run", "--endpoint", "http://127.0.0.1:1", "--bucket", "b", "--addressing", "virtual"],
            "use --addressing path",
        ),
        (vec!["run", "--area", "nowhere"], "no such area"),
        (vec!["run", "--skip", "aut"], "did you mean `auth`?"),
        (vec!["explore", "--skip", "auth"], "explore runs no cases"),
        (vec!["mock", "--defect", "accept-small-prts"], "did you mean `accept-small-parts`?"),
    ] {
        let output = mpuspec(&arguments);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
    }
}

#[test]
fn an_endpoint_that_cannot_be_used_ends_with_3() {
    let mock = with_bucket(Mock::builder(), "there");
    let endpoint = mock.endpoint();
    for (arguments, message) in [
        (vec!["run", "--endpoint", "http://127.0.0.1:1"], "check host and port"),
        (vec!["run", "--endpoint", &endpoint, "--bucket", "not-there"], "there is no bucket not-there"),
        (vec!["run", "--endpoint", &endpoint, "--bucket", "there", "--region", "eu-west-1"], "set --region"),
        (
            vec!["run", "--endpoint", &endpoint.replace("http:", "https:"), "--bucket", "there"],
            "cannot be used",
        ),
    ] {
        let output = mpuspec(&arguments);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {told}");
        assert!(told.contains(message), "{arguments:?}: {told}");
        assert!(!told.contains(mpuspec_mock::SECRET_KEY), "{told}");
    }
    let state = tempfile::tempdir().expect("a folder");
    let mut command = crate::stage::command(state.path());
    command.env("AWS_SECRET_ACCESS_KEY", "a-wrong-secret").args([
        "run",
        "--endpoint",
        &endpoint,
        "--bucket",
        "there",
    ]);
    let output = command.output().expect("it runs");
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("SignatureDoesNotMatch") && !told.contains("a-wrong-secret"), "{told}");
}

#[test]
fn a_run_that_judged_nothing_is_no_success() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |level: &str, source: &str, more: &[&str]| {
        let text = format!(
            "title: A title\nlevel: {level}\nsource: [\"{source}\"]\nsteps:\n  - create_upload:\n    expect: ok\n"
        );
        let file = write(folder.path(), "own.yaml", &text);
        let output = mpuspec(&[&["run", "--mock", &file], more].concat());
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output))
    };
    let own = "https://docs.example.org";
    assert_eq!(run("MUST", own, &[]).0, Some(0));
    // What is only recorded judges nothing.
    let (exit, told) = run("INFO", own, &[]);
    assert_eq!(exit, Some(5), "{told}");
    assert!(told.contains("nothing failed, and no MUST row was judged (exit 5)"), "{told}");
    let (exit, told) = run("SHOULD", own, &[]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.contains("nothing failed, and no MUST row was judged (exit 0)"), "{told}");
    let baseline = write(folder.path(), "known.yaml", "server: ours\nsuite: 0.1.0\ncases: {}\n");
    let (exit, told) = run("INFO", own, &["--baseline", &baseline]);
    assert_eq!(exit, Some(5), "{told}");
}

#[test]
fn a_dry_run_prints_the_plan_and_sends_nothing() {
    let output = mpuspec(&["run", "--endpoint", "http://s3.example.invalid", "--bucket", "b", "--dry-run"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(told.contains("plan") && told.contains("upload/simple"), "{told}");
    assert!(told.contains("n/a    list-parts/over-the-default-page"), "{told}");
}

#[test]
fn a_full_run_stays_below_what_a_live_endpoint_allows() {
    for provider in ["generic", "alibaba-oss"] {
        let endpoint = "http://storage.example.invalid";
        let target = ["--endpoint", endpoint, "--provider", provider, "--bucket", "b"];
        let output = mpuspec(&[&["run", "--dry-run"], &target[..]].concat());
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let numbers: Vec<u64> = told
            .lines()
            .next()
            .unwrap_or_default()
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|number| number.parse().ok())
            .collect();
        let [_, _, requests, most_requests, bytes, most_bytes] = numbers[..] else { panic!("{told}") };
        assert!(requests < most_requests && bytes < most_bytes, "{provider}: {told}");
    }
}

#[test]
fn the_report_agrees_with_its_schema() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("r.json");
    let report = format!("json={}", file.display());
    let output = mpuspec(&["run", "--limit", "min_part_size=2KiB", "--report", &report, "complete/*"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let value: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&file).expect("written")).expect("JSON");
    let validator =
        jsonschema::validator_for(&mpuspec::internals::report::report_schema()).expect("a schema");
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/report.schema.json");
    let schema = format!("{:#}\n", mpuspec::internals::report::report_schema());
    if std::env::var_os("MPUSPEC_BLESS").is_some() {
        std::fs::write(&path, &schema).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == schema, "run `mpuspec schema report > reports/report.schema.json`");
}
