//! HeadBucket.

use http::Method;

use crate::wire::dialect::Dialect;
use crate::wire::reader::plain;
use crate::wire::{Answer, Call, Request, Response};

/// HeadBucket.
#[derive(Clone, Debug)]
pub struct HeadBucketRequest;

impl Call for HeadBucketRequest {
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
