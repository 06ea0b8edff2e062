//! What the mock makes of requests as clients send them, written by hand.

use std::io::{Read, Write};
use std::net::TcpStream;

use mpuspec_mock::provider::{Limit, LimitName};
use mpuspec_mock::{Mock, MockBuilder};

/// A server that does not look at signatures, with the bucket `b`.
fn server() -> Mock {
    let any_size = Limit { name: LimitName::MinPartSize, value: None };
    let lenient = ["ignore-signatures", "ignore-skew", "ignore-expiry", "ignore-unsigned-headers"];
    let defects = lenient.map(|name| name.parse().expect("a defect"));
    let mock = defects.into_iter().fold(Mock::builder().limit(any_size), MockBuilder::defect);
    let mock = mock.start().expect("it starts");
    mock.create_bucket("b");
    mock
}

struct Answer {
    status: u16,
    /// The head in lowercase.
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Returns the text of the first element of this name.
    fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
        Some(rest.split_once(&format!("</{name}>"))?.0)
    }

    fn refusal(&self) -> (u16, Option<&str>) {
        (self.status, self.element("Code"))
    }
}

const CREDENTIAL: &str = "mpuspec/20260101/us-east-1/s3/aws4_request";

/// Sends a request that is signed in its URL, if that holds a signature, or in a header.
fn send(mock: &Mock, request: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut head = format!("{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n");
    if !request.contains("X-Amz-Signature") {
        head += &format!(
            "authorization: AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host, Signature=00\r\nx-amz-date: 20260101T000000Z\r\n"
        );
        if !headers.iter().any(|(name, _)| *name == "x-amz-content-sha256") {
            head += "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n";
        }
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    let mut stream = TcpStream::connect(mock.address()).expect("a connection");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
}

/// A URL that is signed, with these parameters beside the signature.
fn signed_url(target: &str) -> String {
    let join = if target.contains('?') { '&' } else { '?' };
    format!(
        "{target}{join}X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00",
        CREDENTIAL.replace('/', "%2F")
    )
}

fn put(mock: &Mock, key: &str, body: &str) {
    assert_eq!(send(mock, &format!("PUT /b/{key}"), &[], body).status, 200, "{key}");
}

fn create(mock: &Mock, headers: &[(&str, &str)]) -> String {
    let created = send(mock, "POST /b/k?uploads", headers, "");
    created.element("UploadId").expect("an id").to_owned()
}

#[test]
fn attributes_may_come_one_a_line() {
    let mock = server();
    put(&mock, "k", "abc");
    let lines = [("x-amz-object-attributes", "ETag"), ("x-amz-object-attributes", "ObjectSize")];
    let answer = send(&mock, "GET /b/k?attributes", &lines, "");
    assert_eq!(answer.element("ObjectSize"), Some("3"));
    assert!(answer.element("ETag").is_some());
}

#[test]
fn conditions_may_come_one_a_line() {
    let mock = server();
    put(&mock, "k", "abc");
    let etag = "\"900150983cd24fb0d6963f7d28e17f72\"";
    let answer = send(&mock, "GET /b/k", &[("if-none-match", "\"0\""), ("if-none-match", etag)], "");
    assert_eq!(answer.status, 304);
    assert_eq!(answer.header("etag"), Some(etag));
    assert!(answer.header("last-modified").is_some());
}

#[test]
fn headers_in_a_signed_url_count() {
    let mock = server();
    let url = signed_url("/b/k?x-amz-meta-a=1&x-amz-checksum-crc32=AAAAAA%3D%3D");
    assert_eq!(send(&mock, &format!("PUT {url}"), &[], "abc").status, 200);
    assert_eq!(send(&mock, "HEAD /b/k", &[], "").header("x-amz-meta-a"), Some("1"));
    let url = signed_url("/b/k?if-none-match=*");
    let answer = send(&mock, &format!("PUT {url}"), &[], "abc");
    assert_eq!(answer.refusal(), (412, Some("PreconditionFailed")));
}

#[test]
fn a_frame_of_another_length_than_declared_is_incomplete() {
    let mock = server();
    let upload = create(&mock, &[]);
    for declared in ["3", "7"] {
        let headers = [
            ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            ("x-amz-decoded-content-length", declared),
        ];
        let request = format!("PUT /b/k?partNumber=1&uploadId={upload}");
        let answer = send(&mock, &request, &headers, "5\r\nabcde\r\n0\r\n\r\n");
        assert_eq!(answer.refusal(), (400, Some("IncompleteBody")), "{declared}");
    }
    let parts = send(&mock, &format!("GET /b/k?uploadId={upload}"), &[], "");
    assert_eq!((parts.status, parts.element("Part")), (200, None));
}

#[test]
fn newer_checksums_are_verified_with_a_part_and_at_the_completion() {
    let mock = server();
    for (name, value) in [
        ("xxhash64", "RLws9a13CZk="),
        ("xxhash3", "eK9flIkvOVA="),
        ("xxhash128", "BrBatnM6YYV4r1+UiS85UA=="),
        ("md5", "kAFQmDzST7DWlj99KOF/cg=="),
    ] {
        let header = format!("x-amz-checksum-{name}");
        let upload = create(&mock, &[("x-amz-checksum-algorithm", &name.to_uppercase())]);
        let part = format!("PUT /b/k?partNumber=1&uploadId={upload}");
        let wrong = send(&mock, &part, &[(&header, value)], "abd");
        assert_eq!(wrong.refusal(), (400, Some("BadDigest")), "{name}");
        let missing = send(&mock, &part, &[], "abc");
        assert_eq!(missing.refusal(), (400, Some("InvalidRequest")), "{name}");
        let answer = send(&mock, &part, &[(&header, value)], "abc");
        assert_eq!(answer.header(&header), Some(value.to_ascii_lowercase().as_str()), "{name}");
        let element = format!("Checksum{}", name.to_uppercase());
        let list = format!(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>900150983cd24fb0d6963f7d28e17f72</ETag><{element}>{value}</{element}></Part></CompleteMultipartUpload>"
        );
        let answer = send(&mock, &format!("POST /b/k?uploadId={upload}"), &[], &list);
        assert_eq!(answer.element("ChecksumType"), Some("COMPOSITE"), "{name}");
        assert!(answer.element(&element).is_some_and(|value| value.ends_with("-1")), "{name}");
    }
    let full = [("x-amz-checksum-algorithm", "SHA512"), ("x-amz-checksum-type", "FULL_OBJECT")];
    assert_eq!(send(&mock, "POST /b/k?uploads", &full, "").refusal(), (400, Some("InvalidRequest")));
}

#[test]
fn a_composite_checksum_may_come_without_the_number_of_parts() {
    let mock = server();
    for (value, status) in [("Rf3kaw==", 200), ("Rf3kaw==-1", 200), ("Rf3kaw==-2", 400), ("NSRBwg==", 400)] {
        let upload = create(&mock, &[("x-amz-checksum-algorithm", "CRC32")]);
        let part = format!("PUT /b/k?partNumber=1&uploadId={upload}");
        assert_eq!(send(&mock, &part, &[("x-amz-checksum-crc32", "NSRBwg==")], "abc").status, 200);
        let list = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>900150983cd24fb0d6963f7d28e17f72</ETag><ChecksumCRC32>NSRBwg==</ChecksumCRC32></Part></CompleteMultipartUpload>";
        let complete = format!("POST /b/k?uploadId={upload}");
        let answer = send(&mock, &complete, &[("x-amz-checksum-crc32", value)], list);
        assert_eq!(answer.status, status, "{value}");
        let told = (status == 200).then_some("Rf3kaw==-1");
        assert_eq!(answer.element("ChecksumCRC32"), told, "{value}");
    }
}

#[test]
fn what_is_not_there_is_refused_by_the_name_of_its_header() {
    let mock = server();
    put(&mock, "k", "abc");
    for (request, name, value) in [
        ("PUT /b/k", "x-amz-write-offset-bytes", "3"),
        ("GET /b/k", "x-amz-server-side-encryption-customer-algorithm", "AES256"),
        ("PUT /b/k", "x-amz-server-side-encryption", "aws:kms"),
        ("DELETE /b/k", "x-amz-if-match-size", "7"),
    ] {
        let answer = send(&mock, request, &[(name, value)], "");
        assert_eq!(answer.refusal(), (501, Some("NotImplemented")), "{name}");
        assert_eq!(answer.element("Header"), Some(name));
    }
    for (name, value, code) in [
        ("x-amz-server-side-encryption", "nonsense", "InvalidArgument"),
        ("x-amz-object-lock-legal-hold", "ON", "InvalidRequest"),
        ("x-amz-request-payer", "me", "InvalidArgument"),
        ("x-amz-expected-bucket-owner", "me", "InvalidBucketOwnerAWSAccountID"),
        ("x-amz-expected-bucket-owner", mpuspec_mock::SECOND_ACCOUNT_ID, "AccessDenied"),
        ("x-amz-tagging", "a=1=2", "InvalidArgument"),
        ("if-match", "*", "NotImplemented"),
    ] {
        let answer = send(&mock, "PUT /b/k", &[(name, value)], "changed");
        assert_eq!(answer.element("Code"), Some(code), "{name}: {value}");
    }
    assert_eq!(send(&mock, "GET /b/k", &[], "").body, "abc");
    let harmless = [
        ("x-amz-user-agent", "sdk"),
        ("amz-sdk-invocation-id", "1"),
        ("x-amz-request-payer", "requester"),
        ("x-amz-expected-bucket-owner", mpuspec_mock::ACCOUNT_ID),
        ("x-amz-server-side-encryption", "AES256"),
    ];
    assert_eq!(send(&mock, "PUT /b/k", &harmless, "").status, 200);
}

#[test]
fn a_part_bears_no_metadata() {
    let mock = server();
    let upload = create(&mock, &[("x-amz-meta-a", "1")]);
    let request = format!("PUT /b/k?partNumber=1&uploadId={upload}");
    let answer = send(&mock, &request, &[("x-amz-meta-a", "2")], "abc");
    assert_eq!(answer.refusal(), (400, Some("InvalidArgument")));
    assert_eq!(answer.element("ArgumentName"), Some("x-amz-meta-a"));
}

#[test]
fn metadata_comes_back_as_an_encoded_word_where_it_has_to() {
    let mock = server();
    let sent = [("x-amz-meta-plain", "=?UTF-8?B?YWJj?="), ("x-amz-meta-other", "=?utf-8?Q?=C3=A4?=")];
    assert_eq!(send(&mock, "PUT /b/k", &sent, "").status, 200);
    let head = send(&mock, "HEAD /b/k", &[], "");
    assert_eq!(head.header("x-amz-meta-plain"), Some("abc"));
    assert_eq!(head.header("x-amz-meta-other"), Some("=?utf-8?b?w6q=?="));
}

#[test]
fn keys_are_deleted_as_they_are_written() {
    let mock = server();
    for key in ["%20k", "k", "l", "m"] {
        put(&mock, key, "abc");
    }
    let list = "<Delete><Object><Key> k</Key></Object><Object><Key>l</Key><VersionId>zm1uOxum.DfrtaVE9opSLgR21orgDN0L</VersionId></Object><Object><Key>m</Key><ETag>0</ETag></Object><Quiet>true</Quiet></Delete>";
    let answer = send(&mock, "POST /b?delete", &[], list);
    assert!(!answer.body.contains("<Deleted>"));
    assert!(answer.body.contains("NoSuchVersion") && answer.body.contains("PreconditionFailed"));
    let listed = send(&mock, "GET /b?list-type=2", &[], "").body;
    assert!(!listed.contains("<Key> k</Key>") && listed.contains("<Key>k</Key>"));
    assert!(listed.contains("<Key>l</Key>") && listed.contains("<Key>m</Key>"));
}

#[test]
fn a_stated_etag_has_to_be_that_of_what_is_deleted_or_overwritten() {
    let mock = server();
    put(&mock, "k", "abc");
    let other = [("if-match", "\"0\"")];
    assert_eq!(send(&mock, "DELETE /b/k", &other, "").refusal(), (412, Some("PreconditionFailed")));
    assert_eq!(send(&mock, "DELETE /b/none", &other, "").refusal(), (404, Some("NoSuchKey")));
    let copy = [("x-amz-copy-source", "b/k"), ("if-none-match", "*")];
    assert_eq!(send(&mock, "PUT /b/l", &copy, "").status, 200);
    assert_eq!(send(&mock, "PUT /b/l", &copy, "").refusal(), (412, Some("PreconditionFailed")));
    assert_eq!(send(&mock, "DELETE /b/k", &[("if-match", "*")], "").status, 204);
}

#[test]
fn a_plus_sign_in_a_copy_source_is_a_blank() {
    let mock = server();
    put(&mock, "c%2B%2B", "abc");
    let raw = send(&mock, "PUT /b/l", &[("x-amz-copy-source", "b/c++")], "");
    assert_eq!(raw.refusal(), (404, Some("NoSuchKey")));
    let encoded = send(&mock, "PUT /b/l", &[("x-amz-copy-source", "b/c%2B%2B?versionId=null")], "");
    assert_eq!(encoded.status, 200);
}

#[test]
fn every_object_is_the_version_null() {
    let mock = server();
    for key in ["a", "d/1", "d/2", "e"] {
        put(&mock, key, "abc");
    }
    let page = send(&mock, "GET /b?versions&max-keys=2&delimiter=/", &[], "");
    assert!(page.body.contains("<Prefix>d/</Prefix>"));
    assert_eq!(page.element("VersionId"), Some("null"));
    assert_eq!(page.element("NextKeyMarker"), Some("d/"));
    assert_eq!(page.element("NextVersionIdMarker"), None);
    let page = send(&mock, "GET /b?versions&delimiter=/&key-marker=d/", &[], "");
    assert_eq!((page.element("Key"), page.element("IsTruncated")), (Some("e"), Some("false")));
    assert_eq!(send(&mock, "HEAD /b/a?versionId=null", &[], "").status, 200);
    assert_eq!(send(&mock, "GET /b/a?versionId=1", &[], "").refusal(), (400, Some("InvalidArgument")));
    assert_eq!(send(&mock, "DELETE /b/a?versionId=null", &[], "").status, 204);
}

#[test]
fn settings_of_a_bucket_are_kept() {
    let mock = server();
    for (name, default, document, kept) in [
        (
            "publicAccessBlock",
            "<BlockPublicAcls>true</BlockPublicAcls>",
            "<PublicAccessBlockConfiguration><IgnorePublicAcls>true</IgnorePublicAcls></PublicAccessBlockConfiguration>",
            "<BlockPublicAcls>false</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>",
        ),
        (
            "ownershipControls",
            "BucketOwnerEnforced",
            "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>",
            "ObjectWriter",
        ),
        (
            "encryption",
            "<SSEAlgorithm>AES256</SSEAlgorithm>",
            "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>",
            "<SSEAlgorithm>aws:kms</SSEAlgorithm>",
        ),
    ] {
        let get = || send(&mock, &format!("GET /b?{name}"), &[], "");
        assert!(get().body.contains(default), "{name}");
        assert_eq!(send(&mock, &format!("PUT /b?{name}"), &[], document).status, 200, "{name}");
        assert!(get().body.contains(kept), "{name}");
        let broken = send(&mock, &format!("PUT /b?{name}"), &[], "<Other/>");
        assert_eq!(broken.refusal(), (400, Some("MalformedXML")), "{name}");
        assert_eq!(send(&mock, &format!("DELETE /b?{name}"), &[], "").status, 204, "{name}");
        assert_eq!(get().status, if name == "encryption" { 200 } else { 404 }, "{name}");
    }
}

#[test]
fn a_read_is_answered_with_the_headers_that_it_asks_for() {
    let mock = server();
    put(&mock, "k", "abc");
    let request = "GET /b/k?response-content-type=text/x&response-content-disposition=inline";
    let answer = send(&mock, request, &[("range", "bytes=0-2"), ("x-amz-checksum-mode", "ENABLED")], "");
    assert_eq!(answer.status, 206);
    assert_eq!(answer.header("content-type"), Some("text/x"));
    assert_eq!(answer.header("content-disposition"), Some("inline"));
    assert!(answer.header("x-amz-checksum-crc64nvme").is_some(), "the range is the whole object");
}

#[test]
fn an_archived_object_cannot_be_read() {
    let mock = server();
    assert_eq!(send(&mock, "PUT /b/k", &[("x-amz-storage-class", "GLACIER")], "abc").status, 200);
    assert_eq!(send(&mock, "HEAD /b/k", &[], "").status, 200);
    assert_eq!(send(&mock, "GET /b/k", &[], "").refusal(), (403, Some("InvalidObjectState")));
    let copy = send(&mock, "PUT /b/l", &[("x-amz-copy-source", "b/k")], "");
    assert_eq!(copy.refusal(), (403, Some("InvalidObjectState")));
}

#[test]
fn a_copy_has_the_tags_that_its_directive_says() {
    let mock = server();
    assert_eq!(send(&mock, "PUT /b/k", &[("x-amz-tagging", "a=1")], "").status, 200);
    let tags_with = |headers: &[(&str, &str)]| {
        let headers = [&[("x-amz-copy-source", "b/k")], headers].concat();
        let copied = send(&mock, "PUT /b/l", &headers, "");
        assert_eq!(copied.status, 200, "{}", copied.body);
        send(&mock, "GET /b/l?tagging", &[], "").element("Key").map(str::to_owned)
    };
    assert_eq!(tags_with(&[("x-amz-metadata-directive", "REPLACE")]).as_deref(), Some("a"));
    let replaced = [("x-amz-tagging-directive", "REPLACE"), ("x-amz-tagging", "b=1")];
    assert_eq!(tags_with(&replaced).as_deref(), Some("b"));
}

#[test]
fn whoever_may_not_see_a_bucket_learns_its_region() {
    let mock = server();
    let mut stream = TcpStream::connect(mock.address()).expect("a connection");
    write!(stream, "HEAD /b HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 403"));
    assert!(answer.contains("x-amz-bucket-region: us-east-1"));
}

#[test]
fn a_refusal_ends_the_connection_of_whoever_waits_for_a_go_ahead() {
    let mock = server();
    let mut stream = TcpStream::connect(mock.address()).expect("a connection");
    let head = "PUT /b/k HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: 0\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the connection is closed");
    assert!(answer.starts_with("HTTP/1.1 403"));
}

#[test]
fn a_token_leads_to_the_next_page_of_its_own_listing_alone() {
    let mock = server();
    for key in ["a", "b"] {
        put(&mock, key, "abc");
    }
    let page = send(&mock, "GET /b?list-type=2&max-keys=1&start-after=0&fetch-owner=true", &[], "");
    assert_eq!((page.element("StartAfter"), page.element("ID")), (Some("0"), Some("mpuspec")));
    assert_eq!(page.element("ChecksumAlgorithm"), Some("CRC64NVME"));
    let token = page.element("NextContinuationToken").expect("a token").replace('=', "%3D");
    let page = send(&mock, &format!("GET /b?list-type=2&continuation-token={token}"), &[], "");
    assert_eq!((page.element("Key"), page.element("ID")), (Some("b"), None));
    let other = send(&mock, "GET /b?list-type=2&continuation-token=a", &[], "");
    assert_eq!(other.refusal(), (400, Some("InvalidArgument")));
}
