//! GetBucketVersioning.

use http::Method;

use crate::wire::dialect::Dialect;
use crate::wire::{Answer, Call, Request, Response};

/// GetBucketVersioning.
#[derive(Clone, Debug)]
pub struct GetBucketVersioningRequest;

impl Call for GetBucketVersioningRequest {
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
