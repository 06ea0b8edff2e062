//! GetObjectAcl.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::plain::WithoutEffect;
use super::{Arguments, Cost, Named, Operation, Prepared, Profile, Scope, Shown};
use crate::language::{KeyName, Missing, Sizes};
use crate::row::{RowState, Unavailable};
use crate::wire::answer::MISSING;
use crate::wire::dialect::Dialect;
use crate::wire::reader::told;
use crate::wire::{Answer, Call, Request, Response};

/// The arguments of `get_object_acl`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetObjectAcl {
    /// The key.
    pub key: Option<KeyName>,
}

impl Named for GetObjectAcl {
    const WORD: &'static str = "get_object_acl";
    const NAME: &'static str = "GetObjectAcl";
}

impl Arguments for GetObjectAcl {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { reads: true, sub_resource: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["acl"]
    }

    fn check(&self, _: &mut Scope, _: &Path) {}

    fn capability(&self, _: bool) -> Option<&'static str> {
        Some("acl")
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }

    /// An answer that grants nobody anything stands for ACLs that are not there.
    fn shows(&self, capability: &str, answer: &Answer) -> Shown {
        let is_empty = answer.acl.iter().flatten().all(|grant| grant.starts_with("nobody "));
        if capability == "acl" && is_empty { Shown::PassedOver } else { Shown::Yes }
    }
}

impl Operation for GetObjectAcl {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        Ok(Box::new(WithoutEffect(GetObjectAclRequest { key: row.key_or(self.key.as_ref(), None)? })))
    }
}

/// The request.
#[derive(Clone, Debug)]
pub struct GetObjectAclRequest {
    /// The key.
    pub key: String,
}

impl Call for GetObjectAclRequest {
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
