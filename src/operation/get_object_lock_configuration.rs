//! GetObjectLockConfiguration.

use http::Method;

use crate::wire::dialect::Dialect;
use crate::wire::{Answer, Call, Request, Response};

/// GetObjectLockConfiguration.
#[derive(Clone, Debug)]
pub struct GetObjectLockConfigurationRequest;

impl Call for GetObjectLockConfigurationRequest {
    fn name(&self) -> &'static str {
        "GetObjectLockConfiguration"
    }

    fn request(&self, dialect: Dialect) -> Request {
        // OSS keeps objects by a policy of the bucket, where S3 locks them.
        Request::bucket(Method::GET).flag(if dialect == Dialect::Oss { "worm" } else { "object-lock" })
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        response.document("ObjectLockConfiguration", &mut answer)?;
        Ok(answer)
    }
}
