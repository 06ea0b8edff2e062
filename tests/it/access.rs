use std::time::Duration;

use mpuspec::internals::operation::abort_multipart_upload::AbortMultipartUploadRequest;
use mpuspec::internals::operation::complete_multipart_upload::CompleteMultipartUploadRequest;
use mpuspec::internals::operation::completed_parts::CompletedPart;
use mpuspec::internals::operation::create_multipart_upload::CreateMultipartUploadRequest;
use mpuspec::internals::operation::list_multipart_uploads::ListMultipartUploadsRequest;
use mpuspec::internals::operation::list_parts::ListPartsRequest;
use mpuspec::internals::operation::put_object::PutObjectRequest;
use mpuspec::internals::operation::raw::RawRequest;
use mpuspec::internals::operation::upload_part::UploadPartRequest;
use mpuspec::internals::operation::upload_part_copy::UploadPartCopyRequest;
use mpuspec::internals::wire::{Body, Call, Log, Signing, Who};
use mpuspec_mock::Mock;

use crate::stage::{client, mpuspec, small, stderr, with_bucket};

const CALLS: [(&str, &str); 7] = [
    ("CreateMultipartUpload", "s3:PutObject"),
    ("UploadPart", "s3:PutObject"),
    ("UploadPartCopy", "s3:GetObject"),
    ("CompleteMultipartUpload", "s3:PutObject"),
    ("AbortMultipartUpload", "s3:AbortMultipartUpload"),
    ("ListParts", "s3:ListMultipartUploadParts"),
    ("ListMultipartUploads", "s3:ListBucketMultipartUploads"),
];

const EVERYTHING: [&str; 5] = [
    "s3:PutObject",
    "s3:GetObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:ListBucketMultipartUploads",
];

fn policy(allowed: &[&str], denied: &[&str]) -> String {
    let statement = |effect: &str, actions: &[&str]| {
        serde_json::json!({
            "Effect": effect,
            "Principal": { "AWS": ["arn:aws:iam::000000000000:user/mpuspec-second"] },
            "Action": actions,
            "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
        })
    };
    serde_json::json!({ "Statement": [statement("Allow", allowed), statement("Deny", denied)] }).to_string()
}

/// Makes the seven calls as the second principal, on an upload of the owner's, and gives those refused.
async fn refused(mock: &Mock, policy: &str) -> Vec<&'static str> {
    let client = client(&mock.endpoint(), "bucket", Duration::from_secs(5));
    let log = Log::default();
    let put = RawRequest {
        addressing: None,
        method: "PUT".parse().expect("a method"),
        key: None,
        query: vec![("policy".to_owned(), None)],
        headers: Vec::new(),
        body: Body::Document(policy.to_owned().into()),
    };
    assert!(client.call(&put, &log).await.expect("an answer").is_ok());
    let key = "k".to_owned();
    let create = CreateMultipartUploadRequest { key: key.clone(), ..Default::default() };
    let created = client.call(&create, &log).await.expect("an answer");
    let upload_id = created.upload_ids[0].clone();
    let body = std::sync::Arc::new(mpuspec::internals::wire::Blob::new("bytes".into(), "a test".to_owned()));
    let part = UploadPartRequest {
        key: key.clone(),
        upload_id: upload_id.clone(),
        number: "1".to_owned(),
        body: body.clone(),
        headers: Vec::new(),
        framing: None,
    };
    let source = PutObjectRequest { key: "src".to_owned(), body, headers: Vec::new() };
    assert!(client.call(&source, &log).await.expect("an answer").is_ok());
    let etag = client.call(&part, &log).await.expect("an answer").etag;
    let parts = vec![CompletedPart { number: Some("1".to_owned()), etag, ..Default::default() }];
    let second = Signing { who: Who::Second, ..Signing::default() };
    let copy = UploadPartCopyRequest {
        key: key.clone(),
        upload_id: upload_id.clone(),
        number: "2".to_owned(),
        source: "bucket/src".to_owned(),
        ..Default::default()
    };
    let calls: [Box<dyn Call>; 7] = [
        Box::new(create),
        Box::new(part),
        Box::new(copy),
        Box::new(ListPartsRequest { key: key.clone(), upload_id: upload_id.clone(), ..Default::default() }),
        Box::new(ListMultipartUploadsRequest::default()),
        Box::new(CompleteMultipartUploadRequest {
            key: key.clone(),
            upload_id: upload_id.clone(),
            parts,
            ..Default::default()
        }),
        Box::new(AbortMultipartUploadRequest { key, upload_id }),
    ];
    let mut refused = Vec::new();
    for call in &calls {
        let answer = client.call_as(call.as_ref(), &second, &log).await.expect("an answer");
        if answer.code() == "AccessDenied" {
            refused.push(call.name());
        }
    }
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_allows_and_denies_each_of_the_seven_calls() {
    let mock = || with_bucket(Mock::builder().provider(small("aws-s3")), "bucket");
    assert_eq!(refused(&mock(), &policy(&EVERYTHING, &[])).await, Vec::<&str>::new());
    assert_eq!(refused(&mock(), &policy(&["s3:DeleteObject"], &[])).await.len(), 7);
    for (name, action) in CALLS {
        let without: Vec<&str> = EVERYTHING.into_iter().filter(|known| *known != action).collect();
        for refused in [
            refused(&mock(), &policy(&without, &[])).await,
            refused(&mock(), &policy(&EVERYTHING, &[action])).await,
        ] {
            assert!(refused.contains(&name), "{name} without {action}: refused were {refused:?}");
        }
    }
}

fn passes(endpoint: &str, addressing: &str, more: &[&str]) {
    let fixed = ["run", "--endpoint", endpoint, "--provider", "aws-s3", "--addressing", addressing];
    let limits = ["--limit", "min_part_size=2KiB"];
    let output = mpuspec(&[&fixed, &limits[..], more].concat());
    assert_eq!(output.status.code(), Some(0), "{addressing}: {}", stderr(&output));
}

#[test]
fn the_suite_runs_over_tls_and_with_the_bucket_in_the_name_of_the_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("certificate.pem");
    let mock = Mock::builder().provider(small("aws-s3")).tls().start().expect("it starts");
    std::fs::write(&file, mock.certificate().expect("it has one")).expect("written");
    let file = file.display().to_string();
    let endpoint = mock.endpoint();
    for addressing in ["path", "virtual"] {
        passes(&endpoint, addressing, &["--ca-file", &file, "upload/*", "auth/*", "keys/*"]);
    }
    let output = mpuspec(&["run", "--endpoint", &endpoint, "upload/simple"]);
    assert_eq!(output.status.code(), Some(3), "a certificate that nobody vouches for: {}", stderr(&output));
}

#[test]
fn a_bucket_before_localhost_is_found_without_tls_too() {
    let mock = Mock::builder().provider(small("aws-s3")).start().expect("it starts");
    let endpoint = mock.endpoint().replace("127.0.0.1", "localhost");
    passes(&endpoint, "virtual", &["upload/*", "keys/*", "list-*/walk*"]);
}
