//! AbortMultipartUpload.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Arguments, Cost, Named, Operation, Prepared, Profile, Scope};
use crate::history::{Ask, Saw};
use crate::language::{KeyName, Missing, Sizes, UploadRef};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::dialect::Dialect;
use crate::wire::reader::plain;
use crate::wire::{Answer, Call, Request, Response};

/// The arguments of `abort_upload`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbortUpload {
    /// The upload.
    pub upload: Option<UploadRef>,
    /// The key.
    pub key: Option<KeyName>,
}

impl Named for AbortUpload {
    const WORD: &'static str = "abort_upload";
    const NAME: &'static str = "AbortMultipartUpload";
    const ASPECTS: &'static [&'static str] = &["answer"];
}

impl Arguments for AbortUpload {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { modelled: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &[]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.upload(self.upload.as_ref(), at);
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }
}

impl Operation for AbortUpload {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let (upload_id, own_key) = row.upload(self.upload.as_ref())?;
        let key = row.key_or(self.key.as_ref(), own_key)?;
        Ok(Box::new(AbortMultipartUploadRequest { key, upload_id }))
    }
}

impl Prepared for AbortMultipartUploadRequest {
    fn call(&self) -> &dyn Call {
        self
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        vec![Ask::AbortUpload { key: witness.below(&self.key), upload: self.upload_id.clone() }]
    }

    fn saw(&self, _: &Witness, _: &Ask, _: &Answer) -> Saw {
        Saw::Done
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>) {
        if answer.is_ok() {
            row.ended(&self.key, &self.upload_id);
        }
    }
}

/// The request.
#[derive(Clone, Debug)]
pub struct AbortMultipartUploadRequest {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
}

impl Call for AbortMultipartUploadRequest {
    fn name(&self) -> &'static str {
        "AbortMultipartUpload"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::key(Method::DELETE, &self.key).query("uploadId", &self.upload_id)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(plain(response, self.name()))
    }
}
