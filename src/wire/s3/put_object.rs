//! PutObject.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, with_etag};

/// PutObject.
#[derive(Clone, Debug)]
pub struct PutObject {
    /// The key.
    pub key: String,
    /// The bytes.
    pub body: std::sync::Arc<super::super::Blob>,
    /// Headers of the object.
    pub headers: Vec<(String, String)>,
}

impl Operation for PutObject {
    fn name(&self) -> &'static str {
        "PutObject"
    }

    fn request(&self, _: Dialect) -> Request {
        let request = Request::key(Method::PUT, &self.key);
        Request { headers: self.headers.clone(), ..request }.body(super::super::Body::Blob(self.body.clone()))
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(with_etag(response, self.name()))
    }
}
