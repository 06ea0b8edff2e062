//! Sending: to one server after the other, until one answers.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::{Callback, Kind, Told};

/// The longest reply.
const LONGEST: usize = 3 << 20;

/// How a callback is sent; deliberate mistakes change it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    /// How long each server may take.
    pub(crate) timeout: Duration,
    pub(crate) keep_variables: bool,
    pub(crate) ignore_host: bool,
    pub(crate) ignore_type: bool,
    pub(crate) first_url_alone: bool,
}

/// Why no server could be told.
#[derive(Debug)]
pub(crate) enum Failure {
    /// None answered with success in time.
    NoAnswer(String),
    /// One did, with something that is no JSON.
    NoJson,
}

impl Callback {
    /// Tells the first server that answers, and gives its reply.
    pub(crate) async fn send(&self, told: &Told, sent: Sent) -> Result<Bytes, Failure> {
        let body = if sent.keep_variables { self.body.clone() } else { self.filled(told) };
        let urls = if sent.first_url_alone { &self.urls[..1] } else { &self.urls };
        let mut failure = Failure::NoAnswer("no server is named".to_owned());
        for url in urls {
            let call = self.call(url, body.clone(), sent);
            match tokio::time::timeout(sent.timeout, call).await {
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(error)) => failure = error,
                Err(_) => failure = Failure::NoAnswer("the server did not answer in time".to_owned()),
            }
        }
        Err(failure)
    }

    async fn call(&self, url: &Uri, body: String, sent: Sent) -> Result<Bytes, Failure> {
        let unanswered = |error: String| Failure::NoAnswer(error);
        let kind = if sent.ignore_type { Kind::Form } else { self.kind };
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, kind.content_type())
            .header(header::USER_AGENT, "http-client/0.0.1")
            .header(header::CONNECTION, "close");
        if let Some(host) = self.host.as_ref().filter(|_| !sent.ignore_host) {
            request = request.header(header::HOST, host);
        }
        let request =
            request.body(Full::new(Bytes::from(body))).map_err(|error| unanswered(error.to_string()))?;
        let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await.map_err(|error| unanswered(error.to_string()))?;
        let status = response.status();
        if status != StatusCode::OK {
            return Err(unanswered(format!("the server answered with status {}", status.as_u16())));
        }
        let reply = Limited::new(response.into_body(), LONGEST).collect().await;
        let reply = reply.map_err(|error| unanswered(error.to_string()))?.to_bytes();
        match serde_json::from_slice::<serde_json::Value>(&reply) {
            Ok(_) => Ok(reply),
            Err(_) => Err(Failure::NoJson),
        }
    }
}
