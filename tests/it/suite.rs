//! The suite as a library.

use std::path::Path;

use mpuspec::internals::report::{Format, RowReport, Verdict};
use mpuspec::{Suite, SuiteError};
use mpuspec_mock::Mock;

use crate::stage::defect;

fn at(mock: &Mock) -> Suite {
    Suite::at(mock.endpoint()).credentials(mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_gives_a_report() {
    let mock = Mock::builder().start().expect("the mock starts");
    let report = at(&mock).provider("aws-s3").only("abort/*").run().await.expect("it runs");
    assert!(report.is_conformant() && report.exit == 0, "{}", report.conclusion);
    assert_eq!(report.broken_promises().count(), 0);
    assert!(Format::Json.write(&report).contains("leaves-the-object"));
    // Generic promises nothing that could be kept.
    let report = at(&mock).only("abort/*").run().await.expect("it runs");
    assert!(!report.is_conformant() && report.exit == 0, "{}", report.conclusion);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_listens_late_is_waited_for() {
    let port = mpuspec::free_port().expect("there is one");
    let start = move || {
        let late = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(200));
            Mock::builder().port(port).start()
        });
        Ok::<_, std::io::Error>((format!("http://127.0.0.1:{port}"), late))
    };
    let suite = Suite::server(start).credentials(mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY);
    let report = suite.only("abort/leaves-the-object").run().await.expect("it runs");
    assert_eq!(report.exit, 0, "{}", report.conclusion);
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_promises_are_told_and_what_a_baseline_knows_does_not_count() {
    let mock = Mock::builder().defect(defect("abort-deletes-object")).start().expect("the mock starts");
    let report = at(&mock).only("abort/leaves-the-object").run().await.expect("it runs");
    let broken: Vec<String> = report.broken_promises().map(RowReport::name).collect();
    assert_eq!((broken, report.exit), (vec!["abort/leaves-the-object".to_owned()], 1));
    let folder = tempfile::tempdir().expect("a folder");
    let baseline = folder.path().join("known.yaml");
    let known = "cases:\n  abort/leaves-the-object: { verdict: fail, why: it is known }\n";
    std::fs::write(&baseline, known).expect("it is written");
    let held = at(&mock).only("abort/leaves-the-object").baseline(&baseline);
    let report = held.run().await.expect("it runs");
    assert_eq!((report.exit, report.broken_promises().count()), (0, 1), "{}", report.conclusion);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_started_when_it_is_needed_and_stopped_at_the_end() {
    let port = mpuspec::free_port().expect("a port");
    let start = move || {
        let mock = Mock::builder().port(port).start().map_err(|error| error.to_string())?;
        Ok::<_, String>((mock.endpoint(), mock))
    };
    let suite = Suite::server(start).credentials(mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY);
    let report = suite.only("upload/simple").run().await.expect("it runs");
    assert_eq!(report.cases.iter().filter(|row| row.verdict == Verdict::Pass).count(), 1);
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server still listens");
}

#[tokio::test]
async fn what_is_wrong_is_an_error() {
    async fn why(suite: Suite) -> (String, bool) {
        let error = suite.run().await.expect_err("it does not run");
        (error.to_string(), matches!(error, SuiteError::Endpoint(_)))
    }
    let known = |suite: Suite| suite.credentials("ak", "sk");
    for (suite, told, is_of_the_endpoint) in [
        (known(Suite::at("nowhere")), "nowhere", false),
        (known(Suite::at("http://127.0.0.1:1")).provider("aws-s4"), "did you mean `aws-s3`?", false),
        (known(Suite::at("http://127.0.0.1:1")).only("abrot/*"), "no case fits `abrot/*`", false),
        (known(Suite::at("http://127.0.0.1:1")).baseline("no-such.yaml"), "no-such.yaml: ", false),
        (known(Suite::at("http://storage.example.com")), "name the bucket", false),
        (Suite::mock().provider("generic"), "cannot play `generic`", false),
        (known(Suite::server(|| Err::<(String, ()), _>("no disk"))), "did not start: no disk", true),
        (known(Suite::at("http://127.0.0.1:1")), "127.0.0.1:1", true),
    ] {
        let (message, of_the_endpoint) = why(suite).await;
        assert!(message.contains(told), "{message}");
        assert_eq!(of_the_endpoint, is_of_the_endpoint, "{message}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let baseline = folder.path().join("known.yaml");
    std::fs::write(&baseline, "cases:\n  a/b: { verdict: fial, why: x }\n").expect("it is written");
    let (message, _) = why(known(Suite::at("http://127.0.0.1:1")).baseline(&baseline)).await;
    let place = format!("{}:2:", Path::new(&baseline).display());
    assert!(message.starts_with(&place), "{message}");
}
