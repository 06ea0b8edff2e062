use std::path::Path;

use mpuspec::internals::case::Level;
use mpuspec::internals::report::{Report, RowReport, Verdict, from_json, to_junit, to_markdown};
use mpuspec::internals::wire::Exchange;
use mpuspec_mock::Mock;
use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_junit::{NonSuccessKind, TestCaseStatus};

use crate::stage::{defect, mpuspec, run, small, stderr};

/// What a server would say to break out of a report.
pub(crate) const HOSTILE: &str = "| a ]]> </failure> <script>x</script> `` ` ``` & \" ' \\ *b* _c_ [d](javascript:e) \
                       ![f](g) <!-- ~~h~~ @i #1 https://j.test www.k.test \u{1b}[31mred\u{1b}]0;t\u{7} \
                       \u{0}\u{8}\u{b}\u{c}\u{85}\u{202e}\u{feff}\u{fffe}\u{ffff}\r\n\n# l\n- m\n\n    n\n```\n\t";

fn skipped(row: &RowReport) -> bool {
    matches!(row.verdict, Verdict::Unsupported | Verdict::NotApplicable)
}

/// JUnit as a reader of its own sees it, held against the report.
fn check_junit(xml: &str, report: &Report) -> quick_junit::Report {
    let junit = quick_junit::Report::deserialize_from_str(xml).expect("JUnit");
    let count = |fits: fn(&RowReport) -> bool| report.cases.iter().filter(|row| fits(row)).count();
    let binding = |row: &RowReport| row.level != Level::Info;
    let failed =
        |row: &RowReport| matches!(row.verdict, Verdict::Fail | Verdict::Blocked) && row.level != Level::Info;
    assert_eq!(junit.tests, report.summary.total + report.not_run.len());
    assert_eq!(junit.failures, count(failed));
    let errors = report.cases.iter().filter(|row| row.verdict == Verdict::Error && binding(row)).count();
    assert_eq!(junit.errors, errors);
    let recorded = report
        .cases
        .iter()
        .filter(|row| matches!(row.verdict, Verdict::Error | Verdict::Blocked) && row.level == Level::Info);
    let recorded = recorded.count();
    assert_eq!(junit.skipped, count(skipped) + recorded + report.not_run.len());
    for suite in &junit.test_suites {
        let here = report.cases.iter().filter(|row| suite.name.as_str() == row.area);
        let left = report.not_run.iter().filter(|id| id.starts_with(&format!("{}/", suite.name.as_str())));
        assert_eq!(suite.tests, here.clone().count() + left.count());
        assert_eq!(suite.tests, suite.test_cases.len());
        assert_eq!(suite.failures, here.filter(|row| failed(row)).count());
        for name in ["run", "seed", "provider"] {
            assert!(
                suite.properties.iter().any(|p| p.name.as_str() == name && !p.value.is_empty()),
                "{name}"
            );
        }
    }
    junit
}

#[test]
fn what_was_skipped_is_named_in_every_report_and_answers_no_question() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let [json, md, html] = ["r.json", "r.md", "r.html"].map(file);
    let reports = [format!("json={json}"), format!("md={md}"), format!("html={html}")];
    let mut arguments = vec!["run", "--mock", "--limit", "min_part_size=64KiB", "--area", "auth,abort"];
    arguments.extend(["--skip", "auth,abort/*key*"]);
    arguments.extend(reports.iter().flat_map(|report| ["--report", report.as_str()]));
    let output = mpuspec(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report = from_json(&std::fs::read_to_string(&json).expect("a report")).expect("a report");
    assert_eq!(report.run.skipped, ["auth", "abort/*key*"]);
    assert!(report.cases.iter().all(|row| row.area == "abort" && !row.id.contains("key")));
    assert!(report.cases.len() > 10);
    let strangers = report.answers.iter().find(|said| said.question.contains("strangers"));
    assert!(strangers.is_none_or(|said| said.good.is_none()), "{:?}", report.answers);
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("skipped auth, abort/*key*"), "{shown}");
    for file in [&md, &html] {
        let text = std::fs::read_to_string(file).expect("a report");
        assert!(text.contains("Left out, as was asked: "), "{file}");
    }
}

/// The elements of a document by a second reader, which also holds it to be well-formed.
fn count_elements(xml: &str, name: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut found = 0;
    loop {
        match reader.read_event().expect("XML") {
            quick_xml::events::Event::Start(e) | quick_xml::events::Event::Empty(e) => {
                found += usize::from(e.name().as_ref() == name);
                for attribute in e.attributes() {
                    let attribute = attribute.expect("an attribute");
                    assert!(!attribute.value.contains('<'));
                }
            }
            quick_xml::events::Event::Eof => return found,
            _ => {}
        }
    }
}

/// What a reader of Markdown makes of it: the structure, without texts.
pub(crate) fn structure(markdown: &str) -> Vec<String> {
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_GFM);
    events
        .filter_map(|event| match event {
            Event::Text(_) => None,
            Event::Code(_) => Some("code".to_owned()),
            Event::Start(Tag::Link { dest_url, .. }) => Some(format!("link {dest_url}")),
            Event::Start(tag) => Some(format!("{tag:?}")),
            Event::End(tag) => Some(format!("{tag:?}")),
            other => Some(format!("{other:?}")),
        })
        .collect()
}

fn headings(markdown: &str) -> Vec<&str> {
    markdown.lines().filter(|line| line.starts_with('#')).collect()
}

#[test]
fn one_run_writes_all_formats_and_they_agree() {
    let mock = Mock::builder().provider(small("aws-s3")).defect(defect("accept-small-parts")).start();
    let mock = mock.expect("it starts");
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let reports = [("json", "a.json"), ("junit", "b.xml"), ("md", "c.md")];
    let reports: Vec<String> =
        reports.iter().map(|(format, name)| format!("{format}={}", file(name))).collect();
    let endpoint = mock.endpoint();
    let mut arguments = vec!["run", "--endpoint", &endpoint, "--provider", "aws-s3"];
    arguments.extend(["--limit", "min_part_size=2KiB", "--limit", "list_parts_page=20"]);
    arguments.extend(["--name", "the mock", "--server-version", "1.2 *b*"]);
    for report in &reports {
        arguments.extend(["--report", report]);
    }
    let output = mpuspec(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let read = |name: &str| std::fs::read_to_string(Path::new(&file(name))).expect("it was written");

    let report = from_json(&read("a.json")).expect("a report");
    let value: serde_json::Value = serde_json::from_str(&read("a.json")).expect("JSON");
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/report.schema.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).expect("it is there")).expect("JSON");
    assert!(jsonschema::validator_for(&schema).expect("a schema").is_valid(&value));
    assert!(report.summary.verdicts.fail > 0);
    assert_eq!(report.target.version.as_deref(), Some("1.2 *b*"));

    let xml = read("b.xml");
    let junit = check_junit(&xml, &report);
    assert_eq!(count_elements(&xml, "testcase"), report.summary.total);
    assert_eq!(count_elements(&xml, "failure"), report.summary.verdicts.fail);
    let complete = junit.test_suites.iter().find(|suite| suite.name.as_str() == "complete").expect("an area");
    let test = complete.test_cases.iter().find(|test| test.name.as_str() == "part-too-small[single-byte]");
    let test = test.expect("a row");
    assert_eq!(test.classname.as_deref(), Some("mpuspec.complete"));
    let TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, message, ty, description, .. } =
        &test.status
    else {
        panic!("{:?}", test.status)
    };
    assert_eq!(ty.as_deref(), Some("MUST"));
    assert!(message.as_deref().is_some_and(|told| told.starts_with(
        "FORM: Parts below the smallest size are joined: expected 400 EntityTooSmall, got 200"
    )));
    let told = description.as_deref().expect("the failure in full");
    for piece in
        ["aws/CompleteMultipartUpload#too-small: a listed part", "https://docs.aws.amazon.com/", "repeat"]
    {
        assert!(told.contains(piece), "{piece}: {told}");
    }

    let markdown = read("c.md");
    let first = markdown.lines().next().expect("a line");
    assert_eq!(first, format!("**{}** (exit 1)", report.conclusion));
    let sections: Vec<&str> =
        headings(&markdown).into_iter().filter(|line| !line.starts_with("###")).collect();
    let failed = format!("## Failed: {}", report.summary.verdicts.fail);
    assert_eq!(
        sections,
        [failed.as_str(), "## Observed behaviour", "## Not judged", "## Explored", "## Clean-up"]
    );
    for line in [
        "### MUST `complete/part-too-small[single-byte]`",
        "- claim: Completing with an undersized part before the last is refused",
        "- with: `size = 1`",
        "- promised: [aws/CompleteMultipartUpload\\#too-small](<https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html>): a listed part below the smallest size, other than the last, is answered 400 EntityTooSmall",
        "  - line 22 `create_upload`: met",
        "- `repeated-complete`: `replayed`",
        "Nothing was left behind.",
    ] {
        assert!(markdown.lines().any(|known| known == line), "{line}\n{markdown}");
    }
    let unmet = "`complete_upload`, claim: **unmet**, expected `400 EntityTooSmall`, got `200 success, ETag";
    assert!(markdown.contains(unmet), "{markdown}");
    let again = "'complete/part-too-small[single-byte]'`";
    assert!(markdown.lines().any(|line| line.starts_with("- again: `mpuspec run ") && line.ends_with(again)));
    assert!(markdown.contains("on `the mock` `1.2 *b*` at `http://127.0.0.1:"), "{markdown}");
    let must = report.summary.by_level["MUST"];
    assert!(markdown.contains(&format!("| MUST | {} | {} | {} |", must.pass, must.tolerated, must.fail)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_said_in_the_step_that_failed_is_in_every_format() {
    let mock = Mock::builder().provider(small("aws-s3")).defect(defect("accept-small-parts")).start();
    let mock = mock.expect("it starts");
    let mut report = run(&mock.endpoint(), small("aws-s3"), &["complete/part-too-small"]).await;
    report.cases.truncate(1);
    let row = &mut report.cases[0];
    let decided = row.decided_by.expect("a step decided");
    let step = &mut row.steps[decided];
    assert_eq!(step.operation, "complete_upload");
    // An answer that cannot be judged has no expectation to be known by.
    step.expected = None;
    step.result = mpuspec::internals::report::StepResult::Trouble;
    let (line, (_, last)) = (step.line, step.exchanges.expect("it sent something"));
    assert!(row.exchanges.iter().any(|exchange| exchange.n > last), "more was asked later");
    let exchange = row.exchanges.iter_mut().find(|exchange| exchange.n == last).expect("it is kept");
    exchange.request.headers.extend([
        ("content-md5".to_owned(), "bWQ1".to_owned()),
        ("if-match".to_owned(), "\"e\"".to_owned()),
        ("authorization".to_owned(), "who-asks".to_owned()),
        ("x-amz-security-token".to_owned(), "a-token".to_owned()),
    ]);
    let response = exchange.response.as_mut().expect("it was answered");
    response.status = 418;
    response.headers.push(("x-amz-error-detail".to_owned(), "of its own".to_owned()));
    response.body.text =
        Some("<Error><Code>TeaPot</Code><Message>I make tea &amp; nothing else</Message></Error>".to_owned());
    let head = format!("/{}/", report.target.bucket);

    let unescaped = |text: String| {
        let entities = [
            ("&#x2f;", "/"),
            ("&#x27;", "'"),
            ("&apos;", "'"),
            ("&quot;", "\""),
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&amp;", "&"),
        ];
        entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c))
    };
    let page = unescaped(mpuspec::internals::report::to_html(&report));
    let told = page.split("What went over the wire").nth(1).and_then(|rest| rest.split("<details").next());
    for (format, text) in [
        (
            "terminal",
            mpuspec::internals::report::failures(&report, true, mpuspec::internals::report::Style::default()),
        ),
        ("md", to_markdown(&report)),
        ("junit", unescaped(to_junit(&report))),
        ("html", told.expect("it is on the page").to_owned()),
    ] {
        for piece in [
            &format!("POST {head}"),
            &format!("ine {line}, exchange {last}"),
            "418",
            "TeaPot: I make tea & nothing else",
            "content-md5: bWQ1",
            "if-match: \"e\"",
            "x-amz-error-detail: of its own",
        ] {
            assert!(text.contains(piece), "{format} has no {piece}:\n{text}");
        }
        for other in ["HEAD /", "who-asks", "a-token"] {
            assert!(!text.contains(other), "{format} has {other}:\n{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_accepted_is_told_as_that() {
    let mock = Mock::builder().provider(small("aws-s3")).defect(defect("ignore-signatures"));
    let mock = mock.defect(defect("ignore-content-sha256")).start().expect("it starts");
    let report = run(
        &mock.endpoint(),
        small("aws-s3"),
        &["auth/create[other-path]", "auth/list-parts[other-query]", "auth/upload-part[other-body]"],
    )
    .await;
    let reasons: Vec<&str> = report.cases.iter().filter_map(|row| row.reason.as_deref()).collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    for (reason, piece) in reasons.iter().zip(["path", "query", "body"]) {
        assert!(reason.starts_with("expected ") && reason.contains(", got 200 success"), "{reason}");
        let told = format!("it accepted a request whose {piece} was changed after it was signed");
        assert!(reason.contains(&told), "{reason}");
        assert!(!reason.contains("understood"), "{reason}");
    }
    // The evidence is what was sent: the digest in the header is that of the body before.
    let row = report.cases.iter().find(|row| row.id == "auth/upload-part").expect("it ran");
    let parts = row.exchanges.iter().filter(|exchange| exchange.operation == "UploadPart");
    let is_changed = |exchange: &Exchange| {
        let told = exchange.request.headers.iter().find(|(name, _)| name == "x-amz-content-sha256");
        told.map(|(_, digest)| digest) != exchange.request.body.sha256.as_ref()
    };
    assert_eq!(parts.map(is_changed).collect::<Vec<_>>(), [false, true]);
}

/// A report that has every verdict, with this text wherever a server or a user has a say.
pub(crate) async fn report_with(text: &str) -> Report {
    let mock = Mock::builder().provider(small("aws-s3")).defect(defect("accept-small-parts")).start();
    let mock = mock.expect("it starts");
    let mut report =
        run(&mock.endpoint(), small("aws-s3"), &["complete/e*", "complete/p*", "upload/simple"]).await;
    let verdicts = [
        Verdict::Fail,
        Verdict::Blocked,
        Verdict::Error,
        Verdict::Unsupported,
        Verdict::NotApplicable,
        Verdict::Tolerated,
        Verdict::Pass,
    ];
    // What a run gives differs in times and ETags alone; here it differs in the text alone.
    for (row, verdict) in report.cases.iter_mut().zip(verdicts.into_iter().cycle()) {
        row.verdict = verdict;
        row.millis = 1;
        row.reason = Some(text.to_owned());
        row.observed.insert("seen".to_owned(), text.to_owned());
        row.notes = vec![text.to_owned()];
        row.title = text.to_owned();
        for step in &mut row.steps {
            step.result = mpuspec::internals::report::StepResult::Unmet;
            step.expected = Some(text.to_owned());
            step.got = text.to_owned();
        }
        for source in &mut row.sources {
            source.says = Some(text.to_owned());
        }
        row.exchanges.iter_mut().filter_map(|e| e.response.as_mut()).for_each(|response| {
            response.body.text = Some(text.to_owned());
        });
    }
    report.cases[0].level = Level::Info;
    report.cases[0].verdict = Verdict::Error;
    report.summary.total = report.cases.len();
    report.summary.verdicts = Default::default();
    for row in &report.cases {
        report.summary.verdicts.add(row.verdict);
    }
    report.conclusion = text.to_owned();
    report.target.server = text.to_owned();
    report.target.name = text.to_owned();
    report.target.version = Some(text.to_owned());
    report.run.started = "2026-08-22T10:11:12Z".to_owned();
    report.run.again = Some(format!("mpuspec run {text}"));
    report.observed = [("seen".to_owned(), text.to_owned())].into();
    report.cleanup.left = vec![text.to_owned()];
    report.cleanup.trouble = vec![text.to_owned()];
    report.not_run = vec!["copy/range".to_owned()];
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_breaks_out_of_a_report() {
    let (hostile, tame) = (report_with(HOSTILE).await, report_with("tame").await);
    let xml = to_junit(&hostile);
    let junit = check_junit(&xml, &hostile);
    for name in ["testsuite", "testcase", "failure", "error", "skipped", "system-out", "property"] {
        assert_eq!(count_elements(&xml, name), count_elements(&to_junit(&tame), name), "{name}");
    }
    let hidden = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{feff}\u{fffe}\u{ffff}".contains(c);
    assert!(!xml.contains(hidden));
    let said =
        junit.test_suites.iter().flat_map(|suite| &suite.test_cases).find_map(|test| match &test.status {
            TestCaseStatus::NonSuccess { message, .. } => message.clone(),
            _ => None,
        });
    let said = said.expect("a failure");
    assert!(said.starts_with("| a ]]> </failure> <script>x</script> `` ` ``` & \" ' \\ *b*"), "{said:?}");
    assert!(said.contains("\\u{1b}[31mred") && said.contains("\\r\\n"), "{said:?}");

    let markdown = to_markdown(&hostile);
    assert!(!markdown.contains(hidden));
    // Commands are not made of what cannot be pasted: the two are compared without them.
    let bare = |report: &Report| {
        let mut report = report.clone();
        report.run.again = None;
        structure(&to_markdown(&report))
    };
    assert_eq!(bare(&hostile), bare(&tame));
    let html: Vec<String> = structure(&markdown)
        .into_iter()
        .filter(|event| event.starts_with("Html") || event.starts_with("Inline"))
        .collect();
    assert!(html.is_empty(), "{html:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_summary_of_many_failures_stays_short() {
    let mut report = report_with(&HOSTILE.repeat(500)).await;
    let failed = report.cases.iter().find(|row| row.verdict == Verdict::Fail).expect("one").clone();
    let more = (0..500).map(|at| RowReport { row: Some(format!("r{at}")), ..failed.clone() });
    report.cases.extend(more);
    report.run.again = None;
    report.cleanup.left = vec!["x".repeat(100); 900];
    let markdown = to_markdown(&report);
    assert!(markdown.len() < 60 << 10, "{}", markdown.len());
    assert!(markdown.contains("more, which are in the JSON report"));
    assert!(headings(&markdown).contains(&"## Clean-up"));
}

#[test]
fn report_options_that_cannot_be_are_told_before_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("r").display().to_string();
    let (json, md) = (format!("json={file}"), format!("md={file}"));
    for (arguments, message) in [
        (vec!["--report", "xml=x"], "there is no format `xml`; known: json, junit, md, html, badge"),
        (
            vec!["--report", "junit"],
            "write it as FORMAT=FILE, such as json=report.json; known: json, junit, md, html, badge",
        ),
        (vec!["--report", "md="], "write it as FORMAT=FILE"),
        (vec!["--report", &json, "--report", &md], "another report goes to the same file"),
        (vec!["--endpoint", "http://127.0.0.1:1", "--server-version", "1\n2"], "a version is one line"),
        (vec!["--server-version", "1.2"], "--endpoint <URL>"),
    ] {
        let output = mpuspec(&[&["run"], &arguments[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(message), "{arguments:?}: {}", stderr(&output));
    }
    assert!(!Path::new(&file).exists());
}
