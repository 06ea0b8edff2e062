use std::collections::BTreeSet;
use std::path::Path;

use mpuspec::internals::report::{Report, RowReport, Verdict, from_json};
use mpuspec_mock::Mock;
use serde_json::Value;

use crate::stage::{defect, mpuspec, small, stderr};

const LIMITS: [&str; 6] =
    ["--limit", "min_part_size=2KiB", "--limit", "list_parts_page=20", "--limit", "list_uploads_page=20"];

fn mock(wrong: Option<&str>) -> Mock {
    let builder = Mock::builder().provider(small("aws-s3"));
    match wrong {
        Some(name) => builder.defect(defect(name)),
        None => builder,
    }
    .start()
    .expect("it starts")
}

/// Runs against a mock as `aws-s3`; gives exit code, what was told, and the report.
fn run(mock: &Mock, file: &Path, more: &[&str]) -> (Option<i32>, String, Option<Report>) {
    let (endpoint, written) = (mock.endpoint(), format!("json={}", file.display()));
    let fixed =
        ["run", "--endpoint", &endpoint, "--provider", "aws-s3", "--report", &written, "--explore", "0"];
    let output = mpuspec(&[&fixed, &LIMITS[..], more].concat());
    let told = stderr(&output) + &String::from_utf8_lossy(&output.stdout);
    let report = std::fs::read_to_string(file).ok().map(|text| from_json(&text).expect("a report"));
    (output.status.code(), told, report)
}

fn names(report: &Report, fits: impl Fn(Verdict) -> bool) -> BTreeSet<String> {
    report.cases.iter().filter(|row| fits(row.verdict)).map(RowReport::name).collect()
}

#[test]
fn only_what_came_to_no_good_end_is_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let (exit, told, first) = run(&mock(Some("accept-small-parts")), &file("1"), &["--seed", "s1"]);
    assert_eq!(exit, Some(1), "{told}");
    let broken = names(&first.expect("written"), Verdict::counts_against);
    assert!(!broken.is_empty());

    let earlier = file("1").display().to_string();
    let (exit, told, second) = run(&mock(None), &file("2"), &["--rerun", &earlier]);
    assert_eq!(exit, Some(0), "{told}");
    let second = second.expect("written");
    assert_eq!(names(&second, |_| true), broken);
    assert_eq!(second.run.seed, "s1");

    // Beside patterns, both have to fit.
    let (exit, told, third) =
        run(&mock(None), &file("3"), &["--rerun", &earlier, "*/part-too-small[single-byte]"]);
    assert_eq!(exit, Some(0), "{told}");
    assert_eq!(third.expect("written").cases.len(), 1);
    let (exit, told, none) = run(&mock(None), &file("4"), &["--rerun", &earlier, "upload/simple"]);
    assert_eq!((exit, none.is_none()), (Some(4), true), "{told}");

    // The last run had nothing left to run again.
    let good = file("2").display().to_string();
    let (exit, told, none) = run(&mock(None), &file("5"), &["--rerun", &good]);
    assert_eq!((exit, none.is_none()), (Some(0), true), "{told}");
    assert!(told.contains("nothing to run again"), "{told}");

    let output = mpuspec(&[
        "run",
        "--provider",
        "generic",
        "--endpoint",
        "http://127.0.0.1:1",
        "--rerun",
        &earlier,
        "--dry-run",
    ]);
    assert!(stderr(&output).contains("judged by the promises of aws-s3"), "{}", stderr(&output));
}

#[test]
fn a_run_goes_again_where_it_went() {
    let folder = tempfile::tempdir().expect("a folder");
    let (wrong, good) = (mock(Some("accept-small-parts")), mock(None));
    let first = folder.path().join("1");
    let (exit, told, _) = run(&wrong, &first, &["complete/part-too-small"]);
    assert_eq!(exit, Some(1), "{told}");
    let path = first.display().to_string();

    // Neither the mock nor what the environment names, which would both be green.
    let state = tempfile::tempdir().expect("a folder");
    let again = |more: &[&str]| {
        let mut command = crate::stage::command(state.path());
        command.env("AWS_ENDPOINT_URL", good.endpoint()).args(["run", "--rerun", &path]).args(more);
        let output = command.output().expect("it runs");
        (output.status.code(), stderr(&output) + &String::from_utf8_lossy(&output.stdout))
    };
    let (exit, told) = again(&[]);
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains(&format!("target  {}", wrong.endpoint())), "{told}");
    assert!(told.contains("provider aws-s3") && told.contains("size = min_part_size - 1"), "{told}");
    assert!(!told.contains("5242879"), "the limits are those of then: {told}");
    assert!(told.contains("endpoint from the earlier run"), "{told}");
    // What is said now counts.
    let (exit, told) = again(&["--mock"]);
    assert_eq!(exit, Some(0), "{told}");
    let (exit, told) = again(&["--endpoint", &good.endpoint(), "--provider", "aws-s3", LIMITS[0], LIMITS[1]]);
    assert_eq!(exit, Some(0), "{told}");

    // A report that is older than the options in it is gone by what else it says.
    let mut value: Value =
        serde_json::from_str(&std::fs::read_to_string(&first).expect("a text")).expect("JSON");
    value["run"].as_object_mut().expect("a mapping").remove("repeat");
    std::fs::write(&first, value.to_string()).expect("written");
    let (exit, told) = again(&[]);
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains(&format!("target  {}", wrong.endpoint())), "{told}");
}

#[test]
fn another_machine_is_gone_to_again_only_when_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("r.json");
    let (exit, told, _) = run(&mock(Some("accept-small-parts")), &file, &["complete/part-too-small"]);
    assert_eq!(exit, Some(1), "{told}");
    let mut value: Value =
        serde_json::from_str(&std::fs::read_to_string(&file).expect("a text")).expect("JSON");
    let options = value["run"]["repeat"]["options"].as_array_mut().expect("a list");
    options[1] = "http://s3.example.invalid".into();
    options.extend(["--bucket".into(), "b".into()]);
    std::fs::write(&file, value.to_string()).expect("written");
    let path = file.display().to_string();
    let output = mpuspec(&["run", "--rerun", &path, "complete/*", "--strict"]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    let shown = told.lines().last().expect("a line").trim();
    for piece in [
        &format!("mpuspec run --rerun {path} 'complete/*' --strict"),
        "--endpoint http://s3.example.invalid",
        "--provider aws-s3",
        "--bucket b",
        "--limit min_part_size=2KiB",
    ] {
        assert!(shown.contains(piece), "{piece}: {told}");
    }
    let typed: Vec<String> =
        shown.split(' ').skip(1).map(|word| word.trim_matches('\'').to_owned()).collect();
    let words: Vec<&str> = typed.iter().map(String::as_str).chain(["--dry-run"]).collect();
    let output = mpuspec(&words);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn what_was_explored_and_what_was_lost_is_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = crate::stage::play(&small("aws-s3")).defect(defect("late-abort-deletes-later")).start();
    let endpoint = wrong.as_ref().expect("it starts").endpoint();
    let file = |name: &str| folder.path().join(name).display().to_string();
    for (at, arguments) in [
        &["run", "abort/after-complete", "upload/simple", "--settle", "1s"][..],
        &["explore", "--explore", "45", "--seed", "4f1a", "--settle", "1s"],
    ]
    .into_iter()
    .enumerate()
    {
        let (first, second) = (file(&format!("a{at}")), file(&format!("b{at}")));
        let place = ["--endpoint", &endpoint, "--report", &format!("json={first}"), LIMITS[0], LIMITS[1]];
        let output = mpuspec(&[arguments, &place].concat());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let output = mpuspec(&["run", "--rerun", &first, "--report", &format!("json={second}")]);
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let read =
            |file: &str| from_json(&std::fs::read_to_string(file).expect("written")).expect("a report");
        let (first, second) = (read(&first), read(&second));
        let lost = |report: &Report| names(report, Verdict::counts_against);
        // Which of the two rows meets what is deleted later is a matter of time.
        assert!(!lost(&first).is_disjoint(&lost(&second)), "{:?} {:?}", lost(&first), lost(&second));
        assert_eq!(first.run.repeat.exploring, second.run.repeat.exploring);
        assert_eq!(first.run.repeat.settling, second.run.repeat.settling);
        assert!(!names(&second, |_| true).contains("upload/simple"), "it lost nothing");
    }
}

#[test]
fn a_run_of_the_bundled_mock_goes_there_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let case = folder.path().join("own.yaml");
    let text = "title: A title\nlevel: MUST\nsource: [\"https://docs.example.org\"]\nsteps:\n  - create_upload:\n    expect: { error: any }\n";
    std::fs::write(&case, text).expect("written");
    let (case, file) = (case.display().to_string(), folder.path().join("r.json").display().to_string());
    let output = mpuspec(&["run", &case, "--provider", "storj", "--report", &format!("json={file}")]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let state = tempfile::tempdir().expect("a folder");
    let mut again = crate::stage::command(state.path());
    again.env("AWS_ENDPOINT_URL", "http://127.0.0.1:1").args(["run", "--rerun", &file, &case]);
    let output = again.output().expect("it runs");
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the bundled mock as Storj") && !told.contains("no row of any case"), "{told}");
}

/// A report can be anybody's, and so can what lies where it says that a case is.
#[test]
fn a_report_brings_no_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let planted = folder.path().join("planted.yaml");
    std::fs::write(&planted, "never read").expect("written");
    for named in [planted.display().to_string(), "/proc/self/environ".to_owned(), "a\n::error::b".to_owned()]
    {
        let file = written(folder.path(), |report| {
            report["cases"][0]["verdict"] = "fail".into();
            report["cases"][0]["file"] = named.clone().into();
            report["run"]["repeat"]["files"] = vec![named.clone()].into();
        });
        let output = mpuspec(&["run", "--rerun", &file]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(
            told.contains("which a report cannot ask for; to run them again, name the files too"),
            "{told}"
        );
        assert!(
            !told.contains("never read") && !told.contains("PATH=") && told.lines().count() == 1,
            "{told}"
        );
    }
}

/// A report of one row, changed by hand.
fn written(folder: &Path, change: impl Fn(&mut Value)) -> String {
    let json = folder.join("made.json");
    let (exit, told, _) = run(&mock(None), &json, &["upload/simple"]);
    assert_eq!(exit, Some(0), "{told}");
    let mut value: Value =
        serde_json::from_str(&std::fs::read_to_string(&json).expect("a text")).expect("JSON");
    change(&mut value);
    std::fs::write(&json, value.to_string()).expect("written");
    json.display().to_string()
}

/// Reports come from others: what one of them says is run by nobody who did not type it.
#[test]
fn a_report_cannot_ask_for_a_command_a_file_or_a_proxy() {
    let folder = tempfile::tempdir().expect("a folder");
    let trap = folder.path().join("trap");
    let command = format!("touch {}", trap.display());
    for (place, words) in [
        ("options", vec!["--mock", "--restart-command", &command]),
        ("settling", vec!["--settle-command", &command]),
        ("options", vec!["--endpoint", "http://127.0.0.1:1", "--proxy", "http://127.0.0.1:2"]),
        ("options", vec!["--endpoint", "https://127.0.0.1:1", "--insecure"]),
        ("options", vec!["--mock", "--provider", "/etc/passwd"]),
        ("options", vec!["--mock", "--cases", "/etc"]),
    ] {
        let file = written(folder.path(), |report| {
            report["cases"][0]["verdict"] = "fail".into();
            let mut audit = report["cases"][0].clone();
            audit["id"] = "audit/acknowledged-object-lost".into();
            audit["row"] = Value::Null;
            report["cases"].as_array_mut().expect("rows").push(audit);
            report["run"]["repeat"][place] = words.clone().into();
        });
        let output = mpuspec(&["run", "--rerun", &file]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {told}");
        assert!(
            told.contains("which a report cannot ask for; to run there again, type"),
            "{words:?}: {told}"
        );
        assert!(!trap.exists(), "{words:?}");
        // Nor is it pasted from there.
        assert!(!told.contains("touch"), "{words:?}: {told}");
    }
}

/// Time and memory are whose machine it is.
#[test]
fn a_report_cannot_ask_for_hours() {
    let folder = tempfile::tempdir().expect("a folder");
    for (id, place, words) in [
        ("explore/histories", "exploring", vec!["--explore", "10", "--soak", "1000h"]),
        ("explore/histories", "exploring", vec!["--explore", "900000"]),
        ("explore/histories", "exploring", vec!["--explore", "10", "--budget", "900GiB"]),
        ("audit/acknowledged-object-lost", "settling", vec!["--settle", "1000h"]),
        ("audit/acknowledged-object-lost", "options", vec!["--mock", "--timeout", "2400h"]),
    ] {
        let file = written(folder.path(), |report| {
            report["cases"][0]["verdict"] = "fail".into();
            let mut beside = report["cases"][0].clone();
            beside["id"] = id.into();
            beside["row"] = Value::Null;
            report["cases"].as_array_mut().expect("rows").push(beside);
            report["run"]["repeat"]["options"] = vec!["--mock"].into();
            report["run"]["repeat"][place] = words.clone().into();
        });
        let output = mpuspec(&["run", "--rerun", &file]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {told}");
        assert!(told.contains("than a report can ask for; to run there again, type"), "{words:?}: {told}");
    }
    let output = mpuspec(&["explore", "--explore", "4000000000"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
}

#[test]
fn a_report_that_does_not_fit_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("junk"), "not JSON").expect("written");
    std::fs::write(path("other"), "{\"a\": 1}").expect("written");
    std::fs::write(path("newer"), "{\"schema_version\": 3}").expect("written");
    std::fs::write(path("half"), "{\"schema_version\": 1, \"complete\": true}").expect("written");
    for (name, message) in [
        ("missing", "No such file"),
        ("junk", "no JSON report of mpuspec: expected"),
        ("other", "no JSON report of mpuspec: it has no schema_version"),
        ("newer", "it has schema_version 3, and this mpuspec reads up to 2"),
        ("half", "no JSON report of mpuspec: missing field"),
    ] {
        let file = path(name);
        let output = mpuspec(&["run", "--rerun", &file]);
        let told = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{name}: {told}");
        assert!(told.contains(&format!("--rerun {file}: ")) && told.contains(message), "{name}: {told}");
    }
}

#[test]
fn rows_that_are_gone_are_told_and_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (gone, out) = ("warning: ", folder.path().join("out"));
    let file = written(folder.path(), |value| {
        let row = &mut value["cases"][0];
        row["verdict"] = "blocked".into();
        let mut other = row.clone();
        // A case that had rows once is not the case without rows.
        other["row"] = "once".into();
        value["cases"].as_array_mut().expect("a list").push(other);
    });
    let (exit, told, report) = run(&mock(None), &out, &["--rerun", &file]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.contains(gone) && told.contains("names upload/simple[once], which is no row"), "{told}");
    assert_eq!(names(&report.expect("written"), |_| true), ["upload/simple".to_owned()].into());

    let file = written(folder.path(), |value| {
        value["cases"][0]["verdict"] = "error".into();
        value["cases"][0]["id"] = "upload/gone".into();
    });
    let output = mpuspec(&["run", "--rerun", &file]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert!(stderr(&output).contains("none of the rows to run again is there"), "{}", stderr(&output));
}

#[test]
fn a_partial_report_without_failures_is_no_success() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = written(folder.path(), |value| {
        value["complete"] = false.into();
        value["exit"] = 130.into();
        value["not_run"] = serde_json::json!(["upload/overwrite-part"]);
    });
    let output = mpuspec(&["run", "--rerun", &file]);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(4), "{told}");
    assert!(told.contains("ended before 1 rows were run") && told.contains("nothing to run again"), "{told}");
}

#[test]
fn fail_fast_ends_at_the_first_row_that_decides() {
    let folder = tempfile::tempdir().expect("a folder");
    let mock = mock(Some("accept-small-parts"));
    let (exit, told, report) = run(&mock, &folder.path().join("r"), &["--fail-fast", "--jobs", "1"]);
    assert_eq!(exit, Some(1), "{told}");
    let report = report.expect("written");
    assert_eq!(names(&report, Verdict::counts_against).len(), 1, "one at a time, the first ends it");
    assert_eq!((report.complete, report.conformant, report.exit), (false, Some(false), 1));
    assert!(!report.not_run.is_empty());
    assert_eq!(report.cases.len() + report.not_run.len(), crate::stage::catalogue().row_ids().count());
    assert!(report.conclusion.ends_with("stopped there, so the report is partial"), "{}", report.conclusion);
    assert!(report.cleanup.left.is_empty() && report.cleanup.trouble.is_empty(), "{:?}", report.cleanup);
    assert!(told.contains(&format!("not run {} more rows", report.not_run.len())), "{told}");

    // Whoever does not fail is not stopped.
    let (exit, told, report) = run(&mock, &folder.path().join("s"), &["--fail-fast", "upload/simple"]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(report.expect("written").complete);
}
