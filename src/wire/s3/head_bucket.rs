//! HeadBucket.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, plain};

/// HeadBucket.
#[derive(Clone, Debug)]
pub struct HeadBucket;

impl Operation for HeadBucket {
    fn name(&self) -> &'static str {
        "HeadBucket"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::bucket(Method::HEAD)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(plain(response, self.name()))
    }
}
