use std::io::{BufRead as _, Read as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use wiremock::matchers::{method, query_param_contains, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::stage::{command, stderr};

/// The key as it was sent, as XML cannot say it, and as it stands in a URL.
const KEY: &str = "mpuspec/r1/a\\u0001b";
/// The bucket that a run of this name makes.
const BUCKET: &str = "mpuspec-r1";
const IN_A_URL: &str = "/mpuspec-r1/mpuspec/r1/a%01b";

/// Writes the journal of a run that was killed behind the creation of an upload.
fn journal(state: &Path, endpoint: &str, own_bucket: bool) -> std::path::PathBuf {
    journal_of(BUCKET, state, endpoint, own_bucket)
}

fn journal_of(bucket: &str, state: &Path, endpoint: &str, own_bucket: bool) -> std::path::PathBuf {
    let folder = state.join("mpuspec/journals");
    std::fs::create_dir_all(&folder).expect("made");
    let path = folder.join("r1.jsonl");
    let header = format!(
        "{{\"run\":\"r1\",\"pid\":0,\"endpoint\":\"{endpoint}\",\"region\":\"us-east-1\",\"addressing\":\"path\",\"dialect\":\"s3\",\"bucket\":\"{bucket}\",\"own_bucket\":{own_bucket},\"prefix\":\"mpuspec/r1/\"}}"
    );
    let made =
        format!("{{\"creating\":\"{KEY}\"}}\n{{\"upload\":[\"{KEY}\",\"U1\"]}}\n{{\"object\":\"{KEY}\"}}");
    std::fs::write(&path, format!("{header}\n{made}\n")).expect("written");
    path
}

/// A bucket whose uploads are listed so.
async fn server(uploads: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    let objects = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    for (mock, answer) in [
        (Mock::given(method("HEAD")), ResponseTemplate::new(200)),
        (
            Mock::given(method("GET")).and(query_param_contains("list-type", "2")),
            ResponseTemplate::new(200).set_body_string(objects),
        ),
        (Mock::given(method("GET")).and(query_param_contains("versions", "")), ResponseTemplate::new(501)),
        (Mock::given(method("GET")).and(query_param_contains("uploads", "")), uploads),
        (
            Mock::given(method("DELETE")).and(query_param_contains("uploadId", "U1")),
            ResponseTemplate::new(204),
        ),
    ] {
        mock.respond_with(answer).mount(&server).await;
    }
    server
}

fn clean(state: &Path) -> (Option<i32>, String) {
    let output = command(state).arg("clean").output().expect("it runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output))
}

fn listing(uploads: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string(format!(
        "<ListMultipartUploadsResult><Bucket>b</Bucket><KeyMarker/><UploadIdMarker/><MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>{uploads}</ListMultipartUploadsResult>"
    ))
}

/// Lets objects be deleted; the bucket too, if it may go.
async fn deletable(server: &MockServer, bucket: u16) {
    let of_bucket = Mock::given(method("DELETE")).and(wiremock::matchers::path("/mpuspec-r1"));
    of_bucket.respond_with(ResponseTemplate::new(bucket)).mount(server).await;
    let of_object = Mock::given(method("DELETE")).and(query_param_is_missing("uploadId"));
    of_object.respond_with(ResponseTemplate::new(204)).with_priority(6).mount(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_looked_at_is_not_called_clean() {
    for status in [500, 501] {
        let state = tempfile::tempdir().expect("a folder");
        let blind = server(ResponseTemplate::new(status)).await;
        deletable(&blind, 409).await;
        let journal = journal(state.path(), &blind.uri(), false);
        for _ in 0..2 {
            let (exit, told) = clean(state.path());
            assert_eq!(exit, Some(1), "{told}");
            assert!(told.contains("uncertain: uploads cannot be listed"), "{told}");
            assert!(told.contains(&journal.display().to_string()), "{told}");
            assert!(!told.contains("nothing is left in"), "{told}");
            assert!(journal.exists(), "the journal stays");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_looked_at_is_clean_and_so_is_a_bucket_that_is_gone() {
    for (uploads, own_bucket, of_bucket) in
        [(listing(""), false, 409), (ResponseTemplate::new(500), true, 204)]
    {
        let state = tempfile::tempdir().expect("a folder");
        let server = server(uploads).await;
        deletable(&server, of_bucket).await;
        let journal = journal(state.path(), &server.uri(), own_bucket);
        let (exit, told) = clean(state.path());
        assert_eq!(exit, Some(0), "{told}");
        assert!(told.contains("nothing is left in mpuspec-r1"), "{told}");
        assert!(!journal.exists());
    }
}

#[test]
fn a_server_that_is_gone_makes_nobody_red_and_can_be_forgotten() {
    let state = tempfile::tempdir().expect("a folder");
    let journal = journal(state.path(), "http://127.0.0.1:1", true);
    let clean = |more: &[&str]| {
        let output = command(state.path()).arg("clean").args(more).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output))
    };
    let (exit, told) = clean(&["--dry-run"]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(
        told.contains("run r1: 1 uploads and 1 objects may be below mpuspec/r1/ in mpuspec-r1"),
        "{told}"
    );
    let (exit, told) = clean(&[]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.contains("its journal stays") && told.contains("clean --forget --run r1"), "{told}");
    let (exit, told) = clean(&["--run", "r2"]);
    assert_eq!((exit, told.contains("run r2 has left no journal")), (Some(0), true), "{told}");
    let (exit, told) = clean(&["--forget"]);
    assert_eq!(exit, Some(2), "which one is said: {told}");
    assert!(journal.exists());
    let (exit, told) = clean(&["--forget", "--run", "r1"]);
    assert_eq!(exit, Some(0), "{told}");
    assert!(!journal.exists());
}

#[test]
fn a_journal_with_an_odd_region_stops_no_other() {
    let state = tempfile::tempdir().expect("a folder");
    let path = journal(state.path(), "http://127.0.0.1:1", false);
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(&path, text.replace("us-east-1", "us\\r\\nx: y")).expect("written");
    let (exit, told) = clean(state.path());
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains("is no region"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_aborted_by_the_key_that_was_sent() {
    // Without an answer to the creation, the journal has the key alone.
    for answered in [true, false] {
        aborted_by_the_key_that_was_sent(answered).await;
    }
}

async fn aborted_by_the_key_that_was_sent(answered: bool) {
    let state = tempfile::tempdir().expect("a folder");
    // The server says the key as well as it can, and keeps the upload.
    let garbled = "<Upload><Key>mpuspec/r1/a\u{fffd}b</Key><UploadId>U1</UploadId></Upload>";
    let server = server(listing(garbled)).await;
    deletable(&server, 409).await;
    let journal = journal(state.path(), &server.uri(), false);
    if !answered {
        let text = std::fs::read_to_string(&journal).expect("it is there");
        let lines = text.lines().filter(|line| !line.starts_with("{\"upload\""));
        std::fs::write(&journal, lines.map(|line| format!("{line}\n")).collect::<String>()).expect("written");
    }
    let (exit, told) = clean(state.path());
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains("left upload U1") && !told.contains('\u{fffd}'), "{told}");
    assert!(journal.exists());

    let requests = server.received_requests().await.expect("they are recorded");
    let asked = |what: &str| -> Vec<&Request> {
        requests
            .iter()
            .filter(|request| request.url.query().is_some_and(|query| query.contains(what)))
            .collect()
    };
    let aborts = asked("uploadId=U1");
    assert!(aborts.len() > 1);
    assert!(aborts.iter().all(|request| request.url.path() == IN_A_URL), "{aborts:#?}");
    for listing in [asked("list-type=2"), asked("uploads")] {
        assert!(!listing.is_empty());
        for request in listing {
            assert!(
                request.url.query().is_some_and(|query| query.contains("encoding-type=url")),
                "{request:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_cannot_be_reached_keeps_nobody_else_from_being_cleaned() {
    let state = tempfile::tempdir().expect("a folder");
    let server = server(listing("")).await;
    deletable(&server, 409).await;
    let gone = journal(state.path(), "http://127.0.0.1:1", false);
    let other = gone.with_file_name("r0.jsonl");
    std::fs::rename(&gone, &other).expect("moved");
    let reached = journal(state.path(), &server.uri(), false);
    let (exit, told) = clean(state.path());
    assert_eq!(exit, Some(0), "a server that is gone keeps nothing: {told}");
    assert!(other.exists() && !reached.exists(), "{told}");
}

#[test]
fn what_the_bundled_mock_held_went_with_it() {
    let state = tempfile::tempdir().expect("a folder");
    let mut run = command(state.path())
        .args(["run", "--mock"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("it starts");
    let journals = state.path().join("mpuspec/journals");
    let written = || {
        std::fs::read_dir(&journals)
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| std::fs::read_to_string(entry.path()).is_ok_and(|text| text.lines().count() > 1))
    };
    while !written() && run.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    run.kill().expect("it is killed");
    run.wait().expect("it ended");
    let (exit, told) = clean(state.path());
    assert_eq!(exit, Some(0), "{told}");
    assert!(told.contains("its own server ended with it"), "{told}");
    assert_eq!(std::fs::read_dir(&journals).expect("it is there").count(), 0);
}

/// A journal can be anybody's: it has no bucket removed that no run makes.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_bucket_of_the_run_is_removed() {
    let state = tempfile::tempdir().expect("a folder");
    let server = server(listing("")).await;
    deletable(&server, 204).await;
    journal_of("salaries", state.path(), &server.uri(), true);
    clean(state.path());
    let asked = server.received_requests().await.expect("recorded");
    let deleted: Vec<&str> = asked
        .iter()
        .filter(|request| request.method == "DELETE")
        .map(|request| request.url.path())
        .filter(|path| !path.starts_with("/salaries/mpuspec/r1/"))
        .collect();
    assert!(deleted.is_empty(), "{deleted:?}");
}

/// A listing that never ends, of keys that a run may have made.
struct Endless(AtomicU64);

impl Respond for Endless {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let page = self.0.fetch_add(1, Ordering::SeqCst);
        let entry = |at| {
            format!("<Contents><Key>mpuspec/r1/{page}-{at}</Key><ETag>\"e\"</ETag><Size>1</Size></Contents>")
        };
        let entries: String = (0..1_000).map(entry).collect();
        ResponseTemplate::new(200).set_body_string(format!(
            "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>{page}</NextContinuationToken>{entries}</ListBucketResult>"
        ))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_without_end_is_left_and_the_journal_stays() {
    let state = tempfile::tempdir().expect("a folder");
    let server = MockServer::start().await;
    let objects = Mock::given(method("GET")).and(query_param_contains("list-type", "2"));
    objects.respond_with(Endless(AtomicU64::new(0))).mount(&server).await;
    let uploads = Mock::given(method("GET")).and(query_param_contains("uploads", ""));
    uploads.respond_with(listing("")).mount(&server).await;
    Mock::given(method("HEAD")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(204)).mount(&server).await;
    let path = journal(state.path(), &server.uri(), false);
    let (exit, told) = clean(state.path());
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains("the pages lead to no end") && path.exists(), "{told}");
    assert!(told.len() < 1 << 20, "{}", told.len());
}

/// A server that takes requests and answers none but HEAD.
fn silent() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or(0);
            if request[..read].starts_with(b"HEAD") {
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            } else {
                kept.push(stream);
            }
        }
    });
    format!("http://{address}")
}

#[test]
fn a_server_that_hangs_is_left_alone() {
    let state = tempfile::tempdir().expect("a folder");
    let path = journal(state.path(), &silent(), false);
    let output = command(state.path()).args(["clean", "--timeout", "300ms"]).output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("calls in a row had no answer") && path.exists(), "{told}");
}

#[test]
fn what_is_no_journal_is_named() {
    let state = tempfile::tempdir().expect("a folder");
    let path = journal(state.path(), "http://127.0.0.1:1", false);
    std::fs::write(&path, "garbage\n").expect("written");
    let (exit, told) = clean(state.path());
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains("it is no journal") && path.exists(), "{told}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_before_the_rows_ends_in_order_too() {
    let state = tempfile::tempdir().expect("a folder");
    let mut run = command(state.path())
        .args(["run", "--endpoint", &silent(), "--bucket", "b", "--timeout", "2s"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let journals = state.path().join("mpuspec/journals");
    while std::fs::read_dir(&journals).map_or(0, Iterator::count) == 0 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let id = run.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("it runs").success());
    let mut told = String::new();
    run.stderr.take().expect("it is piped").read_to_string(&mut told).expect("it is text");
    assert_eq!(run.wait().expect("it ended").code(), Some(130), "{told}");
    assert!(told.contains("interrupted before the first row: "), "{told}");
}

#[cfg(unix)]
#[test]
fn a_second_interrupt_leaves_at_once_and_the_journal_stays() {
    let state = tempfile::tempdir().expect("a folder");
    let mock = crate::stage::with_bucket(mpuspec_mock::Mock::builder(), "b");
    let mut run = command(state.path())
        .args(["run", "--endpoint", &mock.endpoint(), "--bucket", "b", "--rate", "100", "--verbose"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = std::io::BufReader::new(run.stderr.take().expect("it is piped"));
    let mut line = String::new();
    // The first row has ended: the run is under way, and there is something to remove.
    while !line.contains("(  1/") && said.read_line(&mut line).is_ok_and(|read| read > 0) {}
    let interrupt = || {
        let id = run.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("it runs").success());
    };
    interrupt();
    line.clear();
    while !line.contains("again to stop at once") && said.read_line(&mut line).is_ok_and(|read| read > 0) {}
    interrupt();
    let ended = std::time::Instant::now();
    assert_eq!(run.wait().expect("it ended").code(), Some(130), "{line}");
    assert!(ended.elapsed() < std::time::Duration::from_secs(5));
    let journals = std::fs::read_dir(state.path().join("mpuspec/journals")).expect("it is there");
    assert_eq!(journals.count(), 1);
}

/// Answers the first creation of an upload, and lets every other one wait.
struct AnswersOnce(AtomicU64);

impl Respond for AnswersOnce {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let answer = ResponseTemplate::new(200).set_body_string(
            "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>U1</UploadId></InitiateMultipartUploadResult>",
        );
        match self.0.fetch_add(1, Ordering::SeqCst) {
            0 => answer,
            _ => answer.set_delay(std::time::Duration::from_secs(5)),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_creation_had_no_answer_is_named_where_none_are_listed() {
    let state = tempfile::tempdir().expect("a folder");
    let server = server(ResponseTemplate::new(501)).await;
    deletable(&server, 204).await;
    let creation = Mock::given(method("POST")).and(query_param_contains("uploads", ""));
    creation.respond_with(AnswersOnce(AtomicU64::new(0))).mount(&server).await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let told = run_at(&server, state.path(), &["create/unique-upload-ids", "--timeout", "300ms"]);
    assert!(told.contains("may be in progress: no answer to its creation has named it"), "{told}");
    let journals = std::fs::read_dir(state.path().join("mpuspec/journals")).expect("it is there");
    assert_eq!(journals.count(), 1, "the journal stays: {told}");
}

/// Answers each creation of an upload for the second time alone: the first asks to slow down.
struct Throttles(AtomicU64);

impl Respond for Throttles {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let asked = self.0.fetch_add(1, Ordering::SeqCst);
        match asked % 2 {
            0 => ResponseTemplate::new(503),
            _ => ResponseTemplate::new(200).set_body_string(format!(
                "<InitiateMultipartUploadResult><Bucket>b</Bucket><Key>k</Key><UploadId>U{asked}</UploadId></InitiateMultipartUploadResult>"
            )),
        }
    }
}

fn run_at(server: &MockServer, state: &Path, asked: &[&str]) -> String {
    let output = command(state)
        .args(["run", "--bucket", "b", "--endpoint"])
        .arg(server.uri())
        .args(asked)
        .env("AWS_ACCESS_KEY_ID", "key")
        .env("AWS_SECRET_ACCESS_KEY", "a-secret-of-forty-characters-for-the-test")
        .output()
        .expect("it runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_a_slow_server_may_have_made_twice_is_named_where_none_are_listed() {
    let state = tempfile::tempdir().expect("a folder");
    let server = server(ResponseTemplate::new(501)).await;
    deletable(&server, 204).await;
    let creation = Mock::given(method("POST")).and(query_param_contains("uploads", ""));
    creation.respond_with(Throttles(AtomicU64::new(0))).mount(&server).await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let told = run_at(&server, state.path(), &["create/unique-upload-ids"]);
    let named = told.matches("may be in progress: no answer to its creation has named it").count();
    assert!(named > 1 && told.contains("/preflight/object may be in progress"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_of_the_preflight_that_cannot_be_aborted_is_named() {
    let state = tempfile::tempdir().expect("a folder");
    let server = server(ResponseTemplate::new(501)).await;
    let creation = Mock::given(method("POST")).and(query_param_contains("uploads", ""));
    creation.respond_with(AnswersOnce(AtomicU64::new(0))).mount(&server).await;
    Mock::given(method("PUT")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let refused = Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(403));
    refused.with_priority(1).mount(&server).await;
    let told = run_at(&server, state.path(), &["--timeout", "300ms", "create/unique-upload-ids"]);
    assert!(told.contains("LEFT upload U1 of mpuspec/"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_behind_a_slash_that_no_answer_has_named_is_found() {
    let state = tempfile::tempdir().expect("a folder");
    let server = MockServer::start().await;
    Mock::given(method("HEAD")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let upload = "<Upload><Key>/mpuspec/r1/a</Key><UploadId>U1</UploadId></Upload>";
    let behind_a_slash = Mock::given(query_param_contains("uploads", ""))
        .and(wiremock::matchers::query_param("prefix", "/mpuspec/r1/"));
    behind_a_slash.respond_with(listing(upload)).up_to_n_times(1).with_priority(1).mount(&server).await;
    let others = Mock::given(query_param_contains("uploads", ""));
    others.respond_with(listing("")).with_priority(2).mount(&server).await;
    let aborted = Mock::given(method("DELETE")).and(query_param_contains("uploadId", "U1"));
    aborted.respond_with(ResponseTemplate::new(204)).expect(1).mount(&server).await;
    let objects = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    let listed = Mock::given(method("GET")).and(query_param_contains("list-type", "2"));
    listed.respond_with(ResponseTemplate::new(200).set_body_string(objects)).mount(&server).await;
    let path = journal_of("b", state.path(), &server.uri(), false);
    let text = std::fs::read_to_string(&path).expect("it is there");
    let head = text.lines().next().expect("a head");
    std::fs::write(&path, format!("{head}\n{{\"creating\":\"/mpuspec/r1/a\"}}\n")).expect("written");
    let (_, told) = clean(state.path());
    server.verify().await;
    assert!(told.contains("nothing is left"), "{told}");
}
