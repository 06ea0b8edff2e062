//! GetObjectAcl.

use http::Method;

use super::super::answer::{MISSING, Response};
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, told};

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
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("AccessControlPolicy", &mut answer)? else { return Ok(answer) };
        let owner = root.all("Owner").next().and_then(|owner| owner.text("ID")).unwrap_or_default();
        let mut grants = Vec::new();
        for grant in root.all("AccessControlList").flat_map(|list| list.all("Grant")) {
            let Some(grantee) = grant.all("Grantee").next() else {
                // OSS names its canned ACL there.
                if grant.text.is_empty() {
                    answer.deviates("Grant.Grantee", MISSING);
                } else {
                    grants.push(grant.text.clone());
                }
                continue;
            };
            let who = match (grantee.text("URI"), grantee.text("ID")) {
                (Some(uri), _) if uri.ends_with("/AllUsers") => "everyone",
                (Some(uri), _) if uri.ends_with("/AuthenticatedUsers") => "everyone-signed-in",
                (Some(uri), _) => uri,
                (None, Some(id)) if id == owner => "owner",
                (None, id) => id.unwrap_or("nobody"),
            };
            if let Some(permission) = told(grant, "Permission", "Grant.Permission", &mut answer) {
                grants.push(format!("{who} {permission}"));
            }
        }
        answer.acl = Some(grants);
        Ok(answer)
    }
}
