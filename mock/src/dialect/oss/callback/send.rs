//! Sending: to one server after the other, until one answers.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::http::S3Error;

use super::{Callback, Kind, Values};

/// The longest reply.
const LONGEST: usize = 3 << 20;

/// How a callback is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// The servers that are tried, one after the other.
    pub(crate) urls: Vec<Uri>,
    /// The Host to name, where it is not that of the URL.
    pub(crate) host: Option<String>,
    /// What the body is called.
    pub(crate) content_type: Kind,
    /// The body, with values in place of the variables.
    pub(crate) body: String,
    /// The body as it was asked for.
    pub(crate) template: String,
    /// How often it is made.
    pub(crate) times: u32,
    /// How long each server may take.
    timeout: Duration,
}

/// What came of a callback.
#[derive(Debug)]
pub(crate) enum Told {
    /// None was made that anybody should hear of.
    Nobody,
    /// A server answered with this.
    Reply(Bytes),
    /// No server could be reached.
    Failed(Failure),
}

/// Why no server could be reached.
#[derive(Debug)]
pub(crate) enum Failure {
    /// None answered with success in time.
    NoAnswer(String),
    /// One did, with something that is no JSON.
    NoJson,
}

impl Plan {
    pub(crate) fn new(callback: Callback, values: &Values, timeout: Duration) -> Self {
        let body = callback.filled(values);
        let Callback { urls, host, body: template, kind, .. } = callback;
        Self { urls, host, content_type: kind, body, template, times: 1, timeout }
    }

    /// Calls the first server that answers. The first outcome counts.
    pub(crate) async fn carry_out(&self) -> Told {
        let mut first = None;
        for _ in 0..self.times {
            let told = self.tell().await;
            first.get_or_insert(told);
        }
        match first {
            None => Told::Reply(Bytes::from_static(b"{}")),
            Some(Ok(reply)) => Told::Reply(reply),
            Some(Err(failure)) => Told::Failed(failure),
        }
    }

    async fn tell(&self) -> Result<Bytes, Failure> {
        let mut failure = Failure::NoAnswer("no server is named".to_owned());
        for url in &self.urls {
            match tokio::time::timeout(self.timeout, self.call(url)).await {
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(error)) => failure = error,
                Err(_) => failure = Failure::NoAnswer("the server did not answer in time".to_owned()),
            }
        }
        Err(failure)
    }

    async fn call(&self, url: &Uri) -> Result<Bytes, Failure> {
        let unanswered = |error: String| Failure::NoAnswer(error);
        let mut request = Request::post(url)
            .header(header::CONTENT_TYPE, self.content_type.name())
            .header(header::USER_AGENT, "http-client/0.0.1")
            .header(header::CONNECTION, "close");
        if let Some(host) = &self.host {
            request = request.header(header::HOST, host);
        }
        let request = request
            .body(Full::new(Bytes::from(self.body.clone())))
            .map_err(|error| unanswered(error.to_string()))?;
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

impl Failure {
    /// The error that the client gets.
    pub(crate) fn into_error(self) -> S3Error {
        match self {
            Self::NoAnswer(reason) => {
                S3Error::new("CallbackFailed", format!("Error status from the callback server: {reason}."))
            }
            Self::NoJson => {
                S3Error::new("CallbackFailed", "Response body is not valid json format.").ec("0007-00000205")
            }
        }
    }
}
