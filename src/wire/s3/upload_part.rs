//! UploadPart.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Body, Framing, Request};
use super::{Operation, with_etag};

/// UploadPart.
#[derive(Clone, Debug)]
pub struct UploadPart {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// The number, as it is sent.
    pub number: String,
    /// The bytes.
    pub body: std::sync::Arc<super::super::Blob>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// How the body is cut into chunks.
    pub framing: Option<Framing>,
}

impl Operation for UploadPart {
    fn name(&self) -> &'static str {
        "UploadPart"
    }

    fn request(&self, _: Dialect) -> Request {
        let request = Request::key(Method::PUT, &self.key);
        let request = request.query("partNumber", &self.number).query("uploadId", &self.upload_id);
        let body = match &self.framing {
            Some(framing) => Body::Framed(self.body.clone(), framing.clone()),
            None => Body::Blob(self.body.clone()),
        };
        Request { headers: self.headers.clone(), ..request }.body(body)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(with_etag(response, self.name()))
    }
}
