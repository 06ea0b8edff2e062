//! HeadObject.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::get_object::about;
use super::headers::{checksum_mode, user_metadata};
use super::{Arguments, Cost, Headers, Named, Operation, Prepared, Profile, Scope, Shown};
use crate::history::{Ask, Saw};
use crate::language::{KeyName, Missing, PartNumber, Sizes};
use crate::row::{RowState, Unavailable, Witness, Written, etag_of};
use crate::wire::dialect::Dialect;
use crate::wire::reader::{with_etag, with_length, with_times};
use crate::wire::{Answer, Call, Request, Response};

/// The arguments of `head_object`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadObject {
    /// The key.
    pub key: Option<KeyName>,
    /// One part of the object.
    pub part_number: Option<PartNumber>,
    /// Asks for checksums.
    #[serde(default)]
    pub checksum_mode: bool,
}

impl Named for HeadObject {
    const WORD: &'static str = "head_object";
    const NAME: &'static str = "HeadObject";
    const ASPECTS: &'static [&'static str] = &["ETag", "ETag.quotes", "Last-Modified", "Content-Length"];
}

impl Arguments for HeadObject {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { reads: true, modelled: true, head: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "size", "checksum", "metadata", "no_metadata", "storage_class"]
    }

    fn check(&self, _: &mut Scope, _: &Path) {}

    fn capability(&self, _: bool) -> Option<&'static str> {
        self.part_number.is_some().then_some("get_by_part_number")
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }

    fn shows(&self, capability: &str, answer: &Answer) -> Shown {
        match capability {
            "storage_classes" if !answer.headers.iter().any(|(name, _)| name.ends_with("-storage-class")) => {
                Shown::PassedOver
            }
            _ => Shown::Yes,
        }
    }
}

impl Operation for HeadObject {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let key = row.key_or(self.key.as_ref(), None)?;
        let part_number = self.part_number.as_ref().map(|number| row.number(number)).transpose()?;
        let headers = checksum_mode(self.checksum_mode);
        Ok(Box::new(HeadObjectRequest { key, part_number, headers }))
    }
}

impl Prepared for HeadObjectRequest {
    fn call(&self) -> &dyn Call {
        self
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        let is_whole = self.part_number.is_none();
        is_whole.then(|| Ask::HeadObject { key: witness.below(&self.key) }).into_iter().collect()
    }

    fn saw(&self, witness: &Witness, _: &Ask, answer: &Answer) -> Saw {
        let meta = witness.has_metadata().then(|| user_metadata(&answer.headers));
        Saw::Object { etag: etag_of(answer), size: answer.size, content: None, meta }
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn absorb(&self, _: &Answer, _: &mut RowState<'_>) {}
}

/// The request.
#[derive(Clone, Debug, Default)]
pub struct HeadObjectRequest {
    /// The key.
    pub key: String,
    /// One part, as it is sent.
    pub part_number: Option<String>,
    /// Further headers.
    pub headers: Headers,
}

impl Call for HeadObjectRequest {
    fn name(&self) -> &'static str {
        "HeadObject"
    }

    fn request(&self, _: Dialect) -> Request {
        about(Method::HEAD, &self.key, self.part_number.as_ref(), &self.headers)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = with_etag(response, self.name());
        with_times(&mut answer);
        with_length(&mut answer);
        Ok(answer)
    }
}
