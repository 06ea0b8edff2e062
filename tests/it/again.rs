use std::path::Path;

use mpuspec::internals::report::{Report, RowReport, Verdict, from_json, to_html, to_junit, to_markdown};
use mpuspec_mock::Mock;

use crate::stage::{command, defect, play, small, stderr, with_bucket};

const LIMITS: [&str; 2] = ["--limit", "min_part_size=2KiB"];

fn mock(name: &str) -> Mock {
    with_bucket(play(&small("aws-s3")).defect(defect(name)), "b")
}

fn read(file: &Path) -> Report {
    let report = from_json(&std::fs::read_to_string(file).expect("it was written")).expect("a report");
    // As the run itself had it.
    Report { was_read: false, ..report }
}

/// Runs in a folder, and gives the report with what was told.
fn run(folder: &Path, mock: &Mock, arguments: &[&str]) -> (Report, String) {
    let endpoint = mock.endpoint();
    let output = command(folder)
        .current_dir(folder)
        .args(arguments)
        .args([
            "--endpoint",
            &endpoint,
            "--provider",
            "aws-s3",
            "--bucket",
            "b",
            "--report",
            "json=first.json",
        ])
        .args(LIMITS)
        .output()
        .expect("it runs");
    let told = stderr(&output) + &String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}");
    (read(&folder.join("first.json")), told)
}

/// Types a command as it was shown, and gives the report.
fn type_in(folder: &Path, shown: &str) -> Report {
    let binary = Path::new(env!("CARGO_BIN_EXE_mpuspec"));
    let path = std::env::var("PATH").unwrap_or_default();
    let plain = command(folder);
    let mut shell = std::process::Command::new("sh");
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let output = shell
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", binary.parent().expect("a folder").display()))
        .args(["-c", &format!("{shown} --report json=second.json")])
        .output()
        .expect("there is a shell");
    assert_eq!(output.status.code(), Some(1), "{shown}\n{}", stderr(&output));
    read(&folder.join("second.json"))
}

/// Types the command of a row, and sees the row fail again.
fn repeats(folder: &Path, report: &Report, row: &RowReport, told: &str) {
    let shown = report.again(row).expect("it is known how");
    assert!(told.contains(&shown), "{shown} is not in\n{told}");
    let again = type_in(folder, &shown);
    let found = again.cases.iter().find(|other| other.name() == row.name());
    assert_eq!(found.map(|row| row.verdict), Some(row.verdict), "{shown}");
    assert_eq!(again.run.seed, report.run.seed);
}

#[test]
fn a_row_of_the_suite_and_of_ones_own_file_is_repeated_by_the_command_that_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = mock("accept-small-parts");
    let (report, told) = run(folder.path(), &wrong, &["run", "complete/part-too-small"]);
    repeats(folder.path(), &report, &report.cases[0], &told);

    std::fs::create_dir(folder.path().join("my cases")).expect("made");
    let text = "title: Small parts are refused\nlevel: MUST\nsource: [\"https://docs.example.org/parts\"]\neach:\n  - { name: tiny, size: 1 }\n  - { name: small, size: 7 }\nsteps:\n  - create_upload:\n  - upload_part: { number: 1, size: $size }\n  - upload_part: { number: 2 }\n  - complete_upload: { parts: [1, 2] }\n    expect: { error: any }\n";
    let file = "my cases/it's $mine.yaml";
    std::fs::write(folder.path().join(file), text).expect("written");
    let (report, told) = run(folder.path(), &wrong, &["run", file]);
    let small = report.cases.iter().find(|row| row.row.as_deref() == Some("small")).expect("a row");
    assert_eq!(
        small
            .reason
            .as_deref()
            .map(|reason| reason.starts_with("expected a refusal with a 4xx, got 200 success")),
        Some(true),
        "{:?}",
        small.reason
    );
    repeats(folder.path(), &report, small, &told);
    let again = type_in(folder.path(), &report.again(small).expect("it is known how"));
    assert_eq!(again.cases.len(), 1, "the row alone");

    // A folder of cases is named again as it was.
    let (report, told) = run(folder.path(), &wrong, &["run", "**/*mine", "--cases", "my cases"]);
    repeats(folder.path(), &report, &report.cases[0], &told);

    // Every format shows the same command.
    let shown = report.again(&report.cases[0]).expect("it is known how");
    assert!(to_markdown(&report).contains(&shown));
    for text in [to_junit(&report), to_html(&report)] {
        let text = text.replace("&#x27;", "'").replace("&apos;", "'").replace("&#x2f;", "/");
        assert!(text.contains(&shown), "{shown}\n{text}");
    }
}

#[test]
fn what_exploring_found_is_repeated_by_the_command_that_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = mock("second-completion-empties");
    for arguments in [
        &["explore", "--seed", "4f1a", "--explore", "25", "--save", "found"][..],
        &["run", "upload/simple", "--seed", "4f1a", "--explore", "25"],
    ] {
        let (report, told) = run(folder.path(), &wrong, arguments);
        let row = report.cases.iter().find(|row| row.id == "explore/sequences").expect("it is there");
        assert_eq!(row.verdict, Verdict::Fail);
        let shown = report.again(row).expect("it is known how");
        let again = type_in(folder.path(), &shown);
        let found = again.cases.iter().find(|row| row.id == "explore/sequences").expect("it is there");
        assert_eq!(found.verdict, Verdict::Fail, "{shown}");
        let kinds = |report: &Report| report.findings.iter().map(|finding| finding.kind).min();
        assert_eq!(kinds(&again), kinds(&report), "{shown}");

        let finding = &report.findings[0];
        let shown = report.again_of_finding(finding).expect("it is known how");
        assert!(told.contains(&shown), "{shown} is not in\n{told}");
        assert!(to_markdown(&report).contains(&shown) && to_junit(&report).contains("repeat "), "{shown}");
        if finding.was_saved() {
            let again = type_in(folder.path(), &shown);
            assert_eq!(again.cases[0].file, *finding.saved.as_ref().expect("it was saved"));
            repeats(folder.path(), &again, &again.cases[0], &format!("{:?}", again.again(&again.cases[0])));
        }
    }
}

#[test]
fn a_lost_object_is_repeated_by_the_command_that_is_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = mock("late-abort-deletes-later");
    for arguments in [
        &["run", "abort/after-complete", "upload/simple", "--settle", "1s"][..],
        &["explore", "--seed", "4f1a", "--explore", "30", "--settle", "1s"],
    ] {
        let (report, told) = run(folder.path(), &wrong, arguments);
        let row = report.cases.iter().find(|row| row.area == "audit").expect("it was audited");
        assert_eq!(row.verdict, Verdict::Fail, "{told}");
        repeats(folder.path(), &report, row, &told);
    }
}
