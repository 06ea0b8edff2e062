use std::time::Duration;

use mpuspec::internals::operation::complete_multipart_upload::CompleteMultipartUploadRequest;
use mpuspec::internals::operation::get_object::GetObjectRequest;
use mpuspec::internals::wire::{Call, Log, TroubleKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::stage::client;

/// A server that answers every request with the same bytes, and then closes or falls silent.
async fn scripted(answer: Vec<u8>, silent: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 64 << 10];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(&answer).await;
                if silent {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                }
            });
        }
    });
    format!("http://{address}")
}

async fn trouble_of(answer: &[u8], silent: bool) -> TroubleKind {
    let endpoint = scripted(answer.to_vec(), silent).await;
    let client = client(&endpoint, "bucket", Duration::from_millis(400));
    let call = GetObjectRequest { key: "k".to_owned(), longest: 1000, ..Default::default() };
    client.call(&call, &Log::default()).await.expect_err("there is no right answer").kind
}

#[tokio::test]
async fn every_kind_of_trouble_is_told_apart() {
    assert_eq!(trouble_of(b"", true).await, TroubleKind::Timeout);
    assert_eq!(
        trouble_of(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", true).await,
        TroubleKind::Timeout
    );
    assert_eq!(
        trouble_of(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", false).await,
        TroubleKind::Cut
    );
    assert_eq!(trouble_of(b"", false).await, TroubleKind::Cut);
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'x'; 5000]].concat();
    assert_eq!(trouble_of(&endless, true).await, TroubleKind::Oversized);
    assert_eq!(trouble_of(b"SSH-2.0-OpenSSH_9.2\r\n", false).await, TroubleKind::Unreadable);
}

async fn answer_of(
    template: ResponseTemplate,
    call: &dyn Call,
) -> Result<mpuspec::internals::wire::Answer, TroubleKind> {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(template).mount(&server).await;
    let client = client(&server.uri(), "bucket", Duration::from_secs(5));
    client.call(call, &Log::default()).await.map_err(|trouble| trouble.kind)
}

fn complete() -> CompleteMultipartUploadRequest {
    CompleteMultipartUploadRequest { key: "k".to_owned(), upload_id: "u".to_owned(), ..Default::default() }
}

#[tokio::test]
async fn an_error_inside_a_200_is_seen_behind_white_space() {
    let body = "   \n<?xml version=\"1.0\"?><Error><Code>InternalError</Code><Message>m</Message></Error>";
    let answer =
        answer_of(ResponseTemplate::new(200).set_body_string(body), &complete()).await.expect("it is read");
    assert!(!answer.is_ok());
    assert_eq!(answer.summary(), "200 with an Error inside: InternalError");
}

#[tokio::test]
async fn an_answer_that_is_no_xml_or_breaks_off_cannot_be_understood() {
    for body in ["completed", "<html><br></html>", "<CompleteMultipartUploadResult>"] {
        let outcome = answer_of(ResponseTemplate::new(200).set_body_string(body), &complete()).await;
        assert_eq!(outcome.err(), Some(TroubleKind::Unreadable), "{body}");
    }
}

#[tokio::test]
async fn what_an_answer_lacks_is_a_deviation_and_the_rest_is_read() {
    let deviations = |answer: &mpuspec::internals::wire::Answer| -> Vec<String> {
        answer.deviations.iter().map(|of| format!("{} {}", of.aspect, of.seen)).collect()
    };
    let body = "<Done xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>bucket</Bucket><Location/><ETag>e</ETag></Done>";
    let answer =
        answer_of(ResponseTemplate::new(200).set_body_string(body), &complete()).await.expect("it is read");
    assert!(answer.is_ok());
    assert_eq!(answer.etag.as_deref(), Some("e"));
    assert_eq!(
        deviations(&answer),
        ["root `Done`", "Key missing", "Location empty", "ETag.quotes missing in `e`"]
    );
    let answer = answer_of(ResponseTemplate::new(200), &complete()).await.expect("it is read");
    assert!(answer.is_ok() && answer.etag.is_none());
    assert_eq!(deviations(&answer)[0], "root missing: the body is empty");
}

#[tokio::test]
async fn a_key_that_xml_cannot_carry_is_not_compared() {
    let body = "<CompleteMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>bucket</Bucket><Location>l</Location><Key>a?b</Key><ETag>\"e\"</ETag></CompleteMultipartUploadResult>";
    let call = CompleteMultipartUploadRequest { key: "a\u{1}b".to_owned(), ..complete() };
    let answer =
        answer_of(ResponseTemplate::new(200).set_body_string(body), &call).await.expect("it is read");
    assert_eq!(answer.deviations, []);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let template = ResponseTemplate::new(307).insert_header("location", "http://127.0.0.1:1/");
    assert_eq!(answer_of(template, &complete()).await.expect("it is an answer").status, 307);
}

/// Echoes the whole request, as a debugging server would.
struct Echo;

impl wiremock::Respond for Echo {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let headers: String =
            request.headers.iter().map(|(n, v)| format!("{n}: {}\n", v.to_str().unwrap_or(""))).collect();
        let authorization =
            request.headers.get("authorization").and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        ResponseTemplate::new(403).insert_header("x-echo", authorization.as_str()).set_body_string(format!(
            "{} {}\n{headers} secret={}",
            request.method,
            request.url,
            mpuspec_mock::SECRET_KEY
        ))
    }
}

#[tokio::test]
async fn no_evidence_holds_a_secret_a_token_or_a_signature() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(Echo).mount(&server).await;
    let client = client(&server.uri(), "echo", Duration::from_secs(5));
    let log = Log::default();
    for _ in 0..3 {
        let _ = client.call(&complete(), &log).await;
    }
    let sent: Vec<String> = server
        .received_requests()
        .await
        .expect("they are recorded")
        .iter()
        .filter_map(|r| {
            r.headers.get("authorization")?.to_str().ok()?.split("Signature=").nth(1).map(str::to_owned)
        })
        .collect();
    assert_eq!(sent.len(), 3);
    let evidence = serde_json::to_string(&log.exchanges()).expect("JSON");
    for secret in
        sent.iter().map(String::as_str).chain([mpuspec_mock::SECRET_KEY, "a-session-token-that-is-secret"])
    {
        assert!(!evidence.contains(secret), "{secret} is in {evidence}");
    }
}
