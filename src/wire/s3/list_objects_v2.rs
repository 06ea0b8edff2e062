//! ListObjectsV2, for the clean-up.

use http::Method;

use super::super::answer::Response;
use super::super::{Answer, Request};
use super::Operation;

/// ListObjectsV2.
#[derive(Clone, Debug)]
pub struct ListObjectsV2 {
    /// Only keys that begin so.
    pub prefix: String,
    /// Where the page before ended.
    pub token: Option<String>,
}

impl Operation for ListObjectsV2 {
    fn name(&self) -> &'static str {
        "ListObjectsV2"
    }

    fn request(&self) -> Request {
        let request = Request::bucket(Method::GET).query("list-type", 2).query("prefix", &self.prefix);
        match &self.token {
            Some(token) => request.query("continuation-token", token),
            None => request,
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        let Some(root) = response.document("ListBucketResult", &mut answer)? else { return Ok(answer) };
        answer.truncated = root.truth("IsTruncated")?;
        let key = |object: &super::super::xml::Element| Ok((object.required("Key")?.to_owned(), None));
        answer.keys = root.all("Contents").map(key).collect::<Result<_, String>>()?;
        Ok(answer)
    }
}
