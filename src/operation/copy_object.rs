//! CopyObject.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Arguments, Cost, Headers, Kind, Named, Operation, Prepared, Profile, Scope};
use crate::history::{Ask, Saw};
use crate::language::{KeyName, Missing, Sizes};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::dialect::{Dialect, own};
use crate::wire::reader::{etag, told};
use crate::wire::{Answer, Call, Request, Response, encode_path};

/// The arguments of `copy_object`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyObject {
    /// The key of the source.
    pub source: KeyName,
    /// The key.
    pub key: Option<KeyName>,
    /// Whether an object that is there forbids it.
    pub forbid_overwrite: Option<bool>,
    /// A name for the object.
    pub r#as: Option<String>,
}

impl Named for CopyObject {
    const WORD: &'static str = "copy_object";
    const NAME: &'static str = "CopyObject";
    const ASPECTS: &'static [&'static str] = &["root", "xmlns", "ETag", "ETag.quotes", "LastModified"];
}

impl Arguments for CopyObject {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { late_error: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "checksum"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.define(self.r#as.as_deref(), Kind::Object, &at.key("as"));
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(2))
    }
}

impl Operation for CopyObject {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let key = row.key_or(self.key.as_ref(), None)?;
        row.may_make(&key);
        let source = format!("{}/{}", row.setting.target.bucket, row.key(&self.source)?);
        let headers = row.forbid_overwrite(self.forbid_overwrite);
        let request = CopyObjectRequest { key, source, headers };
        Ok(Box::new(Copying { request, name: self.r#as.clone() }))
    }
}

struct Copying {
    request: CopyObjectRequest,
    name: Option<String>,
}

impl Prepared for Copying {
    fn call(&self) -> &dyn Call {
        &self.request
    }

    fn asks(&self, _: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        Vec::new()
    }

    fn saw(&self, _: &Witness, _: &Ask, _: &Answer) -> Saw {
        Saw::Nothing
    }

    fn writes(&self) -> Written<'_> {
        Written::Key(&self.request.key)
    }

    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>) {
        if let (true, Some(name), Some(etag)) = (answer.is_ok(), &self.name, &answer.etag) {
            row.objects.insert(name.clone(), etag.clone());
        }
    }
}

/// The request.
#[derive(Clone, Debug)]
pub struct CopyObjectRequest {
    /// The key.
    pub key: String,
    /// Bucket and key of the source.
    pub source: String,
    /// Further headers.
    pub headers: Headers,
}

impl Call for CopyObjectRequest {
    fn name(&self) -> &'static str {
        "CopyObject"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let request = Request { headers: self.headers.clone(), ..Request::key(Method::PUT, &self.key) };
        request.header(&own(dialect, "copy-source"), &encode_path(&self.source))
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("CopyObjectResult", &mut answer)? else { return Ok(answer) };
        answer.etag = etag(&root, "ETag", "ETag.quotes", &mut answer);
        told(&root, "LastModified", "LastModified", &mut answer);
        Ok(answer)
    }
}
