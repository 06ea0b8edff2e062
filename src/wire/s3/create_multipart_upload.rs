//! CreateMultipartUpload.

use http::Method;

use super::super::answer::Response;
use super::super::{Answer, Request};
use super::{Operation, echoes};

/// CreateMultipartUpload.
#[derive(Clone, Debug)]
pub struct CreateMultipartUpload {
    /// The key.
    pub key: String,
    /// Headers of the object.
    pub headers: Vec<(String, String)>,
}

impl Operation for CreateMultipartUpload {
    fn name(&self) -> &'static str {
        "CreateMultipartUpload"
    }

    fn request(&self) -> Request {
        Request { headers: self.headers.clone(), ..Request::key(Method::POST, &self.key) }.flag("uploads")
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        let Some(root) = response.document("InitiateMultipartUploadResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer)?;
        echoes(&root, "Key", &self.key, &mut answer)?;
        answer.upload_ids = vec![root.required("UploadId")?.to_owned()];
        root.note_unknown(&["Bucket", "Key", "UploadId"], &mut answer.notes);
        Ok(answer)
    }
}
