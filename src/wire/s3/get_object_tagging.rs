//! GetObjectTagging.

use http::Method;

use super::super::answer::Response;
use super::super::{Answer, Request};
use super::Operation;

/// GetObjectTagging.
#[derive(Clone, Debug)]
pub struct GetObjectTagging {
    /// The key.
    pub key: String,
}

impl Operation for GetObjectTagging {
    fn name(&self) -> &'static str {
        "GetObjectTagging"
    }

    fn request(&self) -> Request {
        Request::key(Method::GET, &self.key).flag("tagging")
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        let Some(root) = response.document("Tagging", &mut answer)? else { return Ok(answer) };
        let set = root.all("TagSet").next().ok_or("Tagging has no TagSet")?;
        let tag = |tag: &super::super::xml::Element| {
            Ok((tag.required("Key")?.to_owned(), tag.required("Value")?.to_owned()))
        };
        answer.tagging = Some(set.all("Tag").map(tag).collect::<Result<_, String>>()?);
        Ok(answer)
    }
}
