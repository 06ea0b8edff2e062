//! PutObjectTagging.

use std::collections::BTreeMap;

use http::Method;
use md5::{Digest, Md5};
use mpuspec_mock::yaml::Path;
use quick_xml::escape::escape;
use schemars::JsonSchema;
use serde::Deserialize;

use super::headers::content_md5;
use super::plain::WithoutEffect;
use super::{Arguments, ContentMd5, Cost, Named, Operation, Prepared, Profile, Scope};
use crate::language::{KeyName, Missing, Sizes};
use crate::row::{RowState, Unavailable};
use crate::wire::dialect::{Dialect, namespace};
use crate::wire::reader::plain;
use crate::wire::{Answer, Body, Call, Request, Response};

/// The arguments of `put_object_tagging`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutObjectTagging {
    /// The tags that take the place of those before.
    pub tagging: BTreeMap<String, String>,
    /// The key.
    pub key: Option<KeyName>,
}

impl Named for PutObjectTagging {
    const WORD: &'static str = "put_object_tagging";
    const NAME: &'static str = "PutObjectTagging";
}

impl Arguments for PutObjectTagging {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile::default()
    }

    fn bears(&self) -> &'static [&'static str] {
        &[]
    }

    fn check(&self, _: &mut Scope, _: &Path) {}

    fn capability(&self, _: bool) -> Option<&'static str> {
        Some("tagging")
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }
}

impl Operation for PutObjectTagging {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let key = row.key_or(self.key.as_ref(), None)?;
        // A server that passes over the sub-resource makes an object.
        row.may_make(&key);
        // Tags are no bytes: to the model and to the audit nothing is written.
        Ok(Box::new(WithoutEffect(PutObjectTaggingRequest { key, tagging: self.tagging.clone() })))
    }
}

/// The request.
#[derive(Clone, Debug)]
pub struct PutObjectTaggingRequest {
    /// The key.
    pub key: String,
    /// The tags.
    pub tagging: BTreeMap<String, String>,
}

impl Call for PutObjectTaggingRequest {
    fn name(&self) -> &'static str {
        "PutObjectTagging"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let tag = |(key, value): (&String, &String)| {
            format!("<Tag><Key>{}</Key><Value>{}</Value></Tag>", escape(key), escape(value))
        };
        let tags: String = self.tagging.iter().map(tag).collect();
        let text = format!("<Tagging{}><TagSet>{tags}</TagSet></Tagging>", namespace(dialect));
        let (name, md5) = content_md5(ContentMd5::Right, Md5::digest(text.as_bytes()).into());
        Request::key(Method::PUT, &self.key)
            .flag("tagging")
            .header(&name, &md5)
            .header("content-type", "application/xml")
            .body(Body::Document(text.into()))
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(plain(response, self.name()))
    }
}
