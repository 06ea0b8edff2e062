use std::path::Path;

use mpuspec::internals::report::{News, Report, Verdict, from_json};
use mpuspec_mock::Mock;

use crate::stage::{defect, mpuspec, small, stderr};

fn mock(defects: &[&str]) -> Mock {
    let builder = Mock::builder().provider(small("aws-s3"));
    let builder = defects.iter().fold(builder, |builder, name| builder.defect(defect(name)));
    builder.start().expect("it starts")
}

/// Runs the completions against a mock; gives exit code, what was told, and the report.
fn run(mock: &Mock, folder: &Path, more: &[&str]) -> (Option<i32>, String, Report) {
    let file = folder.join("run.json").display().to_string();
    let (endpoint, written) = (mock.endpoint(), format!("json={file}"));
    let fixed = ["run", "complete/*", "--endpoint", &endpoint, "--provider", "aws-s3", "--report", &written];
    let limits = ["--limit", "min_part_size=2KiB", "--limit", "list_parts_page=20"];
    let output = mpuspec(&[&fixed, &limits[..], more].concat());
    let told = stderr(&output) + &String::from_utf8_lossy(&output.stdout);
    let report = from_json(&std::fs::read_to_string(&file).expect("it was written")).expect("a report");
    (output.status.code(), told, report)
}

const KNOWN: &str = "accept-small-parts";
const NEWS: &str = "ignore-listed-etags";

#[test]
fn a_baseline_makes_a_red_server_green_and_one_new_defect_makes_it_red_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (exit, told, report) = run(&mock(&[KNOWN]), folder.path(), &[]);
    assert_eq!(exit, Some(1), "{told}");
    let failed = report.cases.iter().filter(|row| row.verdict.counts_against()).count();

    let drafted = mpuspec(&["baseline", "init", &path("run.json")]);
    assert_eq!(drafted.status.code(), Some(0));
    let draft = String::from_utf8_lossy(&drafted.stdout).into_owned();
    assert!(draft.contains("    verdict: fail\n    judged: open\n    why: TODO\n"), "{draft}");
    std::fs::write(path("b.yaml"), &draft).expect("it can be written");
    let baseline = path("b.yaml");

    let (exit, told, report) = run(&mock(&[KNOWN]), folder.path(), &["--baseline", &baseline]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.contains("no reason is written yet for complete/part-too-small[one-byte-short]"), "{told}");
    assert!(told.contains("as the baseline has it") && told.contains("nothing new (exit 0)"), "{told}");
    assert_eq!(report.baseline.as_ref().map(|held| held.known.len()), Some(failed));
    assert_eq!(report.conformant, Some(false), "known is not kept");

    // The first row that fails ends a run; a known one does not.
    let (exit, told, _) = run(&mock(&[KNOWN]), folder.path(), &["--baseline", &baseline, "--fail-fast"]);
    assert_eq!(exit, Some(0), "{told}");

    let (exit, told, report) = run(&mock(&[KNOWN, NEWS]), folder.path(), &["--baseline", &baseline]);
    assert_eq!(exit, Some(1), "{told}");
    let held = report.baseline.as_ref().expect("it was held");
    assert!(!held.new.is_empty() && held.known.len() == failed, "{held:?}");
    let row = report.cases.iter().find(|row| row.name() == held.new[0]).expect("a row");
    assert_eq!(row.standing.as_ref().map(|standing| standing.news), Some(News::New));
    assert!(!told.contains("── FAIL  complete/part-too-small"), "what is known is not told in full: {told}");
    let page = mpuspec(&["report", &path("run.json"), "--md", &path("r.md"), "--junit", &path("r.xml")]);
    assert_eq!(page.status.code(), Some(0));
    let read = |name: &str| std::fs::read_to_string(path(name)).expect("it was written");
    assert!(read("r.md").contains("## Baseline\n\n- new, "), "{}", read("r.md"));
    assert!(read("r.xml").contains("message=\"known: fail: TODO\""), "{}", read("r.xml"));
}

#[test]
fn what_passes_though_listed_and_what_names_no_row_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let entry = |name: &str| format!("  \"{name}\": {{ verdict: fail, why: a reason }}\n");
    let write = |entries: &[&str], head: &str| {
        let text = format!("{head}cases:\n{}", entries.iter().map(|name| entry(name)).collect::<String>());
        std::fs::write(path("b.yaml"), text).expect("it can be written");
    };
    let good = mock(&[]);
    let baseline = path("b.yaml");

    write(&["complete/part-too-small[one-byte-short]"], "");
    let (exit, told, _) = run(&good, folder.path(), &["--baseline", &baseline]);
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains("1 row passes though listed"), "{told}");
    assert!(told.contains("complete/part-too-small[one-byte-short] passes: take it out"), "{told}");

    // What was not run proves nothing; what is no row anywhere is stale, but for what stands beside.
    write(&["upload/number-out-of-range[empty]", "explore/sequences"], "");
    let (exit, told, _) = run(&good, folder.path(), &["--baseline", &baseline]);
    assert_eq!(exit, Some(0), "{told}");
    write(&["complete/part-to-small[single-byte]"], "");
    let (exit, told, _) = run(&good, folder.path(), &["--baseline", &baseline]);
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains("did you mean `complete/part-too-small[single-byte]`?"), "{told}");
    assert!(told.contains("1 entry names no row"), "{told}");

    // Every case is newer than this suite.
    write(&["explore/sequences"], "suite: 0.0.1\n");
    let red = mock(&[KNOWN]);
    let (exit, told, report) = run(&red, folder.path(), &["--baseline", &baseline]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(report.baseline.is_some_and(|held| !held.new_in_suite.is_empty()));
    let (exit, told, _) = run(&red, folder.path(), &["--baseline", &baseline, "--strict-new"]);
    assert_eq!(exit, Some(1), "{told}");

    std::fs::write(&baseline, "cases:\n  a/b: { verdict: fial, why: x }\n").expect("it can be written");
    let output = mpuspec(&["run", "--baseline", &baseline]);
    assert_eq!(output.status.code(), Some(2));
    let told = stderr(&output);
    assert!(told.contains("b.yaml:2:19") && told.contains("did you mean `fail`?"), "{told}");
}

#[test]
fn an_update_rewrites_verdicts_and_keeps_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (_, _, report) = run(&mock(&[KNOWN]), folder.path(), &[]);
    let broken = "complete/part-too-small[single-byte]";
    assert!(report.cases.iter().any(|row| row.name() == broken && row.verdict == Verdict::Fail));
    let text = "\
# Ours.
server: it
cases:
  # A comment that stays.
  \"complete/part-too-small[single-byte]\":
    verdict: blocked # for now
    why: \"in our own words\"
    link: https://example.test/1

  complete/no-such-row:
    verdict: fail
    why: gone
  upload/simple:
    verdict: fail
    why: was not run
left: nothing
";
    std::fs::write(path("b.yaml"), text).expect("it can be written");
    let output = mpuspec(&["baseline", "update", &path("b.yaml"), &path("run.json")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let updated = std::fs::read_to_string(path("b.yaml")).expect("it is there");
    for piece in [
        "# Ours.\nserver: it\nsuite: \"",
        "  # A comment that stays.\n  \"complete/part-too-small[single-byte]\":\n    verdict: fail # for now\n    why: \"in our own words\"\n    link: https://example.test/1\n",
        "  \"complete/part-too-small[one-byte-short]\":\n",
        "  upload/simple:\n    verdict: fail\n    why: was not run\n",
        "left: nothing\n",
    ] {
        assert!(updated.contains(piece), "{piece}\n{updated}");
    }
    assert!(!updated.contains("no-such-row"), "{updated}");
    let again = mpuspec(&["baseline", "update", &path("b.yaml"), &path("run.json")]);
    assert!(String::from_utf8_lossy(&again.stdout).contains("0 added, 0 removed, 0 changed"));
    assert_eq!(std::fs::read_to_string(path("b.yaml")).expect("it is there"), updated);
}
