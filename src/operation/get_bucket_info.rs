//! GetBucketInfo, by which OSS shows whether a bucket is there.

use http::Method;

use crate::wire::dialect::Dialect;
use crate::wire::{Answer, Call, Request, Response};

/// GetBucketInfo.
#[derive(Clone, Debug)]
pub struct GetBucketInfoRequest;

impl Call for GetBucketInfoRequest {
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
