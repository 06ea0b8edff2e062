//! DeleteObjects.

use base64::Engine as _;
use http::Method;
use md5::{Digest, Md5};
use quick_xml::escape::escape;

use super::super::answer::Response;
use super::super::dialect::{Dialect, namespace};
use super::super::{Answer, Body, Request};
use super::{Operation, told};

/// DeleteObjects.
#[derive(Clone, Debug)]
pub struct DeleteObjects {
    /// The keys.
    pub keys: Vec<String>,
}

impl Operation for DeleteObjects {
    fn name(&self) -> &'static str {
        "DeleteObjects"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let keys: String =
            self.keys.iter().map(|key| format!("<Object><Key>{}</Key></Object>", escape(key))).collect();
        let text = format!("<Delete{}>{keys}</Delete>", namespace(dialect));
        // S3 asks for a digest of this document.
        let md5 = base64::engine::general_purpose::STANDARD.encode(Md5::digest(text.as_bytes()));
        Request::bucket(Method::POST)
            .flag("delete")
            .header("content-md5", &md5)
            .header("content-type", "application/xml")
            .body(Body::Document(text.into()))
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("DeleteResult", &mut answer)? else { return Ok(answer) };
        for deleted in root.all("Deleted") {
            if let Some(key) = told(deleted, "Key", "Deleted.Key", &mut answer) {
                answer.keys.push((key.to_owned(), None));
            }
        }
        Ok(answer)
    }
}
