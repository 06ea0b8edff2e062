//! CreateBucket.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::{Dialect, namespace};
use super::super::{Answer, Request};
use super::{Operation, plain};

/// CreateBucket.
#[derive(Clone, Debug)]
pub struct CreateBucket {
    /// The region, where it has to be told.
    pub region: Option<String>,
}

impl Operation for CreateBucket {
    fn name(&self) -> &'static str {
        "CreateBucket"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let body = match &self.region {
            None => super::super::Body::Empty,
            Some(region) => super::super::Body::Document(
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
