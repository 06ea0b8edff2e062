//! CreateMultipartUpload.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, echoes, echoes_key, encoded, told};

/// CreateMultipartUpload.
#[derive(Clone, Debug, Default)]
pub struct CreateMultipartUpload {
    /// The key.
    pub key: String,
    /// Headers of the object.
    pub headers: Vec<(String, String)>,
    /// Parts have to come in order.
    pub sequential: bool,
    /// How the answer tells the key.
    pub encoding_type: Option<String>,
}

impl Operation for CreateMultipartUpload {
    fn name(&self) -> &'static str {
        "CreateMultipartUpload"
    }

    fn request(&self, _: Dialect) -> Request {
        let headers = self.headers.clone();
        let mut request = Request { headers, ..Request::key(Method::POST, &self.key) }.flag("uploads");
        if self.sequential {
            request = request.flag("sequential");
        }
        encoded(request, self.encoding_type.as_ref())
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("InitiateMultipartUploadResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer);
        echoes_key(&root, &self.key, &mut answer);
        answer.upload_ids =
            told(&root, "UploadId", "UploadId", &mut answer).map(str::to_owned).into_iter().collect();
        root.note_unknown(&["Bucket", "Key", "UploadId", "EncodingType"], &mut answer.notes);
        Ok(answer)
    }
}
