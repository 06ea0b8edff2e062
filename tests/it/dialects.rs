use mpuspec::internals::report::Verdict;
use mpuspec_mock::{Mock, provider};

use crate::stage::{command, mpuspec, play, run, small, stderr, with_bucket};

fn with_a_bucket(provider: &str) -> Mock {
    with_bucket(Mock::builder().provider(provider::load(provider).expect("it is bundled")), "b")
}

/// A run in one language against a server that speaks the other.
fn misled(endpoint: &str, judged: &str) -> (Option<i32>, String) {
    let target = ["--endpoint", endpoint, "--provider", judged, "--bucket", "b"];
    let output = mpuspec(&[&["run", "upload/simple"], &target[..]].concat());
    (output.status.code(), stderr(&output))
}

#[test]
fn a_server_of_the_other_language_is_told_as_what_it_is() {
    let (code, told) = misled(&with_a_bucket("alibaba-oss").endpoint(), "generic");
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("if the endpoint speaks the API of OSS, name a provider that does"), "{told}");
    let (code, told) = misled(&with_a_bucket("aws-s3").endpoint(), "alibaba-oss");
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("if the endpoint speaks the API of S3, name a provider that does"), "{told}");
}

#[test]
fn oss_has_variables_of_its_own() {
    let mock = with_a_bucket("alibaba-oss");
    let state = tempfile::tempdir().expect("a folder");
    let endpoint = mock.endpoint();
    let target = ["--endpoint", &endpoint, "--provider", "alibaba-oss", "--bucket", "b"];
    let run = |secret: Option<&str>| {
        let mut command = command(state.path());
        command.env("AWS_SECRET_ACCESS_KEY", "another").env("OSS_ACCESS_KEY_ID", mpuspec_mock::ACCESS_KEY);
        if let Some(secret) = secret {
            command.env("OSS_ACCESS_KEY_SECRET", secret);
        }
        command.args(["run", "upload/simple"]).args(target).output().expect("it runs")
    };
    let output = run(Some(mpuspec_mock::SECRET_KEY));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let half = run(None);
    assert_eq!(half.status.code(), Some(3));
    assert!(stderr(&half).contains("OSS_ACCESS_KEY_ID is set and OSS_ACCESS_KEY_SECRET is not"));
}

#[tokio::test(flavor = "multi_thread")]
async fn shared_cases_run_in_both_languages_from_one_text() {
    let mut passed = Vec::new();
    for provider in ["aws-s3", "alibaba-oss"] {
        let provider = small(provider);
        let mock = play(&provider).start().expect("it starts");
        let report = run(&mock.endpoint(), provider, &["object/metadata", "complete/part-too-small"]).await;
        let rows: Vec<_> = report.cases.iter().filter(|row| row.verdict == Verdict::Pass).collect();
        passed.push(rows.len());
    }
    assert!(passed[0] > 2 && passed[0] == passed[1], "{passed:?}");
}

#[test]
fn what_has_no_way_back_is_not_called_back() {
    // Nothing listens there: the plan alone is looked at.
    let target = ["--endpoint", "http://oss.example.invalid", "--provider", "alibaba-oss", "--bucket", "b"];
    for wrong in ["not a url", "ftp://here"] {
        let output = mpuspec(&[&["run", "--dry-run", "--callback-url", wrong], &target[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    }
    let listen = ["run", "--dry-run", "--callback-listen", "127.0.0.1:9"];
    let output = mpuspec(&[&listen, &target[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--callback-url"), "{}", stderr(&output));
}
