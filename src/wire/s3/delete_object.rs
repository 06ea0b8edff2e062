//! DeleteObject.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, plain};

/// DeleteObject.
#[derive(Clone, Debug)]
pub struct DeleteObject {
    /// The key.
    pub key: String,
    /// The version, where there are several.
    pub version_id: Option<String>,
}

impl Operation for DeleteObject {
    fn name(&self) -> &'static str {
        "DeleteObject"
    }

    fn request(&self, _: Dialect) -> Request {
        let request = Request::key(Method::DELETE, &self.key);
        match &self.version_id {
            Some(version) => request.query("versionId", version),
            None => request,
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(plain(response, self.name()))
    }
}
