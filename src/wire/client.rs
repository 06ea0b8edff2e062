//! The client: one call is one request on the wire, recorded before anybody judges it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::answer::{Answer, Response};
use super::call::Call;
use super::dialect::names;
use super::exchange::Exchange;
use super::held::Stop;
use super::pool::Pool;
use super::prepared::Prepared;
use super::recent::Recent;
use super::vitals::Vitals;
use super::{
    Budget, Confined, Credentials, Held, Log, RecentRequest, Redactor, Signing, Target, Trouble, TroubleKind,
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

/// Sends signed requests to a target.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Arc<Pool>,
    /// Where requests go.
    pub target: Arc<Target>,
    pub(super) credentials: Arc<Credentials>,
    pub(super) second: Option<Arc<Credentials>>,
    temporary: Option<Arc<Credentials>>,
    /// Knows the secrets.
    pub redactor: Arc<Redactor>,
    /// What may be spent.
    pub budget: Arc<Budget>,
    timeout: Duration,
    started: Instant,
    recent: Arc<Recent>,
    vitals: Arc<Vitals>,
    /// What it may touch; anything, where nobody says.
    pub(super) confined: Option<Arc<Confined>>,
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
        let pool = Pool::new(target.clone(), options.clone())?;
        let redactor = Redactor::default();
        redactor.learn(&credentials.secret_key);
        if let Some(token) = &credentials.token {
            redactor.learn(token);
        }
        let proxy = options.proxy.as_deref().and_then(|proxy| Url::parse(proxy).ok());
        if let Some(password) = proxy.as_ref().and_then(Url::password) {
            redactor.learn(password);
            redactor.learn(&percent_decode_str(password).decode_utf8_lossy());
        }
        Ok(Self {
            pool: Arc::new(pool),
            target: Arc::new(target),
            credentials: Arc::new(credentials),
            second: None,
            temporary: None,
            redactor: Arc::new(redactor),
            budget: Arc::new(budget),
            timeout: options.timeout,
            started: Instant::now(),
            recent: Arc::default(),
            vitals: Arc::default(),
            confined: None,
        })
    }

    /// The same client, which touches nothing but what a run may.
    #[must_use]
    pub fn confined(self, confined: Confined) -> Self {
        Self { confined: Some(Arc::new(confined)), ..self }
    }

    /// Knows nothing of a server that was started anew, which knows no connection that is open now.
    pub fn begin_anew(&self) {
        self.pool.renew();
        self.vitals.begin_anew();
    }

    /// Whether the newest calls had no answer in time, so that the server may hang.
    pub fn may_hang(&self) -> bool {
        self.vitals.is_silent()
    }

    /// How many answers broke off, or never began, because the server closed the connection.
    pub fn cuts(&self) -> u64 {
        self.vitals.cuts()
    }

    /// Sends nothing more but what cleans up: the server hangs.
    pub fn give_up(&self) {
        self.vitals.give_up();
    }

    fn is_asked(&self, log: &Log) -> Result<(), Trouble> {
        match self.vitals.is_given_up() && !log.is_for_clean_up() {
            true => Err(Trouble::new(TroubleKind::Hung, "")),
            false => Ok(()),
        }
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
    pub(super) fn temporary(&self) -> Option<&Credentials> {
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
    pub async fn call(&self, operation: &dyn Call, log: &Log) -> Result<Answer, Trouble> {
        self.call_as(operation, &Signing::default(), log).await
    }

    /// As [`call`](Self::call), signed in a way of its own.
    pub async fn call_as(
        &self,
        operation: &dyn Call,
        signing: &Signing,
        log: &Log,
    ) -> Result<Answer, Trouble> {
        match self.call_once(operation, signing, log).await {
            Err(closed) if log.insists() && closed.is_closed() => {
                sent_before(match self.call_once(operation, signing, log).await {
                    // The server has gone, perhaps because of the first one.
                    Err(trouble) if trouble.kind == TroubleKind::Unreachable => Err(closed),
                    answer => answer,
                })
            }
            answer => answer,
        }
    }

    async fn call_once(&self, operation: &dyn Call, signing: &Signing, log: &Log) -> Result<Answer, Trouble> {
        let (response, at) = self.send(operation, signing, log).await?;
        self.read(operation, &response, log, at)
    }

    /// Reads an answer; what deviates in it is added to its exchange.
    fn read(
        &self,
        operation: &dyn Call,
        response: &Response,
        log: &Log,
        at: usize,
    ) -> Result<Answer, Trouble> {
        let read = operation.read(response, &self.target.bucket);
        let mut answer =
            read.map_err(|reason| Trouble::new(TroubleKind::Unreadable, self.redactor.clean(&reason)))?;
        if !names(self.target.dialect).answers_have_namespace {
            answer.deviations.retain(|deviation| deviation.aspect != "xmlns");
        }
        let deviations: Vec<String> =
            answer.deviations.iter().map(|deviation| self.redactor.clean(&deviation.to_string())).collect();
        if !deviations.is_empty() {
            log.note_deviations(at, deviations);
        }
        Ok(answer)
    }

    async fn send(
        &self,
        operation: &dyn Call,
        signing: &Signing,
        log: &Log,
    ) -> Result<(Response, usize), Trouble> {
        self.is_asked(log)?;
        let request = operation.request(self.target.dialect);
        let size = request.body.bytes().len() as u64;
        if log.is_for_clean_up() {
            self.budget.take_anyway(size).await;
        } else {
            self.budget.take(size).await?;
        }
        let node = self.target.node(log.turn());
        let Prepared { signed, url, body } = self
            .prepare(node, &request, signing)
            .map_err(|reason| Trouble::new(TroubleKind::Unreachable, reason))?;
        let most = operation.longest_answer().unwrap_or(LONGEST_DOCUMENT);
        let recorded_request = self.record_request(&signed, &request.body, body.as_ref(), signing);
        let start_us = self.now_us();
        let recent = (!log.is_for_probe()).then(|| self.recent.begin(start_us, &recorded_request));
        let patience = self.vitals.patience(log.patience(self.timeout));
        let outcome = tokio::time::timeout(patience, self.exchange(signed, url, body, most)).await;
        let end_us = self.now_us();
        let outcome = outcome.unwrap_or_else(|_| {
            let detail = format!("{} s", patience.as_secs_f32());
            Err((Trouble::new(TroubleKind::Timeout, detail), None))
        });
        let (response, trouble, partial) = match outcome {
            Ok(response) => (Some(response), None, None),
            Err((trouble, partial)) => (None, Some(trouble), partial),
        };
        self.vitals.note(trouble.as_ref());
        self.vitals.waited(Duration::from_micros(end_us.saturating_sub(start_us)));
        // A server may close a connection at any time (RFC 9112, section 9.5): what is claimed must not meet that.
        if trouble.as_ref().is_some_and(Trouble::is_closed) {
            self.pool.use_only_fresh();
        }
        if let Some(recent) = recent {
            self.recent.end(recent, response.as_ref().map(|response| response.status), trouble.as_ref());
        }
        let came = response.as_ref().or(partial.as_deref());
        self.budget.receive(came.map_or(0, |came| came.body.len()));
        let recorded = came.map(|came| self.record_response(came, response.is_some()));
        let at = log.record(Exchange {
            n: 0,
            operation: operation.name().to_owned(),
            lane: None,
            node: self.target.name_of(node),
            start_us,
            end_us,
            request: recorded_request,
            response: recorded,
            trouble: trouble.as_ref().map(|trouble| self.redactor.clean(&trouble.to_string())),
            deviations: Vec::new(),
        });
        match (response, trouble) {
            (Some(response), _) => Ok((response, at)),
            (None, Some(trouble)) => Err(trouble),
            (None, None) => Err(Trouble::new(TroubleKind::Cut, "")),
        }
    }

    /// Sends a request up to the middle of its body. Only where nothing encrypts the connection.
    pub async fn hold(&self, operation: &dyn Call, log: &Log) -> Result<Held, Trouble> {
        self.begin(operation, &Signing::default(), (Stop::Half, None), log).await
    }

    /// Sends a request but for its last byte, so that several can be released together. Of its answer little is taken
    /// before it is read, if there is to be a pause.
    pub async fn hold_back(
        &self,
        operation: &dyn Call,
        signing: &Signing,
        pause: Option<Duration>,
        log: &Log,
    ) -> Result<Held, Trouble> {
        self.begin(operation, signing, (Stop::LastByte, pause), log).await
    }

    async fn begin(
        &self,
        operation: &dyn Call,
        signing: &Signing,
        (stop, pause): (Stop, Option<Duration>),
        log: &Log,
    ) -> Result<Held, Trouble> {
        self.is_asked(log)?;
        let request = operation.request(self.target.dialect);
        self.budget.take(request.body.bytes().len() as u64).await?;
        let node = self.target.node(log.turn());
        let Prepared { signed, body, .. } = self
            .prepare(node, &request, signing)
            .map_err(|reason| Trouble::new(TroubleKind::Unreachable, reason))?;
        let recorded = self.record_request(&signed, &request.body, body.as_ref(), signing);
        let body = body.unwrap_or_default();
        let most =
            usize::try_from(operation.longest_answer().unwrap_or(LONGEST_DOCUMENT)).unwrap_or(usize::MAX);
        let start_us = self.now_us();
        let recent = self.recent.begin(start_us, &recorded);
        let begun = Held::begin(&signed, body, (stop, most, pause), operation.name(), start_us, recorded);
        let late = |_| Err(Trouble::new(TroubleKind::Timeout, "while the body was sent"));
        let patience = self.vitals.patience(log.patience(self.timeout));
        let begun = tokio::time::timeout(patience, begun).await.unwrap_or_else(late);
        self.vitals.waited(Duration::from_micros(self.now_us().saturating_sub(start_us)));
        if let Err(trouble) = &begun {
            self.vitals.note(Some(trouble));
            self.recent.end(recent, None, Some(trouble));
        }
        begun.map(|mut held| {
            (held.recent, held.node) = (recent, self.target.name_of(node));
            held
        })
    }

    /// Sends the rest of a held request and reads its answer.
    pub async fn release(&self, mut held: Held, operation: &dyn Call, log: &Log) -> Result<Answer, Trouble> {
        let late = |_| Err(Trouble::new(TroubleKind::Timeout, "after the rest of the body"));
        let patience = self.vitals.patience(log.patience(self.timeout));
        let asked_us = self.now_us();
        let outcome = tokio::time::timeout(patience, held.finish()).await.unwrap_or_else(late);
        self.vitals.waited(Duration::from_micros(self.now_us().saturating_sub(asked_us)));
        self.vitals.note(outcome.as_ref().err());
        let at = self.record_held(held, outcome.as_ref(), log);
        self.read(operation, &outcome?, log, at)
    }

    /// Closes the connection of a held request.
    pub async fn cut(&self, mut held: Held, log: &Log) -> Trouble {
        held.cut_off().await;
        self.closed(held, "in the middle of the body", log)
    }

    /// Sends the rest of a held request, and closes the connection a while later.
    pub async fn hang_up(&self, mut held: Held, after: Duration, log: &Log) -> Trouble {
        held.hang_up(after).await;
        self.closed(held, "before the answer", log)
    }

    fn closed(&self, held: Held, when: &str, log: &Log) -> Trouble {
        let closed = Trouble::new(TroubleKind::Cut, format!("closed by the suite {when}"));
        self.record_held(held, Err(&closed), log);
        closed
    }

    fn record_held(&self, held: Held, outcome: Result<&Response, &Trouble>, log: &Log) -> usize {
        self.recent.end(held.recent, outcome.ok().map(|response| response.status), outcome.err());
        self.budget.receive(outcome.map_or(0, |response| response.body.len()));
        log.record(Exchange {
            n: 0,
            operation: held.operation.to_owned(),
            lane: None,
            node: held.node,
            start_us: held.start_us,
            end_us: self.now_us(),
            request: held.request,
            response: outcome.ok().map(|response| self.record_response(response, true)),
            trouble: outcome.err().map(|trouble| self.redactor.clean(&trouble.to_string())),
            deviations: Vec::new(),
        })
    }

    async fn exchange(
        &self,
        signed: http::Request<()>,
        url: reqwest::Url,
        body: Option<Bytes>,
        most: u64,
    ) -> Result<Response, (Trouble, Option<Box<Response>>)> {
        let mut request =
            self.pool.http().request(signed.method().clone(), url).headers(signed.headers().clone());
        if let Some(body) = body {
            if body.len() > LARGEST_BODY_KEPT_ALIVE {
                request = request.header(http::header::CONNECTION, "close");
            }
            request = request.body(body);
        }
        let mut answer = request.send().await.map_err(|error| (Trouble::of(&error).before_answer(), None))?;
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

    /// The newest requests that reached the server, whoever sent them.
    pub fn recent(&self) -> Vec<RecentRequest> {
        self.recent.requests()
    }

    /// Microseconds since the run began.
    pub fn now_us(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// The same, of a call that may have been carried out before.
pub(crate) fn sent_before(answer: Result<Answer, Trouble>) -> Result<Answer, Trouble> {
    match answer {
        Ok(answer) => Ok(Answer { sent_before: true, ..answer }),
        Err(trouble) => Err(Trouble { sent_before: true, ..trouble }),
    }
}
