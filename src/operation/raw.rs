//! A request in words of HTTP, for what no client would send.

use std::collections::BTreeMap;

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::list_parts::ListParts;
use super::{Arguments, Cost, Headers, Named, Operation, Prepared, Profile, Scope};
use crate::history::{Ask, Saw};
use crate::language::{Expr, KeyName, Missing, Sizes, UploadRef};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::dialect::Dialect;
use crate::wire::reader::plain;
use crate::wire::{Addressing, Answer, Body, Call, Request, Response};

/// The arguments of `raw`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// The method.
    pub method: String,
    /// The key.
    pub key: Option<KeyName>,
    /// An upload, whose id goes into the query as `uploadId`.
    pub upload: Option<UploadRef>,
    /// Parameters of the query, `name` or `name=value`.
    #[serde(default)]
    pub query: Vec<String>,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Another way to address the bucket than that of the run.
    pub addressing: Option<RawAddressing>,
    /// The size of the body; none by default.
    pub size: Option<Expr>,
}

/// The one way to address that differs from that of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RawAddressing {
    /// In the path, on a host that takes buckets in its name.
    Path,
}

impl Named for Raw {
    const WORD: &'static str = "raw";
    const NAME: &'static str = "raw";
    const ABOUT: &'static str = "A request in words of HTTP, for what no client would send";
}

impl Arguments for Raw {
    fn name(&self) -> &'static str {
        let names_upload = self.upload.is_some()
            || self.query.iter().any(|parameter| parameter.split('=').next() == Some("uploadId"));
        if self.method == "GET" && names_upload { ListParts::NAME } else { Self::NAME }
    }

    fn profile(&self) -> Profile<'_> {
        Profile { by_hand: true, in_path: self.addressing.is_some(), ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "metadata", "no_metadata", "storage_class", "checksum"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        for name in self.headers.keys().filter(|name| !is_harmless(name)) {
            let message =
                format!("`raw` does not set the header `{name}`: it could reach beyond the keys of the run");
            scope.mistake_at_key(&at.key("headers").key(name), message);
        }
        for (number, parameter) in self.query.iter().enumerate() {
            let name = parameter.split('=').next().unwrap_or_default();
            if !PARAMETERS.contains(&name) {
                let known = PARAMETERS.join(", ");
                let message = format!("`raw` does not set the parameter `{name}`; known: {known}");
                scope.mistake(&at.key("query").index(number), message);
            }
        }
        if let Some(upload) = &self.upload {
            scope.upload(Some(upload), at);
        }
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn cost(&self, sizes: &Sizes<'_>) -> Result<Cost, Missing> {
        let bytes = self.size.as_ref().map_or(Ok(0), |size| size.size(sizes))?;
        Ok(Cost { bytes, ..Cost::requests(2) })
    }
}

impl Operation for Raw {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let parameter = |text: &String| match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text.clone(), None),
        };
        let mut query: Vec<(String, Option<String>)> = self.query.iter().map(parameter).collect();
        let mut own_key = None;
        if let Some(upload) = &self.upload {
            let (id, key) = row.upload(Some(upload))?;
            query.push(("uploadId".to_owned(), Some(id)));
            own_key = key;
        }
        let key = row.key_or(self.key.as_ref(), own_key)?;
        row.may_make(&key);
        let body = match &self.size {
            Some(size) => {
                let size = row.size(size)?;
                Body::Blob(row.blob(size))
            }
            None => Body::Empty,
        };
        let method = self.method.parse().map_err(|_| Unavailable("the method is none".to_owned()))?;
        let headers = self.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let addressing = self.addressing.map(|RawAddressing::Path| Addressing::Path);
        let request = RawRequest { method, key: Some(key), query, headers, addressing, body };
        if let Some(key) = request.creates() {
            row.may_create(key);
        }
        Ok(Box::new(request))
    }
}

/// Parameters of queries that are about nothing but uploads, parts and their lists.
const PARAMETERS: [&str; 14] = [
    "uploads",
    "uploadId",
    "partNumber",
    "max-parts",
    "part-number-marker",
    "max-uploads",
    "key-marker",
    "upload-id-marker",
    "encoding-type",
    "sequential",
    "versionId",
    "OSSAccessKeyId",
    "Expires",
    "Signature",
];

/// Headers that change nothing but the object of the request itself.
const HEADERS: [&str; 13] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-md5",
    "content-type",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "range",
    // To read from a bucket that is not there; whatever else it names is refused before it is sent.
    "x-oss-copy-source",
    "x-oss-tagging",
];

/// The beginnings of names of such headers, behind what the dialect puts before its own.
const OWN_HEADERS: [&str; 7] = [
    "checksum-",
    "sdk-checksum-",
    "meta-",
    "storage-class",
    "server-side-encryption",
    "forbid-overwrite",
    "mp-",
];

fn is_harmless(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    let own = ["x-amz-", "x-oss-"].iter().find_map(|prefix| name.strip_prefix(prefix));
    HEADERS.contains(&name.as_str())
        || own.is_some_and(|own| OWN_HEADERS.iter().any(|known| own.starts_with(known)))
}

impl RawRequest {
    fn has(&self, name: &str) -> bool {
        self.query.iter().any(|(known, _)| known == name)
    }
}

impl Prepared for RawRequest {
    fn call(&self) -> &dyn Call {
        self
    }

    fn asks(&self, _: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        Vec::new()
    }

    fn saw(&self, _: &Witness, _: &Ask, _: &Answer) -> Saw {
        Saw::Nothing
    }

    /// What it means is the server's to say: it may write wherever an operation with this method does.
    fn writes(&self) -> Written<'_> {
        let writes = match self.method {
            Method::PUT | Method::DELETE => !self.has("uploadId"),
            Method::POST => !self.has("uploads"),
            _ => false,
        };
        match &self.key {
            Some(key) if writes => Written::Key(key),
            None if writes => Written::Several,
            _ => Written::Nothing,
        }
    }

    fn creates(&self) -> Option<&str> {
        self.key.as_deref().filter(|_| self.method == Method::POST && self.has("uploads"))
    }

    fn absorb(&self, _: &Answer, _: &mut RowState<'_>) {}
}

/// The request.
#[derive(Clone, Debug)]
pub struct RawRequest {
    /// The method.
    pub method: Method,
    /// The key.
    pub key: Option<String>,
    /// The query; a value of `None` has no equals sign.
    pub query: Vec<(String, Option<String>)>,
    /// Headers.
    pub headers: Headers,
    /// Another way to address the bucket than the target's.
    pub addressing: Option<Addressing>,
    /// The body.
    pub body: Body,
}

impl Call for RawRequest {
    fn name(&self) -> &'static str {
        "raw"
    }

    fn request(&self, _: Dialect) -> Request {
        let query = self.query.iter().map(|(name, value)| (name.clone().into(), value.clone())).collect();
        Request {
            method: self.method.clone(),
            key: self.key.clone(),
            also: Vec::new(),
            bucket: None,
            addressing: self.addressing,
            query,
            headers: self.headers.clone(),
            body: self.body.clone(),
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = plain(response, self.name());
        response.any_document(&mut answer);
        Ok(answer)
    }
}
