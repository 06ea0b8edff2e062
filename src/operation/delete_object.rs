//! DeleteObject.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Arguments, Cost, Named, Operation, Prepared, Profile, Scope};
use crate::history::{Ask, Saw};
use crate::language::{KeyName, Missing, Sizes};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::dialect::Dialect;
use crate::wire::reader::plain;
use crate::wire::{Answer, Call, Request, Response};

/// The arguments of `delete_object`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteObject {
    /// The key.
    pub key: Option<KeyName>,
}

impl Named for DeleteObject {
    const WORD: &'static str = "delete_object";
    const NAME: &'static str = "DeleteObject";
}

impl Arguments for DeleteObject {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { modelled: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &[]
    }

    fn check(&self, _: &mut Scope, _: &Path) {}

    fn capability(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }
}

impl Operation for DeleteObject {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let key = row.key_or(self.key.as_ref(), None)?;
        Ok(Box::new(DeleteObjectRequest { key, version_id: None }))
    }
}

impl Prepared for DeleteObjectRequest {
    fn call(&self) -> &dyn Call {
        self
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        vec![Ask::DeleteObject { key: witness.below(&self.key) }]
    }

    fn saw(&self, _: &Witness, _: &Ask, _: &Answer) -> Saw {
        Saw::Done
    }

    fn writes(&self) -> Written<'_> {
        Written::Key(&self.key)
    }

    /// The object may have come after the deletion, in a race: the clean-up deletes it once more.
    fn absorb(&self, _: &Answer, _: &mut RowState<'_>) {}
}

/// The request.
#[derive(Clone, Debug)]
pub struct DeleteObjectRequest {
    /// The key.
    pub key: String,
    /// The version, where there are several.
    pub version_id: Option<String>,
}

impl Call for DeleteObjectRequest {
    fn name(&self) -> &'static str {
        "DeleteObject"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::key(Method::DELETE, &self.key).query_if("versionId", self.version_id.as_ref())
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(plain(response, self.name()))
    }
}
