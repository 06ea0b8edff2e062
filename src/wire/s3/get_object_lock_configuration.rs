//! GetObjectLockConfiguration.

use http::Method;

use super::super::answer::Response;
use super::super::{Answer, Request};
use super::Operation;

/// GetObjectLockConfiguration.
#[derive(Clone, Debug)]
pub struct GetObjectLockConfiguration;

impl Operation for GetObjectLockConfiguration {
    fn name(&self) -> &'static str {
        "GetObjectLockConfiguration"
    }

    fn request(&self) -> Request {
        Request::bucket(Method::GET).flag("object-lock")
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        response.document("ObjectLockConfiguration", &mut answer)?;
        Ok(answer)
    }
}
