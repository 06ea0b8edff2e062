use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mpuspec::internals::report::{
    Audit, Explanation, Finding, FindingKind, LostObject, Matrix, Report, Verdict, curl_script, from_json,
    matrix_html, matrix_markdown, to_html, to_json,
};
use mpuspec_mock::Mock;

use crate::report_files::{HOSTILE, report_with, structure};
use crate::stage::{command, defect, mpuspec, run, small, stderr};

/// How often each element begins.
fn elements(html: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for piece in html.split('<').skip(1) {
        let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '!').collect();
        *found.entry(name).or_default() += 1;
    }
    found
}

/// A report with everything that a page can show, with this text wherever a server has a say.
async fn full_report(text: &str) -> Report {
    use mpuspec::internals::case::Level;
    use mpuspec::internals::history::{Ask, Call, History, Saw};

    let mut report = report_with(text).await;
    let call = |client: &str, start_us, end_us, key: &str| Call {
        client: client.to_owned(),
        start_us,
        end_us,
        ask: Ask::GetObject { key: key.to_owned(), range: None },
        saw: Saw::Refused { status: 404, code: text.to_owned() },
    };
    report.findings.push(Finding {
        id: "explore/histories".to_owned(),
        confirmed: None,
        others: 0,
        level: Level::Must,
        kind: FindingKind::NoLawfulOrder,
        title: text.to_owned(),
        seed: "1".to_owned(),
        case: Some(text.to_owned()),
        saved: Some(text.to_owned()),
        history: Some(History { calls: vec![call("A", 1, Some(9), text), call("B", 2, None, text)] }),
        explanation: Some(Explanation {
            kind: mpuspec::internals::report::FindingKind::Lost,
            order: vec![0],
            stuck: vec![1],
            lawful: Default::default(),
            text: text.to_owned(),
        }),
        signs: Vec::new(),
    });
    report.audit = Audit {
        completions: 2,
        lost: vec![LostObject {
            key: text.to_owned(),
            upload: text.to_owned(),
            etag: text.to_owned(),
            level: Level::Must,
            found: text.to_owned(),
            row: "race/complete".to_owned(),
        }],
        trouble: Some(text.to_owned()),
        ..Audit::default()
    };
    for (at, row) in report.cases.iter_mut().enumerate() {
        for exchange in &mut row.exchanges {
            exchange.lane = Some(format!("{}", at % 2));
            // The picture of a race depends on its times alone.
            (exchange.start_us, exchange.end_us) =
                (u64::from(exchange.n) * 10, u64::from(exchange.n) * 10 + 15);
            exchange.trouble = Some(text.to_owned());
            exchange.request.headers.push(("x-amz-meta-a".to_owned(), text.to_owned()));
            if let Some(response) = &mut exchange.response {
                response.headers = vec![("server".to_owned(), text.to_owned())];
            }
        }
    }
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_breaks_out_of_a_page() {
    let (hostile, tame) = (full_report(HOSTILE).await, full_report("tame").await);
    let hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t') || "\u{202e}\u{feff}\u{fffe}\u{ffff}".contains(c)
    };
    let page = to_html(&hostile);
    assert!(!page.contains(hidden));
    assert!(page.contains("\\u{1b}[31mred"));
    // Scripts for curl, and commands, are not made of what cannot be pasted: the two are compared without them.
    let bare = |report: &Report| {
        let mut report = report.clone();
        report.target.dialect = "oss".to_owned();
        report.run.again = None;
        report
    };
    assert_eq!(elements(&to_html(&bare(&hostile))), elements(&to_html(&bare(&tame))));

    let matrix = Matrix::of(&[hostile.clone(), hostile]);
    let (page, markdown) = (matrix_html(&matrix), matrix_markdown(&matrix));
    assert!(!page.contains(hidden) && !markdown.contains(hidden));
    assert_eq!(elements(&page)["script"], 1);
    let events = structure(&markdown);
    assert!(
        !events.iter().any(|event| event.starts_with("Html") || event.starts_with("Inline")),
        "{markdown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_huge_answers_stays_small() {
    let mut report = full_report("x").await;
    let huge = "<&>\"".repeat(2_500_000);
    let row = report.cases.iter().position(|row| !row.exchanges.is_empty()).expect("evidence");
    report.cases[row].verdict = Verdict::Fail;
    report.cases[row].reason = Some(huge.clone());
    let response = report.cases[row].exchanges[0].response.as_mut().expect("an answer");
    response.body.text = Some(huge.clone());
    report.target.server = huge;
    let mut template = report.cases[row].clone();
    let long = "<&>\"".repeat(5_000);
    template.reason = Some(long.clone());
    template.exchanges[0].response.as_mut().expect("an answer").body.text = Some(long);
    for at in 0..600 {
        let mut row = template.clone();
        row.row = Some(format!("r{at}"));
        report.cases.push(row);
    }
    let page = to_html(&report);
    assert!(page.len() < 2_000_000, "{}", page.len());
    // Every row is still there.
    assert!(page.contains("[r0]") && page.contains("[r599]"));
}

/// The rows whose scripts are run against the mock.
const SCRIPTED: [&str; 5] = ["abort/*", "answers/*", "complete/*", "copy/*", "upload/*"];

#[tokio::test(flavor = "multi_thread")]
async fn scripts_of_curl_calls_repeat_what_was_answered() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("there is no curl: its scripts were not run");
        return;
    }
    let mock = Mock::builder().provider(small("aws-s3")).defect(defect("accept-small-parts")).start();
    let mock = mock.expect("it starts");
    let report = run(&mock.endpoint(), small("aws-s3"), &SCRIPTED).await;
    let (mut scripts, mut same, mut told) = (0, 0, Vec::new());
    for row in &report.cases {
        // The bytes of parts are not in a report, and so neither are checksums of them.
        let about_bytes = |name: &str| name.starts_with("x-amz-checksum") || name == "content-md5";
        let headers = row.exchanges.iter().flat_map(|exchange| &exchange.request.headers);
        if headers.into_iter().any(|(name, _)| about_bytes(name)) {
            continue;
        }
        let Some(script) = curl_script(&report, row) else { continue };
        assert!(!script.contains(mpuspec_mock::SECRET_KEY));
        let output = Command::new("sh")
            .args(["-c", &script])
            .env("AWS_ACCESS_KEY_ID", mpuspec_mock::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", mpuspec_mock::SECRET_KEY)
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("AWS_REGION")
            .output()
            .expect("a shell");
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
        scripts += 1;
        let answers = said.lines().filter_map(|line| line.split_once("which was answered "));
        let pairs: Vec<(&str, &str)> = answers.filter_map(|(_, line)| line.split_once(": ")).collect();
        if pairs.len() == row.exchanges.len() && pairs.iter().all(|(then, now)| then == now) {
            same += 1;
        } else {
            told.push(format!("{}\n{script}\n{said}", row.name()));
        }
    }
    // A body that is stopped half-way, and the like, is beyond curl.
    assert!(scripts > 20 && same * 10 >= scripts * 8, "{same} of {scripts}:\n{}", told.join("\n\n"));
    let row = |told: &String| told.starts_with("complete/") || told.starts_with("abort/");
    let first = told.iter().find(|told| row(told));
    assert!(first.is_none(), "{}", first.expect("one"));
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("it can be written");
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_drawn_again_and_side_by_side_without_a_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut reports = Vec::new();
    for (name, wrong) in [("z-good", None), ("a-bad", Some("accept-small-parts"))] {
        let builder = Mock::builder().provider(small("aws-s3"));
        let mock = match wrong {
            Some(name) => builder.defect(defect(name)),
            None => builder,
        };
        let mock = mock.start().expect("it starts");
        let mut report = run(&mock.endpoint(), small("aws-s3"), &["complete/*"]).await;
        report.target.name = name.to_owned();
        report.run.again = Some("mpuspec run".to_owned());
        reports.push(report);
    }
    let path = |name: &str| folder.path().join(name).display().to_string();
    let good = write(folder.path(), "good.json", &to_json(&reports[0]));
    let bad = write(folder.path(), "bad.json", &to_json(&reports[1]));
    let read = |name: &str| std::fs::read_to_string(path(name)).expect("it was written");

    let output = mpuspec(&["report", "--own", &bad, "--html", &path("p.html"), "--badge", &path("b.svg")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let page = read("p.html");
    assert_eq!(page, to_html(&reports[1]));
    for piece in [
        "id=\"complete&#x2f;part-too-small[one-byte-short]\"",
        "<mark>    expect: { error: EntityTooSmall }</mark>",
        "a listed part below the smallest size, other than the last, is answered 400 EntityTooSmall",
        "mpuspec run --seed it &#x27;complete&#x2f;part-too-small[one-byte-short]&#x27;",
        "The minimum is enforced by complete, not by upload",
        "--aws-sigv4",
    ] {
        assert!(page.contains(piece), "{piece}");
    }
    assert!(
        !page.contains("http-equiv=\"refresh\"") && !page.contains("src="),
        "it asks nobody for anything"
    );
    assert!(read("b.svg").contains(" MUST"));
    let output = mpuspec(&["report", &bad]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("FAIL  complete/part-too-small[one-byte-short]"), "{told}");

    let output = mpuspec(&["report", &good, &bad, "--html", &path("m.html"), "--md", &path("m.md")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let markdown = read("m.md");
    // As given, not by name and not by score.
    assert!(
        markdown.contains("| row | level | z\\-good | a\\-bad |")
            || markdown.contains("| row | level | z-good | a-bad |")
    );
    let (differ, agree) = markdown.split_once("## No difference").expect("both parts");
    assert!(
        differ.contains("complete/part-too-small\\[one-byte-short\\] | MUST | pass | fail |"),
        "{differ}"
    );
    assert!(!differ.contains("complete/gaps") && agree.contains("complete/gaps"), "{markdown}");

    let broken = write(folder.path(), "broken.json", "{\"schema_version\": 1,");
    let foreign = write(folder.path(), "foreign.json", "{\"results\": []}");
    let newer = write(folder.path(), "newer.json", "{\"schema_version\": 3}");
    for (file, why) in [
        (&broken, "it is no JSON report of mpuspec"),
        (&foreign, "it has no schema_version"),
        (&newer, "use a newer mpuspec"),
        (&path("none.json"), "No such file"),
    ] {
        for arguments in
            [vec!["report", &good, file], vec!["diff", &good, file], vec!["baseline", "init", file]]
        {
            let output = mpuspec(&arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            let told = stderr(&output);
            assert!(told.contains(file.as_str()) && told.contains(why), "{told}");
        }
    }
    let output = mpuspec(&["report", &good, &bad, "--junit", &path("x.xml")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--junit is of one report"), "{}", stderr(&output));
    let output = mpuspec(&["run", "upload/simple", "--report", "json=/proc/none.json"]);
    assert_eq!(output.status.code(), Some(2), "it is found before the run");
}

#[test]
fn the_published_matrix_is_made_of_the_reports() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let bless = std::env::var_os("MPUSPEC_BLESS").is_some();
    let out = if bless { root.join("reports") } else { folder.path().to_owned() };
    let made = Command::new(root.join("reports/matrix"))
        .env("MPUSPEC", env!("CARGO_BIN_EXE_mpuspec"))
        .env("OUT", &out)
        .env_remove("REPORTS")
        .output()
        .expect("bash");
    assert!(made.status.success(), "{}", stderr(&made));
    for name in ["matrix.html", "matrix.md"] {
        let read = |folder: &Path| std::fs::read_to_string(folder.join(name)).expect("it is there");
        let (made, committed) = (read(&out), read(&root.join("reports")));
        assert!(made == committed, "{name}: run reports/matrix");
        assert!(made.len() < 2_400_000, "{}", made.len());
    }
}

#[test]
fn a_run_that_is_killed_leaves_a_report_that_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("r.json");
    let mut run = command(folder.path())
        .args(["run", "--jobs", "1", "--rate", "20", "--report", &format!("json={}", file.display())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let end = Instant::now() + Duration::from_secs(30);
    while !file.exists() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    run.kill().expect("it is killed");
    run.wait().expect("it ended");
    let text = std::fs::read_to_string(&file).expect("it was written while the run went");
    let report = from_json(&text).expect("a report");
    assert!(!report.complete && report.exit == 130 && !report.not_run.is_empty());
    let page = to_html(&report);
    assert!(page.contains("this report is partial"), "{page}");
    assert_eq!(mpuspec(&["report", &file.display().to_string()]).status.code(), Some(0));
}

#[test]
fn a_workflow_gets_annotations_and_a_summary() {
    let folder = tempfile::tempdir().expect("a folder");
    let summary = folder.path().join("summary.md");
    let mock = Mock::builder().provider(small("aws-s3")).defect(defect("accept-small-parts")).start();
    let mock = mock.expect("it starts");
    let output = command(folder.path())
        .args(["run", "complete/part-too-small", "--provider", "aws-s3", "--endpoint", &mock.endpoint()])
        .args(["--limit", "min_part_size=2KiB", "--report", "json=-"])
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = from_json(&String::from_utf8_lossy(&output.stdout)).expect("it stands alone");
    assert_eq!(report.causes.len(), 1);
    let told = stderr(&output);
    let line = "::error file=cases/complete/part-too-small.yaml,line=";
    assert_eq!(told.lines().filter(|known| known.starts_with(line)).count(), 1, "one a cause: {told}");
    assert!(told.contains("title=FORM%3A Parts below the smallest size are joined::"), "{told}");
    assert!(told.contains(": expected 400 EntityTooSmall, got 200") && told.contains("2 rows"), "{told}");
    let summary = std::fs::read_to_string(summary).expect("it was written");
    assert!(summary.starts_with("**2 MUST promises of Amazon S3 are broken**"), "{summary}");
}
