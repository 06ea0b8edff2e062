//! ListObjectVersions, for the clean-up of versioned buckets.

use http::Method;

use crate::wire::dialect::Dialect;
use crate::wire::reader::{told, truncated};
use crate::wire::{Answer, Call, Request, Response};

/// ListObjectVersions; its first page, since what is on it is deleted before the next look.
#[derive(Clone, Debug)]
pub struct ListObjectVersionsRequest {
    /// Only keys that begin so.
    pub prefix: String,
}

impl Call for ListObjectVersionsRequest {
    fn name(&self) -> &'static str {
        "ListObjectVersions"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::bucket(Method::GET).flag("versions").query("prefix", &self.prefix)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("ListVersionsResult", &mut answer)? else { return Ok(answer) };
        answer.truncated = truncated(&root, &mut answer);
        for version in root.all("Version").chain(root.all("DeleteMarker")) {
            let id = told(version, "VersionId", "Version.VersionId", &mut answer).map(str::to_owned);
            if let Some(key) = told(version, "Key", "Version.Key", &mut answer) {
                answer.keys.push((key.to_owned(), id));
            }
        }
        Ok(answer)
    }
}
