//! A server of the suite's own, which the server under test calls back.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::language::{Callback, CallbackAnswer, CallbackBody};

/// Where the server listens, and as what others see it.
#[derive(Clone, Debug)]
pub struct CallbackPlace {
    /// The address on this machine.
    pub listen: SocketAddr,
    /// The URL that leads there; by default that of the address.
    pub url: Option<String>,
}

/// Waits to be called back.
#[derive(Debug)]
pub struct CallbackServer {
    url: String,
    expected: Arc<Mutex<BTreeMap<String, Expected>>>,
    accepts: AbortHandle,
}

#[derive(Clone, Debug)]
struct Expected {
    answers: CallbackAnswer,
    body: Bytes,
    calls: Vec<Called>,
}

/// A call as it came in.
#[derive(Clone, Debug)]
pub struct Called {
    /// Its Host.
    pub host: String,
    /// Its Content-Type.
    pub content_type: String,
    /// Its body.
    pub body: String,
}

/// What a request says to be called back.
#[derive(Debug)]
pub struct Asked {
    /// Who is called, and with what.
    pub callback: String,
    /// What the variables of the user stand for.
    pub variables: Option<String>,
}

/// What a called server answers by default; OSS passes JSON on and nothing else.
const USUAL_BODY: &str = r#"{"Status":"OK"}"#;
/// The longest body that is kept of a call.
const LONGEST: usize = 64 << 10;
/// As many calls by a name are kept.
const MOST_CALLS: usize = 100;
/// How long no answer comes where none is to come: nobody waits so long, and a connection is not kept for ever.
const HANGS: Duration = Duration::from_secs(60);
/// What a call says of the object.
const TOLD: &str = "bucket=${bucket}&object=${object}&etag=${etag}&size=${size}";

impl CallbackServer {
    /// Begins to listen.
    pub async fn start(place: &CallbackPlace) -> std::io::Result<Self> {
        let listener = TcpListener::bind(place.listen).await?;
        let url = match &place.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", listener.local_addr()?),
        };
        let expected = Arc::new(Mutex::new(BTreeMap::new()));
        let accepts = tokio::spawn(accept(listener, expected.clone())).abort_handle();
        Ok(Self { url, expected, accepts })
    }

    /// Waits for calls, and answers them so. Returns the name by which they are kept.
    pub fn expect(&self, callback: &Callback) -> String {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("callback-{}", expected.len() + 1);
        let answers = callback.answers.unwrap_or(CallbackAnswer::Status(200));
        let body = callback.body.clone().unwrap_or_else(|| USUAL_BODY.to_owned()).into();
        expected.insert(name.clone(), Expected { answers, body, calls: Vec::new() });
        name
    }

    /// What a request says to be called back by this name.
    /// `padding` blanks make it longer.
    pub fn ask(&self, name: &str, callback: &Callback, padding: usize) -> Asked {
        let own = format!("{}/{name}", self.url);
        let kind = callback.body_type.unwrap_or(CallbackBody::Form).content_type();
        let mut fields = serde_json::json!({
            "callbackUrl": if callback.first_fails == Some(true) { format!("{}/nobody;{own}", self.url) } else { own },
            "callbackBody": callback.tells.as_deref().unwrap_or(TOLD),
            "callbackBodyType": kind,
        });
        if let Some(host) = &callback.host {
            fields["callbackHost"] = host.as_str().into();
        }
        let variables = (!callback.variables.is_empty()).then(|| serde_json::json!(callback.variables));
        Asked {
            callback: STANDARD.encode(fields.to_string() + &" ".repeat(padding)),
            variables: variables.map(|variables| STANDARD.encode(variables.to_string())),
        }
    }

    /// The calls by this name.
    pub fn calls(&self, name: &str) -> Vec<Called> {
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.get(name).map(|expected| expected.calls.clone()).unwrap_or_default()
    }
}

impl Drop for CallbackServer {
    fn drop(&mut self) {
        self.accepts.abort();
    }
}

async fn accept(listener: TcpListener, expected: Arc<Mutex<BTreeMap<String, Expected>>>) {
    // Those who are kept waiting go with the server.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        // What is short of files for a moment goes on behind it.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let expected = expected.clone();
        let answer = service_fn(move |request: Request<Incoming>| {
            let expected = expected.clone();
            async move { Ok::<_, Infallible>(answer(request, &expected).await) }
        });
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
    }
}

async fn answer(
    request: Request<Incoming>,
    expected: &Mutex<BTreeMap<String, Expected>>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let name = head.uri.path().rsplit('/').next().unwrap_or_default();
    let header =
        |name: &str| head.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (host, content_type) = (header("host"), header("content-type"));
    // Read to its end: a caller that is cut off could take it for a refusal.
    let body = Limited::new(body, LONGEST)
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let called = Called { host, content_type, body: String::from_utf8_lossy(&body).into_owned() };
    let found = {
        let mut expected = expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.get_mut(name).map(|expected| {
            if expected.calls.len() < MOST_CALLS {
                expected.calls.push(called);
            }
            expected.clone()
        })
    };
    let mut response = Response::new(Full::default());
    let status = match found {
        Some(Expected { answers: CallbackAnswer::Hang, .. }) => {
            tokio::time::sleep(HANGS).await;
            503
        }
        Some(Expected { answers: CallbackAnswer::Status(status), body, .. }) => {
            *response.body_mut() = Full::new(body);
            status
        }
        None => 404,
    };
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    response
}
