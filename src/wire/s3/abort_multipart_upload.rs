//! AbortMultipartUpload.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, plain};

/// AbortMultipartUpload.
#[derive(Clone, Debug)]
pub struct AbortMultipartUpload {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
}

impl Operation for AbortMultipartUpload {
    fn name(&self) -> &'static str {
        "AbortMultipartUpload"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::key(Method::DELETE, &self.key).query("uploadId", &self.upload_id)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(plain(response, self.name()))
    }
}
