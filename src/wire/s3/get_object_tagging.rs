//! GetObjectTagging.

use http::Method;

use super::super::answer::{MISSING, Response};
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, told};

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
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("Tagging", &mut answer)? else { return Ok(answer) };
        let mut tags = Vec::new();
        for tag in root.all("TagSet").flat_map(|set| set.all("Tag")) {
            // A tag may have an empty value, but it has one.
            let value = tag.text("Value");
            if value.is_none() {
                answer.deviates("Tag.Value", MISSING);
            }
            if let Some(key) = told(tag, "Key", "Tag.Key", &mut answer) {
                tags.push((key.to_owned(), value.unwrap_or_default().to_owned()));
            }
        }
        answer.tagging = Some(tags);
        Ok(answer)
    }
}
