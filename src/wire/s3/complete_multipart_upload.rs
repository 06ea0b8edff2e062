//! CompleteMultipartUpload.

use http::Method;
use quick_xml::escape::escape;

use super::super::answer::Response;
use super::super::{Answer, Body, Request};
use super::{Operation, echoes, has};

/// CompleteMultipartUpload.
#[derive(Clone, Debug, Default)]
pub struct CompleteMultipartUpload {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// The list of parts, unless there is a body of its own.
    pub parts: Vec<CompletedPart>,
    /// A body in place of the list.
    pub body: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
}

/// An entry of the list.
#[derive(Clone, Debug, Default)]
pub struct CompletedPart {
    /// The number, as it is sent.
    pub number: Option<String>,
    /// The ETag, as it is sent.
    pub etag: Option<String>,
    /// Checksums, by their element.
    pub checksums: Vec<(String, String)>,
}

impl CompleteMultipartUpload {
    fn document(&self) -> String {
        if let Some(body) = &self.body {
            return body.clone();
        }
        let mut text =
            String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
        for part in &self.parts {
            text.push_str("<Part>");
            if let Some(number) = &part.number {
                text.push_str(&format!("<PartNumber>{}</PartNumber>", escape(number)));
            }
            if let Some(etag) = &part.etag {
                text.push_str(&format!("<ETag>{}</ETag>", escape(etag)));
            }
            for (name, value) in &part.checksums {
                text.push_str(&format!("<{name}>{}</{name}>", escape(value)));
            }
            text.push_str("</Part>");
        }
        text.push_str("</CompleteMultipartUpload>");
        text
    }
}

impl Operation for CompleteMultipartUpload {
    fn name(&self) -> &'static str {
        "CompleteMultipartUpload"
    }

    fn request(&self) -> Request {
        let document = self.document();
        let body = if document.is_empty() { Body::Empty } else { Body::Document(document.into()) };
        let request = Request { headers: self.headers.clone(), ..Request::key(Method::POST, &self.key) };
        let request = request.query("uploadId", &self.upload_id).body(body);
        request.header("content-type", "application/xml")
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        let Some(root) = response.document("CompleteMultipartUploadResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer)?;
        echoes(&root, "Key", &self.key, &mut answer)?;
        has(&root, "Location", &mut answer);
        answer.etag = Some(root.required("ETag")?.to_owned());
        let known = [
            "Location",
            "Bucket",
            "Key",
            "ETag",
            "ChecksumCRC32",
            "ChecksumCRC32C",
            "ChecksumCRC64NVME",
            "ChecksumSHA1",
            "ChecksumSHA256",
            "ChecksumType",
        ];
        root.note_unknown(&known, &mut answer.notes);
        Ok(answer)
    }
}
