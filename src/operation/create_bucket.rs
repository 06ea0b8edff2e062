//! CreateBucket.

use http::Method;

use crate::wire::dialect::{Dialect, namespace};
use crate::wire::reader::plain;
use crate::wire::{Answer, Body, Call, Request, Response};

/// CreateBucket.
#[derive(Clone, Debug)]
pub struct CreateBucketRequest {
    /// The region, where it has to be named.
    pub region: Option<String>,
}

impl Call for CreateBucketRequest {
    fn name(&self) -> &'static str {
        "CreateBucket"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let body = match &self.region {
            None => Body::Empty,
            Some(region) => Body::Document(
                format!(
                    "<CreateBucketConfiguration{}><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
                    namespace(dialect),
                    quick_xml::escape::escape(region)
                )
                .into(),
            ),
        };
        Request::bucket(Method::PUT).body(body)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(plain(response, self.name()))
    }
}
