//! Whatever leaves the program is without secrets, and harmless for eyes, terminals and workflows.

use std::path::Path;
use std::process::Output;

use mpuspec_mock::Mock;
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{MockServer, Request, ResponseTemplate};

use crate::layers::files;
use crate::stage::{command, defect, mpuspec, with_bucket};

const TOKEN: &str = "a-session/token+that=is-secret";

/// What steers a terminal, hides, or begins a command of a workflow.
const HOSTILE: &str = "x\u{1b}[2J\u{9b}31m\r\n::error::forged\n##[error]forged\u{202e}\u{2028}\u{7}";

/// Takes apart what a program said, and finds nothing hostile in it.
fn assert_harmless(output: &Output) -> String {
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    let said = String::from_utf8(said).expect("it is text");
    for line in said.split('\n') {
        let steers = |c: char| (c.is_control() && c != '\t') || matches!(c, '\u{202e}' | '\u{2028}');
        assert!(!line.contains(steers), "{line:?}");
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line:?}");
    }
    said
}

/// Answers with all that a request says of its sender.
fn echo(request: &Request) -> ResponseTemplate {
    let mut text: String = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap_or("")))
        .collect();
    text.push_str(HOSTILE);
    let code = text.replace('&', "&amp;").replace('<', "&lt;");
    ResponseTemplate::new(403)
        .set_body_string(format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_ends_a_run_tells_no_secret_and_steers_nothing() {
    let server = MockServer::start().await;
    wiremock::Mock::given(any()).respond_with(echo).mount(&server).await;
    for bucket in [&["--bucket", "b"][..], &["--create-bucket"]] {
        let state = tempfile::tempdir().expect("a folder");
        let mut run = command(state.path());
        run.env("AWS_SESSION_TOKEN", TOKEN).args(["run", "--endpoint", &server.uri()]).args(bucket);
        let output = run.output().expect("it runs");
        let said = assert_harmless(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(!said.contains(TOKEN), "{said}");
        let requests = server.received_requests().await.expect("they are recorded");
        for request in requests {
            let header = request.headers.get("authorization").and_then(|value| value.to_str().ok());
            let signature =
                header.and_then(|header| header.split("Signature=").nth(1)).expect("it is signed");
            assert!(!said.contains(signature), "{said}");
        }
        let mut clean = command(state.path());
        let output = clean.env("AWS_SESSION_TOKEN", TOKEN).arg("clean").output().expect("it runs");
        assert!(!assert_harmless(&output).contains(TOKEN));
    }
}

/// The same value with something hostile in each of its texts, but for words that the reader knows.
fn made_hostile(value: &mut Value, name: &str) {
    const WORDS: [&str; 11] = [
        "verdict",
        "level",
        "result",
        "harm",
        "kind",
        "standing",
        "news",
        "started",
        "operation",
        "seen",
        "basis",
    ];
    match value {
        Value::String(text) if !WORDS.contains(&name) => text.push_str(HOSTILE),
        Value::Array(values) => values.iter_mut().for_each(|value| made_hostile(value, name)),
        Value::Object(entries) => entries.iter_mut().for_each(|(name, value)| made_hostile(value, name)),
        _ => {}
    }
}

#[test]
fn a_report_of_anybody_is_harmless_in_every_form() {
    let mock = with_bucket(Mock::builder().defect(defect("join-in-arrival-order")), "b");
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (report, hostile) = (file("r.json"), file("h.json"));
    let json = format!("json={report}");
    let endpoint = mock.endpoint();
    mpuspec(&["run", "complete/*", "--endpoint", &endpoint, "--bucket", "b", "--report", &json]);
    let text = std::fs::read_to_string(&report).expect("it was written");
    let mut value: Value = serde_json::from_str(&text).expect("it is JSON");
    made_hostile(&mut value, "");
    std::fs::write(&hostile, value.to_string()).expect("written");
    let said = assert_harmless(&mpuspec(&["report", "--verbose", &hostile]));
    assert!(said.contains("forged"), "{said}");
    assert_harmless(&mpuspec(&["diff", &report, &hostile]));
    assert_harmless(&mpuspec(&["baseline", "init", &hostile]));
    assert_harmless(&mpuspec(&["check", &hostile, "complete/nothing"]));
    for option in ["--json", "--junit", "--html", "--md"] {
        assert_harmless(&mpuspec(&["report", &hostile, option, "-"]));
    }
    for (option, name) in [("--md", "r.md"), ("--junit", "r.xml"), ("--html", "r.html")] {
        let output = mpuspec(&["report", &hostile, option, &file(name)]);
        assert!(output.status.success(), "{option}");
        let written = std::fs::read_to_string(file(name)).expect("it was written");
        let steers = |c: char| c.is_control() && !"\n\t".contains(c) || "\u{202e}\u{2028}".contains(c);
        let found: Vec<&str> = written.lines().filter(|line| line.contains(steers)).collect();
        assert!(found.is_empty(), "{option}: {found:?}");
    }
}

#[test]
fn mistakes_in_files_of_others_are_shown_harmlessly() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    for text in [
        format!("title: a\n\"{HOSTILE}\": 1\n"),
        format!("title: \"{}\"\nsteps: 3\n", HOSTILE.replace('\n', "\\n").replace('\u{1b}', "\\e")),
        format!("# {HOSTILE}\ntitle: [\n"),
        "\"::error::forged\u{202e}\": 1\n".to_owned(),
    ] {
        std::fs::write(&path, text).expect("written");
        let output = mpuspec(&["lint", &path.display().to_string()]);
        let said = assert_harmless(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
    }
}

#[test]
fn only_the_door_writes_to_the_terminal() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let writes = ["println!", "eprintln!", "print!(", "io::stdout()", "io::stderr()", "dbg!"];
    for file in files(&root, &["rs"]) {
        // The harness of libtest has a way out of its own, which asks for the same.
        if file.ends_with("cli/door.rs") || file.ends_with("suite/libtest.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).expect("it can be read");
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let found: Vec<&str> = lines
            .filter(|line| writes.iter().any(|word| line.contains(word)) && !line.contains("is_terminal()"))
            .collect();
        assert!(found.is_empty(), "{}: {found:?}", file.display());
    }
}
