//! GetBucketInfo, by which OSS tells whether a bucket is there.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::Operation;

/// GetBucketInfo.
#[derive(Clone, Debug)]
pub struct GetBucketInfo;

impl Operation for GetBucketInfo {
    fn name(&self) -> &'static str {
        "GetBucketInfo"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::bucket(Method::GET).flag("bucketInfo")
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        response.document("BucketInfo", &mut answer)?;
        Ok(answer)
    }
}
