//! ListObjectVersions, for the clean-up of versioned buckets.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::Operation;

/// ListObjectVersions; its first page, since what is on it is deleted before the next look.
#[derive(Clone, Debug)]
pub struct ListObjectVersions {
    /// Only keys that begin so.
    pub prefix: String,
}

impl Operation for ListObjectVersions {
    fn name(&self) -> &'static str {
        "ListObjectVersions"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::bucket(Method::GET).flag("versions").query("prefix", &self.prefix)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        let Some(root) = response.document("ListVersionsResult", &mut answer)? else { return Ok(answer) };
        answer.truncated = root.truth("IsTruncated")?;
        let version = |object: &super::super::xml::Element| {
            Ok((object.required("Key")?.to_owned(), Some(object.required("VersionId")?.to_owned())))
        };
        answer.keys = root
            .all("Version")
            .chain(root.all("DeleteMarker"))
            .map(version)
            .collect::<Result<_, String>>()?;
        Ok(answer)
    }
}
