//! ListObjectsV2, and the older ListObjects.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, decoded, encoded};

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
        let mut answer = response.answer();
        let Some(root) = response.document("ListBucketResult", &mut answer)? else { return Ok(answer) };
        answer.truncated = root.truth("IsTruncated")?;
        let is_encoded = root.text("EncodingType") == Some("url");
        let name = |text: &str| if is_encoded { decoded(text) } else { Ok(text.to_owned()) };
        let key = |object: &super::super::xml::Element| Ok((name(object.required("Key")?)?, None));
        let prefix = |prefix: &super::super::xml::Element| name(prefix.required("Prefix")?);
        answer.prefixes = Some(root.all("CommonPrefixes").map(prefix).collect::<Result<_, String>>()?);
        answer.keys = root.all("Contents").map(key).collect::<Result<_, String>>()?;
        Ok(answer)
    }
}
