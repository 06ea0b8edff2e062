//! DeleteBucket.

use http::Method;

use crate::wire::dialect::Dialect;
use crate::wire::reader::plain;
use crate::wire::{Answer, Call, Request, Response};

/// DeleteBucket.
#[derive(Clone, Debug)]
pub struct DeleteBucketRequest;

impl Call for DeleteBucketRequest {
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
