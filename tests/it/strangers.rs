use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mpuspec::internals::operation::create_multipart_upload::CreateMultipartUploadRequest;
use mpuspec::internals::operation::list_multipart_uploads::ListMultipartUploadsRequest;
use mpuspec::internals::operation::list_objects::ListObjectsRequest;
use mpuspec::internals::operation::put_object::PutObjectRequest;
use mpuspec::internals::wire::{Blob, Client, Log};
use mpuspec_mock::Mock;

use crate::stage::{client, command, stderr, with_bucket};

type Seen = (BTreeSet<String>, BTreeSet<(String, String)>);

/// Everything in the bucket.
async fn inventory(client: &Client) -> Seen {
    let log = Log::for_clean_up();
    let objects = client.call(&ListObjectsRequest::default(), &log).await.expect("listed");
    let uploads = client.call(&ListMultipartUploadsRequest::default(), &log).await.expect("listed");
    assert!(!objects.truncated && !uploads.truncated);
    (
        objects.keys.into_iter().map(|(key, _)| key).collect(),
        uploads.uploads.into_iter().flatten().map(|upload| (upload.key, upload.id)).collect(),
    )
}

/// 50 objects and 20 uploads of other people, some of them near the suite's own prefix.
async fn strangers(client: &Client) -> Seen {
    let log = Log::for_clean_up();
    let body = Arc::new(Blob::new("a stranger's".into(), String::new()));
    for at in 0..50 {
        let key = match at % 3 {
            0 => format!("photos/{at}"),
            1 => format!("mpuspec/{at}"),
            _ => format!("mpuspec-{at}"),
        };
        let put = PutObjectRequest { key, body: body.clone(), headers: Vec::new() };
        assert!(client.call(&put, &log).await.expect("stored").is_ok());
    }
    for at in 0..20 {
        let key = if at % 2 == 0 { format!("mpuspec/up-{at}") } else { format!("up-{at}") };
        let create = CreateMultipartUploadRequest { key, ..Default::default() };
        assert!(client.call(&create, &log).await.expect("created").is_ok());
    }
    inventory(client).await
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_stay_unharmed_and_killed_runs_are_cleaned() {
    let mock = with_bucket(Mock::builder(), "shared");
    let endpoint = mock.endpoint();
    let client = client(&endpoint, "shared", Duration::from_secs(20));
    let before = strangers(&client).await;
    let state = tempfile::tempdir().expect("a folder");
    let run = || {
        let mut command = command(state.path());
        command.args([
            "run",
            "--endpoint",
            &endpoint,
            "--bucket",
            "shared",
            "--limit",
            "min_part_size=64KiB",
        ]);
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command
    };
    assert!(run().status().expect("it runs").code().is_some());
    assert_eq!(inventory(&client).await, before);

    // Killed at moments that spread over a run.
    for turn in 0..10u64 {
        let mut child = run().spawn().expect("it starts");
        tokio::time::sleep(Duration::from_millis(60 + 70 * turn)).await;
        let _ = child.kill();
        let _ = child.wait();
    }
    let output = command(state.path()).arg("clean").output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(inventory(&client).await, before);
    let again = command(state.path()).arg("clean").output().expect("it runs");
    assert!(String::from_utf8_lossy(&again.stdout).contains("no run has left anything"));
}

/// A case file is data: what it may not reach is a mistake of the file, with its place.
#[test]
fn what_a_file_would_do_is_told_before_it_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    let text = "title: A fact\nlevel: MUST\nsource: [\"aws/ListParts#answer\"]\nsteps:\n  - create_upload:\n  \
                - upload_part: { number: 1, size: 5 }\n    as_user: second\n  - raw: { method: GET }\n  - list_parts:\n    \
                expect: ok\n";
    std::fs::write(&path, text).expect("written");
    let output = crate::stage::mpuspec(&["lint", "--untrusted", &path.display().to_string()]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &crate::stage::stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    for line in [
        "1 rows, at least 6 requests and 5 bytes",
        "steps: CreateMultipartUpload (1), ListParts (1), UploadPart (1), raw (1)",
        "signs with the second credentials too",
        "sends 1 requests in words of HTTP",
        "nothing but keys below mpuspec/RUN/",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}

/// What is in an outcome of an outcome is done too.
#[test]
fn what_a_file_would_do_is_told_however_deep_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    let text = r#"title: A fact
level: MUST
source: ["aws/ListParts#answer"]
steps:
  - create_upload:
    expect:
      one_of:
        - name: refused
          error: any
        - name: done
          status: 200
          then:
            - list_parts:
              expect:
                one_of:
                  - name: refused
                    error: any
                  - name: listed
                    status: 200
                    then:
                      - upload_part: { number: 1, size: 7000 }
                        as_user: second
                      - restart:
"#;
    std::fs::write(&path, text).expect("written");
    let output = crate::stage::mpuspec(&["lint", "--untrusted", &path.display().to_string()]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &crate::stage::stderr(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    for line in ["at least 4 requests and 7000 bytes", "the second credentials", "starts the server anew"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    // A file that lies as the suite's own do is no less somebody else's.
    let own = folder.path().join("cases/area");
    std::fs::create_dir_all(&own).expect("a folder");
    std::fs::write(folder.path().join("cases/sources.yaml"), "{}").expect("written");
    std::fs::write(own.join("case.yaml"), text).expect("written");
    let output =
        crate::stage::mpuspec(&["lint", "--untrusted", &own.join("case.yaml").display().to_string()]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &crate::stage::stderr(&output);
    assert!(told.contains("starts the server anew") || output.status.code() == Some(2), "{told}");
}

#[test]
fn an_object_to_copy_from_has_a_size_that_memory_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    for (size, exit, line) in
        [("1MiB", 0, "at least 3 requests and 1048576 bytes"), ("50GiB", 2, "53687091200 bytes to copy from")]
    {
        let text = format!(
            "title: A fact\nlevel: MUST\nsource: [\"aws/ListParts#answer\"]\nsteps:\n  - create_upload:\n  - \
             upload_part_copy: {{ number: 1, source: {{ shared: {size} }}, range: [0, 9] }}\n    expect: ok\n"
        );
        std::fs::write(&path, text).expect("written");
        let output = crate::stage::mpuspec(&["lint", "--untrusted", &path.display().to_string()]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &crate::stage::stderr(&output);
        assert_eq!(output.status.code(), Some(exit), "{told}");
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn a_claim_is_not_waited_for_without_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.yaml");
    let of = |within: &str| {
        format!(
            "title: A fact\nlevel: MUST\nsource: [\"aws/ListParts#answer\"]\nsteps:\n  - create_upload:\n  - list_parts:\n    \
             expect: {{ count: 1, within: {within} }}\n"
        )
    };
    for (within, exit, line) in [
        ("300s", 0, "asks again until what it claims is so, for up to 300 s"),
        ("100000h", 2, "a claim is waited for up to 300s"),
        ("-5s", 2, "a claim is waited for up to 300s"),
    ] {
        std::fs::write(&path, of(within)).expect("written");
        let output = crate::stage::mpuspec(&["lint", "--untrusted", &path.display().to_string()]);
        let told = String::from_utf8_lossy(&output.stdout).into_owned() + &crate::stage::stderr(&output);
        assert_eq!(output.status.code(), Some(exit), "{told}");
        assert!(told.contains(line), "{told}");
    }
}

#[test]
fn a_case_names_no_key_and_no_header_beyond_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("case.yaml");
    for (step, message) in [
        ("raw: { method: PUT, key: { begins: \"static/\" } }", "a key begins with `/` or with `\\`"),
        ("put_object: { key: { begins: \"photos/\" }, size: 1 }", "a key begins with `/` or with `\\`"),
        (
            "raw: { method: PUT, headers: { x-amz-copy-source: /private/salaries } }",
            "the header `x-amz-copy-source`",
        ),
        ("raw: { method: PUT, headers: { X-Amz-Acl: public-read } }", "the header `X-Amz-Acl`"),
        ("raw: { method: PUT, headers: { Host: other.example } }", "the header `Host`"),
        ("raw: { method: PUT, headers: { Authorization: x } }", "the header `Authorization`"),
        ("raw: { method: PUT, headers: { Transfer-Encoding: chunked } }", "the header `Transfer-Encoding`"),
        ("raw: { method: PUT, query: [acl] }", "the parameter `acl`"),
        ("raw: { method: PUT, query: [\"uploads&acl\"] }", "the parameter `uploads&acl`"),
    ] {
        let text = format!(
            "title: A fact\nlevel: MUST\nsource: [\"https://docs.example.org\"]\nsteps:\n  - {step}\n    expect: {{ error: any }}\n"
        );
        std::fs::write(&file, text).expect("written");
        let output = command(folder.path()).arg("lint").arg(&file).output().expect("it runs");
        let told = stderr(&output) + &String::from_utf8_lossy(&output.stdout);
        assert_ne!(output.status.code(), Some(0), "{step}");
        assert!(told.contains(message) && told.contains("case.yaml:5:"), "{step}: {told}");
    }
}
