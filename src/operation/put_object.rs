//! PutObject.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::headers::{capability_of, checksum_headers, optional, user_metadata};
use super::upload_part::stored;
use super::{Arguments, Bounded, Cost, Headers, Kind, Named, Operation, Prepared, Profile, Scope};
use crate::history::{Ask, Saw};
use crate::language::{Algorithm, Expr, KeyName, Missing, Rightness, Sizes};
use crate::row::{RowState, Sent, Unavailable, Witness, Written, etag_of};
use crate::wire::dialect::Dialect;
use crate::wire::reader::with_etag;
use crate::wire::{Answer, Blob, Body, Call, Request, Response};

/// The arguments of `put_object`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutObject {
    /// The key.
    pub key: Option<KeyName>,
    /// The size of the body.
    pub size: Option<Expr>,
    /// A name for the bytes.
    pub r#as: Option<String>,
    /// Content-Type of the object.
    pub content_type: Option<String>,
    /// Canned ACL of the object.
    pub acl: Option<String>,
    /// Whether an object that is there forbids it.
    pub forbid_overwrite: Option<bool>,
    /// User metadata of the object.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Checksums to send.
    #[serde(default)]
    pub checksum: BTreeMap<Algorithm, Rightness>,
}

impl Named for PutObject {
    const WORD: &'static str = "put_object";
    const NAME: &'static str = "PutObject";
    const ASPECTS: &'static [&'static str] = &["ETag", "ETag.quotes"];
}

impl Arguments for PutObject {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { modelled: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "checksum"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.define(self.r#as.as_deref(), Kind::Sent, &at.key("as"));
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        capability_of(&self.checksum)
    }

    fn cost(&self, sizes: &Sizes<'_>) -> Result<Cost, Missing> {
        let bytes = self.size.clone().unwrap_or_else(Expr::full).size(sizes)?;
        Ok(Cost { bytes, ..Cost::requests(2) })
    }

    fn bounded(&self) -> Vec<Bounded<'_>> {
        self.size.as_ref().map(Bounded::Size).into_iter().collect()
    }
}

impl Operation for PutObject {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let key = row.key_or(self.key.as_ref(), None)?;
        row.may_make(&key);
        let size = row.size_or_full(self.size.as_ref())?;
        let body = row.blob(size);
        row.sent.push(Sent { name: self.r#as.clone(), ..Sent::new(body.clone()) });
        let at = row.sent.len() - 1;
        row.sources.insert(key.clone(), at);
        let mut headers = row.metadata(&self.metadata);
        headers.extend(checksum_headers(&self.checksum, &body));
        headers.extend(optional([
            ("content-type".to_owned(), self.content_type.as_ref()),
            (row.acl_header(), self.acl.as_ref()),
        ]));
        headers.extend(row.forbid_overwrite(self.forbid_overwrite));
        Ok(Box::new(Putting { request: PutObjectRequest { key, body, headers }, at }))
    }
}

/// An object on its way, with its position in what was sent.
struct Putting {
    request: PutObjectRequest,
    at: usize,
}

impl Prepared for Putting {
    fn call(&self) -> &dyn Call {
        &self.request
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        let (content, md5) = witness.content(&self.request.body);
        let meta = user_metadata(&self.request.headers);
        vec![Ask::PutObject { key: witness.below(&self.request.key), content, md5, meta }]
    }

    fn saw(&self, _: &Witness, _: &Ask, answer: &Answer) -> Saw {
        Saw::Stored { etag: etag_of(answer) }
    }

    fn writes(&self) -> Written<'_> {
        Written::Key(&self.request.key)
    }

    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>) {
        stored(self.at, answer, row);
    }
}

/// The request.
#[derive(Clone, Debug)]
pub struct PutObjectRequest {
    /// The key.
    pub key: String,
    /// The bytes.
    pub body: Arc<Blob>,
    /// Headers of the object.
    pub headers: Headers,
}

impl Call for PutObjectRequest {
    fn name(&self) -> &'static str {
        "PutObject"
    }

    fn request(&self, _: Dialect) -> Request {
        let request = Request::key(Method::PUT, &self.key);
        Request { headers: self.headers.clone(), ..request }.body(Body::Blob(self.body.clone()))
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(with_etag(response, self.name()))
    }
}
