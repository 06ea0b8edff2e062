use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::Method;
use mpuspec_mock::Mock;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::escape;

use super::judge::{Difference, Element, Observed, compare};
use super::language::{Arguments, Operation, Row, Step, Text, resolve};

use crate::stage::with_bucket;

const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const STRICT_BUT_SLASH: &AsciiSet = &STRICT.remove(b'/');
const BUCKET: &str = "recorded";

/// Sends the requests of a row to a mock of its own; gives what differs, with the step.
pub(super) async fn replay(row: &Row) -> Vec<(String, Difference)> {
    let mock = with_bucket(Mock::builder(), BUCKET);
    let mut replayer = Replayer {
        endpoint: mock.endpoint(),
        http: reqwest::Client::builder().no_proxy().build().expect("a client"),
        names: BTreeMap::from([("bucket".to_owned(), BUCKET.to_owned())]),
        keys: BTreeMap::new(),
        etags: BTreeMap::new(),
    };
    let mut found = Vec::new();
    for step in &row.record.steps {
        let observed = replayer.send(&row.id, step).await;
        let differences = match &step.answers {
            Some(answers) => compare(answers, &observed, &replayer.names),
            None if (200..300).contains(&observed.status) => Vec::new(),
            None => vec![Difference {
                at: "status".to_owned(),
                recorded: "success".to_owned(),
                answered: format!("{} {}", observed.status, String::from_utf8_lossy(&observed.body)),
            }],
        };
        found.extend(differences.into_iter().map(|difference| (step.step.clone(), difference)));
    }
    found
}

struct Replayer {
    endpoint: String,
    http: reqwest::Client,
    /// What `$name` stands for: the bucket, and the ids of uploads.
    names: BTreeMap<String, String>,
    /// The keys of uploads, by name.
    keys: BTreeMap<String, String>,
    /// The ETags that parts were answered with, by upload and number.
    etags: BTreeMap<(String, String), String>,
}

impl Replayer {
    async fn send(&mut self, row: &str, step: &Step) -> Observed {
        let Arguments { upload, number, customer_key, .. } = &step.with;
        assert!(customer_key.is_none(), "{row}: customers' keys cannot be sent");
        if step.send == Operation::CreateMultipartUpload {
            let upload = upload.clone().expect("a new upload has a name");
            let key = step.with.key.clone().unwrap_or_else(|| upload.clone());
            self.keys.insert(upload, key);
        }
        let (method, path, query) = self.target(step);
        let mut headers = Vec::new();
        for (name, Text(value)) in &step.with.headers {
            headers.push((name.clone(), self.header_value(value).await));
        }
        if let Some(source) = &step.with.source {
            let source = utf8_percent_encode(source, STRICT_BUT_SLASH).to_string();
            headers.push(("x-amz-copy-source".to_owned(), format!("{BUCKET}/{source}")));
        }
        let body = self.body(&step.with);
        let observed = self.exchange(method, &format!("{path}{query}"), headers, body).await;
        if let Some(upload) = upload {
            if step.send == Operation::CreateMultipartUpload {
                let document = Element::read(&observed.body).unwrap_or_default();
                // The id of an upload that was not made fits nothing.
                let id = document.text("UploadId").unwrap_or("none");
                self.names.insert(upload.clone(), id.to_owned());
            }
            if let Some(Text(number)) = number {
                let document = Element::read(&observed.body).unwrap_or_default();
                let header = observed.headers.get("etag").and_then(|etag| etag.to_str().ok());
                if let Some(etag) = header.or(document.text("ETag")).filter(|_| observed.status == 200) {
                    self.etags.insert((upload.clone(), number.clone()), etag.to_owned());
                }
            }
        }
        observed
    }

    /// Method, path and query.
    fn target(&self, step: &Step) -> (Method, String, String) {
        use Operation::*;
        let with = &step.with;
        let (method, flag) = match step.send {
            AbortMultipartUpload => (Method::DELETE, None),
            CompleteMultipartUpload => (Method::POST, None),
            CopyObject | PutObject | UploadPart | UploadPartCopy => (Method::PUT, None),
            CreateMultipartUpload => (Method::POST, Some("uploads")),
            DeleteObject => (Method::DELETE, None),
            GetBucketAcl | GetObjectAcl => (Method::GET, Some("acl")),
            GetObject | ListParts => (Method::GET, None),
            GetObjectAttributes => (Method::GET, Some("attributes")),
            HeadObject => (Method::HEAD, None),
            ListMultipartUploads => (Method::GET, Some("uploads")),
            PutBucketAcl => (Method::PUT, Some("acl")),
        };
        let mut path = format!("/{BUCKET}");
        if !matches!(step.send, GetBucketAcl | ListMultipartUploads | PutBucketAcl) {
            let of_upload = || with.upload.as_ref().and_then(|upload| self.keys.get(upload));
            let key = with.key.as_ref().or_else(of_upload).expect("the request has a key");
            path.push('/');
            path.push_str(&utf8_percent_encode(key, STRICT_BUT_SLASH).to_string());
        }
        let mut query: Vec<String> = flag.map(str::to_owned).into_iter().collect();
        let mut add = |name: &str, value: &str| {
            query.push(format!("{name}={}", utf8_percent_encode(value, STRICT)));
        };
        if let Some(Text(number)) = &with.number {
            add("partNumber", number);
        }
        if step.send != CreateMultipartUpload {
            let id = with.upload.as_ref().map(|upload| self.names.get(upload).expect("the upload was made"));
            if let Some(id) = with.upload_id.as_ref().or(id) {
                add("uploadId", id);
            }
        }
        for (name, Text(value)) in &with.query {
            add(name, &resolve(value, &self.names));
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        (method, path, query)
    }

    async fn header_value(&self, value: &str) -> String {
        const DAY: i64 = 24 * 60 * 60;
        let away = match value {
            "$yesterday" => -DAY,
            "$tomorrow" => DAY,
            "$now" => {
                // The time of day has to be later, in whole seconds, than that of the request before.
                tokio::time::sleep(Duration::from_millis(1100)).await;
                0
            }
            other => return resolve(other, &self.names),
        };
        let time = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second() + away).expect("a time");
        time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    fn body(&self, with: &Arguments) -> Bytes {
        let Some(parts) = &with.parts else {
            return with.body.as_ref().map(|content| content.0.clone()).unwrap_or_default();
        };
        let upload = with.upload.as_deref().unwrap_or_default();
        let mut text =
            String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for part in parts {
            let answered = || self.etags.get(&(upload.to_owned(), part.number.clone())).cloned();
            let etag = part.etag.clone().or_else(answered).unwrap_or_else(|| "none".to_owned());
            text.push_str(&format!("<Part><ETag>{}</ETag>", escape(&etag)));
            text.push_str(&format!("<PartNumber>{}</PartNumber>", part.number));
            for (algorithm, value) in &part.checksum {
                text.push_str(&format!("<Checksum{algorithm}>{value}</Checksum{algorithm}>"));
            }
            text.push_str("</Part>");
        }
        text.push_str("</CompleteMultipartUpload>");
        text.into()
    }

    async fn exchange(
        &self,
        method: Method,
        target: &str,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> Observed {
        let url = format!("{}{target}", self.endpoint);
        let host = self.endpoint.trim_start_matches("http://");
        let mut request = http::Request::builder().method(method).uri(&url).header("host", host);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let mut request = request.body(()).expect("a request");
        sign_request(&mut request);
        let mut sent = self.http.request(request.method().clone(), url).headers(request.headers().clone());
        if matches!(request.method().as_str(), "PUT" | "POST") {
            sent = sent.header("content-length", body.len()).body(body);
        }
        let answer = sent.send().await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Observed { status, headers, body: answer.bytes().await.expect("a whole answer") }
    }
}

/// Signs all but the body.
fn sign_request(request: &mut http::Request<()>) {
    let (key, secret) = (mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY);
    let identity = aws_credential_types::Credentials::new(key, secret, None, None, "test").into();
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(mpuspec_mock::REGION)
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .expect("all is there")
        .into();
    let uri = request.uri().to_string();
    let headers: Vec<(&str, &str)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().expect("ASCII")))
        .collect();
    let body = SignableBody::UnsignedPayload;
    let signable = SignableRequest::new(request.method().as_str(), uri, headers.into_iter(), body);
    let (instructions, _) = sign(signable.expect("it fits"), &params).expect("it is signed").into_parts();
    instructions.apply_to_request_http1x(request);
}
