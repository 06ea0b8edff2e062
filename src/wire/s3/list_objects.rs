//! ListObjectsV2, and the older ListObjects.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, encoded, name, number, told, truncated};

/// ListObjectsV2.
#[derive(Clone, Debug, Default)]
pub struct ListObjects {
    /// Only keys that begin so.
    pub prefix: String,
    /// Where the page before ended.
    pub token: Option<String>,
    /// Rolls keys up to this text.
    pub delimiter: Option<String>,
    /// At most so many.
    pub max_keys: Option<u64>,
    /// How names are told.
    pub encoding_type: Option<String>,
    /// The older operation.
    pub v1: bool,
}

impl Operation for ListObjects {
    fn name(&self) -> &'static str {
        if self.v1 { "ListObjects" } else { "ListObjectsV2" }
    }

    fn request(&self, _: Dialect) -> Request {
        let mut request = Request::bucket(Method::GET);
        if !self.v1 {
            request = request.query("list-type", 2);
        }
        request = request.query("prefix", &self.prefix);
        if let Some(delimiter) = &self.delimiter {
            request = request.query("delimiter", delimiter);
        }
        if let Some(max) = self.max_keys {
            request = request.query("max-keys", max);
        }
        request = encoded(request, self.encoding_type.as_ref());
        match &self.token {
            Some(token) => request.query("continuation-token", token),
            None => request,
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        // Both versions have the same elements.
        let mut answer = response.answer("ListObjectsV2");
        let Some(root) = response.document("ListBucketResult", &mut answer)? else { return Ok(answer) };
        answer.truncated = truncated(&root, &mut answer);
        let is_encoded = root.text("EncodingType") == Some("url");
        let mut prefixes = Vec::new();
        for prefix in root.all("CommonPrefixes") {
            prefixes.extend(name(prefix, is_encoded, "CommonPrefixes.Prefix", &mut answer));
        }
        answer.prefixes = Some(prefixes);
        for object in root.all("Contents") {
            told(object, "ETag", "Contents.ETag", &mut answer);
            number(object, "Size", "Contents.Size", &mut answer);
            told(object, "LastModified", "Contents.LastModified", &mut answer);
            if let Some(key) = name(object, is_encoded, "Contents.Key", &mut answer) {
                answer.keys.push((key, None));
            }
        }
        Ok(answer)
    }
}
