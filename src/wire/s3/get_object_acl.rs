//! GetObjectAcl.

use http::Method;

use super::super::answer::Response;
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::Operation;

/// GetObjectAcl.
#[derive(Clone, Debug)]
pub struct GetObjectAcl {
    /// The key.
    pub key: String,
}

impl Operation for GetObjectAcl {
    fn name(&self) -> &'static str {
        "GetObjectAcl"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::key(Method::GET, &self.key).flag("acl")
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer();
        let Some(root) = response.document("AccessControlPolicy", &mut answer)? else { return Ok(answer) };
        let owner = root.all("Owner").next().and_then(|owner| owner.text("ID")).unwrap_or_default();
        let list =
            root.all("AccessControlList").next().ok_or("AccessControlPolicy has no AccessControlList")?;
        let grant = |grant: &super::super::xml::Element| -> Result<String, String> {
            // OSS names its canned ACL there.
            let Some(grantee) = grant.all("Grantee").next() else {
                return if grant.text.is_empty() {
                    Err("Grant has no Grantee".to_owned())
                } else {
                    Ok(grant.text.clone())
                };
            };
            let who = match (grantee.text("URI"), grantee.text("ID")) {
                (Some(uri), _) if uri.ends_with("/AllUsers") => "everyone",
                (Some(uri), _) if uri.ends_with("/AuthenticatedUsers") => "everyone-signed-in",
                (Some(uri), _) => uri,
                (None, Some(id)) if id == owner => "owner",
                (None, id) => id.unwrap_or("nobody"),
            };
            Ok(format!("{who} {}", grant.required("Permission")?))
        };
        answer.acl = Some(list.all("Grant").map(grant).collect::<Result<_, String>>()?);
        Ok(answer)
    }
}
