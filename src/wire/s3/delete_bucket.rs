//! DeleteBucket.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, plain};

/// DeleteBucket.
#[derive(Clone, Debug)]
pub struct DeleteBucket;

impl Operation for DeleteBucket {
    fn name(&self) -> &'static str {
        "DeleteBucket"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::bucket(Method::DELETE)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(plain(response, self.name()))
    }
}
