//! CopyObject.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::{Dialect, own};
use super::super::request::encode_path;
use super::super::{Answer, Request};
use super::{Operation, etag, told};

/// CopyObject.
#[derive(Clone, Debug)]
pub struct CopyObject {
    /// The key.
    pub key: String,
    /// Bucket and key of the source.
    pub source: String,
    /// Further headers.
    pub headers: Vec<(String, String)>,
}

impl Operation for CopyObject {
    fn name(&self) -> &'static str {
        "CopyObject"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let request = Request { headers: self.headers.clone(), ..Request::key(Method::PUT, &self.key) };
        request.header(&own(dialect, "copy-source"), &encode_path(&self.source))
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("CopyObjectResult", &mut answer)? else { return Ok(answer) };
        answer.etag = etag(&root, "ETag", "ETag.quotes", &mut answer);
        told(&root, "LastModified", "LastModified", &mut answer);
        Ok(answer)
    }
}
