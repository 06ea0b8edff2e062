//! GetObjectLockConfiguration.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::Operation;

/// GetObjectLockConfiguration.
#[derive(Clone, Debug)]
pub struct GetObjectLockConfiguration;

impl Operation for GetObjectLockConfiguration {
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
