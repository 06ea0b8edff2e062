//! A request in words of HTTP.

use http::Method;
use mpuspec_mock::provider::Addressing;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Body, Request};
use super::{Operation, plain};

/// A request that no operation is.
#[derive(Clone, Debug)]
pub struct Raw {
    /// The method.
    pub method: Method,
    /// The key.
    pub key: Option<String>,
    /// The query; a value of `None` has no equals sign.
    pub query: Vec<(String, Option<String>)>,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// Another way to address the bucket than the target's.
    pub addressing: Option<Addressing>,
    /// The body.
    pub body: Body,
}

impl Operation for Raw {
    fn name(&self) -> &'static str {
        "raw"
    }

    fn request(&self, _: Dialect) -> Request {
        let query = self.query.iter().map(|(name, value)| (name.clone().into(), value.clone())).collect();
        Request {
            method: self.method.clone(),
            key: self.key.clone(),
            bucket: None,
            addressing: self.addressing,
            query,
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = plain(response, self.name());
        response.any_document(&mut answer);
        Ok(answer)
    }
}
