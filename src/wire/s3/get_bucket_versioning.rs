//! GetBucketVersioning.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::Operation;

/// GetBucketVersioning.
#[derive(Clone, Debug)]
pub struct GetBucketVersioning;

impl Operation for GetBucketVersioning {
    fn name(&self) -> &'static str {
        "GetBucketVersioning"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::bucket(Method::GET).flag("versioning")
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        response.document("VersioningConfiguration", &mut answer)?;
        Ok(answer)
    }
}
