//! UploadPartCopy.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::{Dialect, own};
use super::super::request::encode_path;
use super::super::{Answer, Request};
use super::{Operation, has};

/// UploadPartCopy.
#[derive(Clone, Debug, Default)]
pub struct UploadPartCopy {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// The number, as it is sent.
    pub number: String,
    /// Bucket and key of the source.
    pub source: String,
    /// Sends the source as it is, without URL encoding.
    pub raw_source: bool,
    /// The range of the source, as it is sent.
    pub range: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
}

impl Operation for UploadPartCopy {
    fn name(&self) -> &'static str {
        "UploadPartCopy"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let source = if self.raw_source { self.source.clone() } else { encode_path(&self.source) };
        let request = Request { headers: self.headers.clone(), ..Request::key(Method::PUT, &self.key) }
            .query("partNumber", &self.number)
            .query("uploadId", &self.upload_id)
            .header(&own(dialect, "copy-source"), &source);
        match &self.range {
            Some(range) => request.header(&own(dialect, "copy-source-range"), range),
            None => request,
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        let Some(root) = response.document("CopyPartResult", &mut answer)? else { return Ok(answer) };
        answer.etag = Some(root.required("ETag")?.to_owned());
        has(&root, "LastModified", &mut answer);
        Ok(answer)
    }
}
