//! GetObjectTagging.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
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

    fn request(&self, _: Dialect) -> Request {
        Request::key(Method::GET, &self.key).flag("tagging")
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        let Some(root) = response.document("Tagging", &mut answer)? else { return Ok(answer) };
        let set = root.all("TagSet").next().ok_or("Tagging has no TagSet")?;
        let tag = |tag: &super::super::xml::Element| {
            // A tag may have an empty value, but it has one.
            let value = tag.text("Value").ok_or("Value is missing in Tag")?;
            Ok::<_, String>((tag.required("Key")?.to_owned(), value.to_owned()))
        };
        answer.tagging = Some(set.all("Tag").map(tag).collect::<Result<_, String>>()?);
        Ok(answer)
    }
}
