//! GetObjectTagging.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::plain::WithoutEffect;
use super::{Arguments, Cost, Named, Operation, Prepared, Profile, Scope};
use crate::language::{KeyName, Missing, Sizes};
use crate::row::{RowState, Unavailable};
use crate::wire::answer::MISSING;
use crate::wire::dialect::Dialect;
use crate::wire::reader::told;
use crate::wire::{Answer, Call, Request, Response};

/// The arguments of `get_object_tagging`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetObjectTagging {
    /// The key.
    pub key: Option<KeyName>,
}

impl Named for GetObjectTagging {
    const WORD: &'static str = "get_object_tagging";
    const NAME: &'static str = "GetObjectTagging";
}

impl Arguments for GetObjectTagging {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { reads: true, sub_resource: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["tagging"]
    }

    fn check(&self, _: &mut Scope, _: &Path) {}

    fn capability(&self, _: bool) -> Option<&'static str> {
        Some("tagging")
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }
}

impl Operation for GetObjectTagging {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        Ok(Box::new(WithoutEffect(GetObjectTaggingRequest { key: row.key_or(self.key.as_ref(), None)? })))
    }
}

/// The request.
#[derive(Clone, Debug)]
pub struct GetObjectTaggingRequest {
    /// The key.
    pub key: String,
}

impl Call for GetObjectTaggingRequest {
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
