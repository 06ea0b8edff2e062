//! CompleteMultipartUpload.

use http::Method;
use quick_xml::escape::escape;

use super::super::answer::Response;
use super::super::dialect::{Dialect, namespace, own};
use super::super::{Answer, Body, Request};
use super::{Operation, echoes, echoes_key, encoded, etag, told};

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
    /// Asks for all parts that the server has.
    pub all: bool,
    /// How the answer tells the key.
    pub encoding_type: Option<String>,
    /// Parameters of the query.
    pub query: Vec<(&'static str, String)>,
    /// Whether the answer is that of a server that is called back.
    pub calls_back: bool,
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
    /// The body: the list of parts, unless there is another one or all are asked for.
    pub fn document(&self, dialect: Dialect) -> String {
        if let Some(body) = &self.body {
            return body.clone();
        }
        if self.all && self.parts.is_empty() {
            return String::new();
        }
        let mut text = format!("<CompleteMultipartUpload{}>", namespace(dialect));
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

    fn request(&self, dialect: Dialect) -> Request {
        let document = self.document(dialect);
        let body = if document.is_empty() { Body::Empty } else { Body::Document(document.into()) };
        let request = Request { headers: self.headers.clone(), ..Request::key(Method::POST, &self.key) };
        let mut request = request.query("uploadId", &self.upload_id).body(body);
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        if self.all {
            request = request.header(&own(dialect, "complete-all"), "yes");
        }
        encoded(request, self.encoding_type.as_ref()).header("content-type", "application/xml")
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        // The answer of the called server takes the place of the document.
        if self.calls_back && response.status == http::StatusCode::OK {
            return Ok(answer);
        }
        let Some(root) = response.document("CompleteMultipartUploadResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer);
        echoes_key(&root, &self.key, &mut answer);
        told(&root, "Location", "Location", &mut answer);
        answer.etag = etag(&root, "ETag", "ETag.quotes", &mut answer);
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
            "EncodingType",
        ];
        root.note_unknown(&known, &mut answer.notes);
        Ok(answer)
    }
}
