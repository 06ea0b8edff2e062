//! DeleteObjects.

use http::Method;
use md5::{Digest, Md5};
use mpuspec_mock::yaml::Path;
use quick_xml::escape::escape;
use schemars::JsonSchema;
use serde::Deserialize;

use super::headers::content_md5;
use super::{Arguments, ContentMd5, Cost, Named, Operation, Prepared, Profile, Scope};
use crate::history::{Ask, Saw};
use crate::language::{KeyName, Missing, Sizes};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::dialect::{Dialect, namespace};
use crate::wire::reader::told;
use crate::wire::{Answer, Body, Call, Request, Response};

/// Twice as many as S3 takes.
const MOST_KEYS: usize = 2_000;
/// Bytes of an entry of the document beside its key.
const AN_ENTRY: u64 = 33;

/// The arguments of `delete_objects`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteObjects {
    /// The keys.
    pub keys: Vec<KeyName>,
}

impl Named for DeleteObjects {
    const WORD: &'static str = "delete_objects";
    const NAME: &'static str = "DeleteObjects";
}

impl Arguments for DeleteObjects {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile::default()
    }

    fn bears(&self) -> &'static [&'static str] {
        &["keys", "count", "at_most", "order"]
    }

    fn check(&self, _: &mut Scope, _: &Path) {}

    fn capability(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn cost(&self, sizes: &Sizes<'_>) -> Result<Cost, Missing> {
        let key = |sum: u64, key: &KeyName| {
            let bytes = match key {
                KeyName::Text(text) | KeyName::Begins(text) => text.len() as u64,
                KeyName::Long { bytes, .. } => bytes.size(sizes)?,
            };
            Ok(sum.saturating_add(AN_ENTRY).saturating_add(bytes))
        };
        Ok(Cost { bytes: self.keys.iter().try_fold(0, key)?, ..Cost::requests(1) })
    }
}

impl Operation for DeleteObjects {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        if self.keys.len() > MOST_KEYS {
            let count = self.keys.len();
            return Err(Unavailable(format!("a step deletes up to {MOST_KEYS} objects, and not {count}")));
        }
        let keys = self.keys.iter().map(|key| row.key(key)).collect::<Result<_, _>>()?;
        Ok(Box::new(DeleteObjectsRequest { keys }))
    }
}

impl Prepared for DeleteObjectsRequest {
    fn call(&self) -> &dyn Call {
        self
    }

    fn asks(&self, _: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        Vec::new()
    }

    fn saw(&self, _: &Witness, _: &Ask, _: &Answer) -> Saw {
        Saw::Nothing
    }

    fn writes(&self) -> Written<'_> {
        Written::Several
    }

    fn absorb(&self, _: &Answer, _: &mut RowState<'_>) {}
}

/// The request.
#[derive(Clone, Debug)]
pub struct DeleteObjectsRequest {
    /// The keys.
    pub keys: Vec<String>,
}

impl Call for DeleteObjectsRequest {
    fn name(&self) -> &'static str {
        "DeleteObjects"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let keys: String =
            self.keys.iter().map(|key| format!("<Object><Key>{}</Key></Object>", escape(key))).collect();
        let text = format!("<Delete{}>{keys}</Delete>", namespace(dialect));
        // S3 asks for a digest of this document.
        let (name, md5) = content_md5(ContentMd5::Right, Md5::digest(text.as_bytes()).into());
        let request = Request { also: self.keys.clone(), ..Request::bucket(Method::POST) };
        request
            .flag("delete")
            .header(&name, &md5)
            .header("content-type", "application/xml")
            .body(Body::Document(text.into()))
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("DeleteResult", &mut answer)? else { return Ok(answer) };
        for deleted in root.all("Deleted") {
            if let Some(key) = told(deleted, "Key", "Deleted.Key", &mut answer) {
                answer.keys.push((key.to_owned(), None));
            }
        }
        Ok(answer)
    }
}
