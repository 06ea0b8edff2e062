//! The client: one call is one request on the wire, recorded before anybody judges it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::header::HOST;
use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};

use super::answer::{Answer, Response};
use super::dialect::own;
use super::exchange::{Body as Recorded, Exchange, RecordedRequest, RecordedResponse, cut};
use super::held::Stop;
use super::s3::Operation;
use super::sign::{Resource, Signed, sign_request};
use super::{
    Body, Budget, Credentials, Held, Redactor, Request, Signing, Tamper, Target, Trouble, TroubleKind, Who,
};

/// How connections are made.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// The longest time for one call.
    pub timeout: Duration,
    /// A certificate authority, as PEM.
    pub ca: Option<Vec<u8>>,
    /// Accepts any certificate.
    pub insecure: bool,
    /// A proxy; the environment is never asked.
    pub proxy: Option<String>,
}

/// A request that is ready to be sent.
struct Prepared {
    signed: http::Request<()>,
    url: reqwest::Url,
    body: Option<Bytes>,
}

/// Whether a name stands for this machine wherever it is looked up (RFC 6761).
fn is_here(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost")
}

/// Sends signed requests to a target.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// Where requests go.
    pub target: Arc<Target>,
    credentials: Arc<Credentials>,
    second: Option<Arc<Credentials>>,
    temporary: Option<Arc<Credentials>>,
    /// Knows the secrets.
    pub redactor: Arc<Redactor>,
    /// What may be spent.
    pub budget: Arc<Budget>,
    timeout: Duration,
    started: Instant,
}

/// The exchanges of a row.
#[derive(Clone, Debug, Default)]
pub struct Log {
    exchanges: Arc<Mutex<Vec<Exchange>>>,
    lane: Option<String>,
    clean_up: bool,
}

impl Log {
    /// The same log, for a lane of a race.
    #[must_use]
    pub fn lane(&self, name: &str) -> Self {
        Self { lane: Some(name.to_owned()), ..self.clone() }
    }

    /// A log for clean-up, whose requests are never refused by the budget.
    pub fn for_clean_up() -> Self {
        Self { clean_up: true, ..Self::default() }
    }

    /// How many exchanges there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// The exchanges so far.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.lock().clone()
    }

    /// Those that came behind the first `from`.
    pub fn since(&self, from: usize) -> Vec<Exchange> {
        self.lock()[from..].to_vec()
    }

    /// The newest exchange.
    pub fn last(&self) -> Option<Exchange> {
        self.lock().last().cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Exchange>> {
        self.exchanges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, mut exchange: Exchange) {
        let mut exchanges = self.lock();
        exchange.n = exchanges.len() as u32 + 1;
        exchange.lane.clone_from(&self.lane);
        exchanges.push(exchange);
    }
}

/// More than any document of S3: 1,000 uploads with long, encoded keys.
const LONGEST_DOCUMENT: u64 = 16 << 20;

/// Behind a larger body the connection is not used again: a server that refuses it unread closes the
/// connection, and another call, of another row even, would be cut.
const LARGEST_BODY_KEPT_ALIVE: usize = 64 << 10;

impl Client {
    /// Makes a client.
    pub fn new(
        target: Target,
        credentials: Credentials,
        budget: Budget,
        options: &ClientOptions,
    ) -> Result<Self, String> {
        let mut builder = reqwest::Client::builder()
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(options.timeout.min(Duration::from_secs(10)))
            // A connection that the server is about to close must not be taken again.
            .pool_idle_timeout(Duration::from_secs(1))
            .tcp_nodelay(true)
            .tls_danger_accept_invalid_certs(options.insecure)
            .no_proxy();
        if let Some(proxy) = &options.proxy {
            let proxy = reqwest::Proxy::all(proxy).map_err(|_| "--proxy: not a URL".to_owned())?;
            builder = builder.proxy(proxy);
        }
        if let Some(pem) = &options.ca {
            let certificates =
                reqwest::Certificate::from_pem_bundle(pem).map_err(|error| format!("--ca-file: {error}"))?;
            builder = builder.tls_certs_merge(certificates);
        }
        // A bucket before localhost is on this machine too, which not every resolver knows (RFC 6761).
        if let Some(host) = target.endpoint.host_str().filter(|host| is_here(host)) {
            let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            builder = builder.resolve(&format!("{}.{host}", target.bucket), here).resolve(host, here);
        }
        let http = builder.build().map_err(|error| error.to_string())?;
        let redactor = Redactor::default();
        redactor.learn(&credentials.secret_key);
        if let Some(token) = &credentials.token {
            redactor.learn(token);
        }
        Ok(Self {
            http,
            target: Arc::new(target),
            credentials: Arc::new(credentials),
            second: None,
            temporary: None,
            redactor: Arc::new(redactor),
            budget: Arc::new(budget),
            timeout: options.timeout,
            started: Instant::now(),
        })
    }

    /// The same client with another bucket or another way to address it.
    #[must_use]
    pub fn with_target(&self, target: Target) -> Self {
        Self { target: Arc::new(target), ..self.clone() }
    }

    /// Knows the credentials of a second principal too.
    #[must_use]
    pub fn with_second(mut self, second: Option<Credentials>) -> Self {
        if let Some(second) = &second {
            self.redactor.learn(&second.secret_key);
            if let Some(token) = &second.token {
                self.redactor.learn(token);
            }
        }
        self.second = second.map(Arc::new);
        self
    }

    /// Knows credentials with a security token too.
    #[must_use]
    pub fn with_temporary(mut self, temporary: Option<Credentials>) -> Self {
        if let Some(temporary) = &temporary {
            self.redactor.learn(&temporary.secret_key);
        }
        for token in temporary.iter().filter_map(|temporary| temporary.token.as_ref()) {
            self.redactor.learn(token);
        }
        self.temporary = temporary.map(Arc::new);
        self
    }

    /// The credentials with a security token: those of the run itself, or others.
    fn temporary(&self) -> Option<&Credentials> {
        let own = Some(&self.credentials).filter(|credentials| credentials.token.is_some());
        own.or(self.temporary.as_ref()).map(AsRef::as_ref)
    }

    /// Whether there are credentials with a security token.
    pub fn has_temporary(&self) -> bool {
        self.temporary().is_some()
    }

    /// Whether there is a second principal.
    pub fn has_second(&self) -> bool {
        self.second.is_some()
    }

    /// Carries out an operation and reads its answer.
    pub async fn call(&self, operation: &dyn Operation, log: &Log) -> Result<Answer, Trouble> {
        self.call_as(operation, &Signing::default(), log).await
    }

    /// As [`call`](Self::call), signed in a way of its own.
    pub async fn call_as(
        &self,
        operation: &dyn Operation,
        signing: &Signing,
        log: &Log,
    ) -> Result<Answer, Trouble> {
        let response = self.send(operation, signing, log).await?;
        let answer = operation.read(&response, &self.target.bucket);
        answer.map_err(|reason| Trouble::new(TroubleKind::Unreadable, self.redactor.clean(&reason)))
    }

    async fn send(
        &self,
        operation: &dyn Operation,
        signing: &Signing,
        log: &Log,
    ) -> Result<Response, Trouble> {
        let request = operation.request(self.target.dialect);
        let size = request.body.bytes().len() as u64;
        if log.clean_up {
            self.budget.take_anyway(size).await;
        } else {
            self.budget.take(size).await?;
        }
        let Prepared { signed, url, body } = self
            .prepare(&request, signing)
            .map_err(|reason| Trouble::new(TroubleKind::Unreachable, reason))?;
        let most = operation.longest_answer().unwrap_or(LONGEST_DOCUMENT);
        let recorded_request = self.record_request(&signed, &request.body);
        let start_us = self.now_us();
        let outcome = tokio::time::timeout(self.timeout, self.exchange(signed, url, body, most)).await;
        let end_us = self.now_us();
        let outcome = outcome.unwrap_or_else(|_| {
            let detail = format!("{} s", self.timeout.as_secs_f32());
            Err((Trouble::new(TroubleKind::Timeout, detail), None))
        });
        let (response, trouble, partial) = match outcome {
            Ok(response) => (Some(response), None, None),
            Err((trouble, partial)) => (None, Some(trouble), partial),
        };
        let recorded =
            response.as_ref().or(partial.as_deref()).map(|r| self.record_response(r, response.is_some()));
        log.record(Exchange {
            n: 0,
            operation: operation.name().to_owned(),
            lane: None,
            start_us,
            end_us,
            request: recorded_request,
            response: recorded,
            trouble: trouble.as_ref().map(|trouble| self.redactor.clean(&trouble.to_string())),
        });
        match (response, trouble) {
            (Some(response), _) => Ok(response),
            (None, Some(trouble)) => Err(trouble),
            (None, None) => Err(Trouble::new(TroubleKind::Cut, "")),
        }
    }

    /// Sends a request up to the middle of its body. Only where nothing encrypts the connection.
    pub async fn hold(&self, operation: &dyn Operation) -> Result<Held, Trouble> {
        self.begin(operation, &Signing::default(), Stop::Half).await
    }

    /// Sends a request but for its last byte, so that several can be released together.
    pub async fn hold_back(&self, operation: &dyn Operation, signing: &Signing) -> Result<Held, Trouble> {
        self.begin(operation, signing, Stop::LastByte).await
    }

    async fn begin(&self, operation: &dyn Operation, signing: &Signing, stop: Stop) -> Result<Held, Trouble> {
        let request = operation.request(self.target.dialect);
        self.budget.take(request.body.bytes().len() as u64).await?;
        let Prepared { signed, body, .. } = self
            .prepare(&request, signing)
            .map_err(|reason| Trouble::new(TroubleKind::Unreachable, reason))?;
        let body = body.unwrap_or_default();
        let recorded = self.record_request(&signed, &request.body);
        let most =
            usize::try_from(operation.longest_answer().unwrap_or(LONGEST_DOCUMENT)).unwrap_or(usize::MAX);
        let begun = Held::begin(&signed, body, (stop, most), operation.name(), self.now_us(), recorded);
        let late = |_| Err(Trouble::new(TroubleKind::Timeout, "while the body was sent"));
        tokio::time::timeout(self.timeout, begun).await.unwrap_or_else(late)
    }

    /// Sends the rest of a held request and reads its answer.
    pub async fn release(
        &self,
        mut held: Held,
        operation: &dyn Operation,
        log: &Log,
    ) -> Result<Answer, Trouble> {
        let late = |_| Err(Trouble::new(TroubleKind::Timeout, "after the rest of the body"));
        let outcome = tokio::time::timeout(self.timeout, held.finish()).await.unwrap_or_else(late);
        self.record_held(held, outcome.as_ref(), log);
        let answer = operation.read(&outcome?, &self.target.bucket);
        answer.map_err(|reason| Trouble::new(TroubleKind::Unreadable, self.redactor.clean(&reason)))
    }

    /// Closes the connection of a held request.
    pub async fn cut(&self, mut held: Held, log: &Log) {
        held.cut_off().await;
        let closed = Trouble::new(TroubleKind::Cut, "closed by the suite in the middle of the body");
        self.record_held(held, Err(&closed), log);
    }

    fn record_held(&self, held: Held, outcome: Result<&Response, &Trouble>, log: &Log) {
        log.record(Exchange {
            n: 0,
            operation: held.operation.to_owned(),
            lane: None,
            start_us: held.start_us,
            end_us: self.now_us(),
            request: held.request,
            response: outcome.ok().map(|response| self.record_response(response, true)),
            trouble: outcome.err().map(|trouble| self.redactor.clean(&trouble.to_string())),
        });
    }

    /// Addresses and signs.
    fn prepare(&self, request: &Request, signing: &Signing) -> Result<Prepared, String> {
        let bucket = request.bucket.as_deref().unwrap_or(&self.target.bucket);
        let (base, path) = self.target.base(bucket, request.addressing);
        let path_and_query = request.path_and_query(&path);
        let url = base.join(&path_and_query).map_err(|error| error.to_string())?;
        // A URL takes dot segments out of its path: such a key would name something else.
        let path_alone = path_and_query.split('?').next().unwrap_or_default();
        if url.path() != path_alone || url.host_str() != base.host_str() {
            return Err("a key with dot segments, or one that begins with a slash, cannot be sent".to_owned());
        }
        let mut signed = http::Request::builder()
            .method(request.method.clone())
            .uri(url.as_str())
            .body(())
            .map_err(|error| error.to_string())?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
            None => url.host_str().unwrap_or_default().to_owned(),
        };
        let headers = signed.headers_mut();
        headers.insert(HOST, HeaderValue::try_from(host).map_err(|error| error.to_string())?);
        let framed = match &request.body {
            Body::Framed(blob, framing) => framing.headers(blob.len()),
            _ => Vec::new(),
        };
        for (name, value) in request.headers.iter().chain(&framed) {
            let name = HeaderName::try_from(name).map_err(|error| error.to_string())?;
            headers
                .append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|error| error.to_string())?);
        }
        // An empty body would otherwise go without its length, which S3 asks for.
        if matches!(request.method.as_str(), "PUT" | "POST") && request.body.bytes().is_empty() {
            headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        // A header that is there to be changed after signing.
        let tampered = HeaderName::try_from(own(self.target.dialect, "meta-mpuspec"));
        let tampered = tampered.map_err(|error| error.to_string())?;
        if signing.tamper == Some(Tamper::Header) {
            headers.insert(tampered.clone(), HeaderValue::from_static("signed"));
        }
        let resource = Resource { bucket, key: request.key.as_deref() };
        let made = self.sign(&mut signed, &request.body, &resource, signing)?;
        let mut body = match (&request.body, made) {
            (Body::Framed(blob, framing), Some(Signed { chunks: Some(mut chunks), .. })) => {
                Some(framing.frame(&blob.bytes, &mut chunks))
            }
            (Body::Empty, _) if !matches!(signed.method().as_str(), "PUT" | "POST") => None,
            (body, _) => Some(body.bytes()),
        };
        let mut url = if signing.url.is_some() {
            reqwest::Url::parse(&signed.uri().to_string()).map_err(|error| error.to_string())?
        } else {
            url
        };
        match signing.tamper {
            None => {}
            // Another key below the prefix of the row.
            Some(Tamper::Path) => url.set_path(&format!("{}x", url.path())),
            Some(Tamper::Query) => {
                let query = url.query().map_or_else(String::new, |query| format!("{query}&"));
                url.set_query(Some(&format!("{query}mpuspec-tampered=1")));
            }
            Some(Tamper::PartNumber) => {
                let query = url.query().unwrap_or_default();
                let (before, after) = query
                    .split_once("partNumber=")
                    .ok_or("a request without a part number has none to change")?;
                let rest = after.split_once('&').map_or(String::new(), |(_, rest)| format!("&{rest}"));
                url.set_query(Some(&format!("{before}partNumber=2{rest}")));
            }
            Some(Tamper::Header | Tamper::NewHeader) => {
                signed.headers_mut().insert(tampered, HeaderValue::from_static("tampered"));
            }
            Some(Tamper::Body) => {
                let mut bytes = BytesMut::from(body.unwrap_or_default());
                *bytes.first_mut().ok_or("a request without a body has none to be tampered with")? ^= 1;
                body = Some(bytes.freeze());
            }
        }
        *signed.uri_mut() = url.as_str().parse().map_err(|_| "the URL cannot be sent".to_owned())?;
        Ok(Prepared { signed, url, body })
    }

    /// Signs in place, unless nobody does.
    fn sign(
        &self,
        request: &mut http::Request<()>,
        body: &Body,
        resource: &Resource<'_>,
        signing: &Signing,
    ) -> Result<Option<Signed>, String> {
        let unknown;
        let credentials = match signing.who {
            Who::Main => &*self.credentials,
            Who::Second => self.second.as_deref().ok_or("there is no second principal")?,
            Who::Temporary => self.temporary().ok_or("there are no temporary credentials")?,
            Who::UnknownKey => {
                unknown = Credentials {
                    access_key: "AKIAMPUSPECUNKNOWNKE".to_owned(),
                    token: None,
                    ..(*self.credentials).clone()
                };
                &unknown
            }
            Who::Anonymous => return Ok(None),
        };
        let target = (self.target.dialect, self.target.region.as_str());
        let signed = sign_request(request, body, resource, credentials, target, signing)?;
        self.redactor.learn_signature(&signed.signature);
        Ok(Some(signed))
    }

    async fn exchange(
        &self,
        signed: http::Request<()>,
        url: reqwest::Url,
        body: Option<Bytes>,
        most: u64,
    ) -> Result<Response, (Trouble, Option<Box<Response>>)> {
        let mut request = self.http.request(signed.method().clone(), url).headers(signed.headers().clone());
        if let Some(body) = body {
            if body.len() > LARGEST_BODY_KEPT_ALIVE {
                request = request.header(http::header::CONNECTION, "close");
            }
            request = request.body(body);
        }
        let mut answer = request.send().await.map_err(|error| (Trouble::of(&error), None))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = BytesMut::new();
        let whole = |body: BytesMut| Response { status, headers: headers.clone(), body: body.freeze() };
        loop {
            match answer.chunk().await {
                Ok(None) => return Ok(whole(body)),
                Ok(Some(piece)) if (body.len() + piece.len()) as u64 > most => {
                    let detail = format!("more than {most} bytes");
                    return Err((Trouble::new(TroubleKind::Oversized, detail), Some(Box::new(whole(body)))));
                }
                Ok(Some(piece)) => body.extend_from_slice(&piece),
                Err(error) => return Err((Trouble::of(&error), Some(Box::new(whole(body))))),
            }
        }
    }

    /// Microseconds since the run began.
    pub fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn record_request(&self, request: &http::Request<()>, body: &Body) -> RecordedRequest {
        let target = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let body = match body {
            Body::Empty => Recorded::default(),
            Body::Document(bytes) => self.record_body(bytes, true),
            Body::Blob(blob) | Body::Framed(blob, _) => Recorded {
                bytes: blob.len(),
                sha256: Some(blob.sha256().to_owned()),
                made_from: Some(blob.made_from.clone()),
                text: None,
            },
        };
        RecordedRequest {
            method: request.method().to_string(),
            target: self.redactor.clean_target(target),
            headers: self.record_headers(request.headers()),
            body,
        }
    }

    fn record_response(&self, response: &Response, whole: bool) -> RecordedResponse {
        RecordedResponse {
            status: response.status.as_u16(),
            headers: self.record_headers(&response.headers),
            body: self.record_body(&response.body, whole),
        }
    }

    fn record_headers(&self, headers: &http::HeaderMap) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), self.redactor.clean_header(name.as_str(), &value))
            })
            .collect()
    }

    fn record_body(&self, bytes: &Bytes, whole: bool) -> Recorded {
        if bytes.is_empty() {
            return Recorded::default();
        }
        // Made bytes are random, and so no text.
        let text = std::str::from_utf8(bytes).ok().map(|text| cut(&self.redactor.clean(text)));
        // Where a secret was taken out, a digest of the whole would let it be guessed at.
        let sha256 = (whole && text.is_none()).then(|| hex::encode(Sha256::digest(bytes)));
        Recorded { bytes: bytes.len() as u64, sha256, made_from: None, text }
    }
}
