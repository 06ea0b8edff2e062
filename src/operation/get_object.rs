//! GetObject.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::headers::{bounds, checksum_mode, user_metadata};
use super::{Arguments, Cost, Headers, Named, Operation, Prepared, Profile, Scope, Shown};
use crate::history::{Ask, Saw};
use crate::language::{ByteRange, KeyName, Missing, PartNumber, Sizes};
use crate::row::{RowState, Unavailable, Witness, Written, etag_of};
use crate::wire::dialect::Dialect;
use crate::wire::reader::{with_etag, with_times};
use crate::wire::{Answer, Call, Request, Response};

/// The arguments of `get_object`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetObject {
    /// The key.
    pub key: Option<KeyName>,
    /// First and last byte.
    pub range: Option<ByteRange>,
    /// One part of the object.
    pub part_number: Option<PartNumber>,
    /// Asks for checksums.
    #[serde(default)]
    pub checksum_mode: bool,
    /// The name of the step whose ETag the object must have, or `wrong`.
    pub if_match: Option<String>,
    /// The name of the step whose ETag the object must not have, or `wrong`.
    pub if_none_match: Option<String>,
}

impl Named for GetObject {
    const WORD: &'static str = "get_object";
    const NAME: &'static str = "GetObject";
    const ASPECTS: &'static [&'static str] = &["ETag", "ETag.quotes", "Last-Modified"];
}

impl Arguments for GetObject {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { reads: true, modelled: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "content", "size", "checksum", "metadata", "no_metadata", "storage_class"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.condition(self.if_match.as_deref(), &at.key("if_match"));
        scope.condition(self.if_none_match.as_deref(), &at.key("if_none_match"));
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        self.part_number.is_some().then_some("get_by_part_number")
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }

    fn shows(&self, capability: &str, answer: &Answer) -> Shown {
        match capability {
            // A range alone is answered 206 as well.
            "get_by_part_number"
                if self.range.is_some() && answer.header("x-amz-mp-parts-count").is_none() =>
            {
                Shown::Open
            }
            _ => Shown::Yes,
        }
    }
}

impl Operation for GetObject {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let key = row.key_or(self.key.as_ref(), None)?;
        let range = row.range_as_sent(self.range.as_ref())?;
        let part_number = self.part_number.as_ref().map(|number| row.number(number)).transpose()?;
        let mut headers = checksum_mode(self.checksum_mode);
        headers.extend(row.conditions("", self.if_match.as_ref(), self.if_none_match.as_ref())?);
        let sent: u64 = row.sent.iter().map(|sent| sent.blob.len()).sum();
        // Every byte of the row and an error document are less than this.
        let longest = sent + (1 << 20);
        Ok(Box::new(GetObjectRequest { key, range, part_number, headers, longest }))
    }
}

impl Prepared for GetObjectRequest {
    fn call(&self) -> &dyn Call {
        self
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        if self.part_number.is_some() {
            return Vec::new();
        }
        let range = self.range.as_deref().and_then(bounds);
        vec![Ask::GetObject { key: witness.below(&self.key), range }]
    }

    fn saw(&self, witness: &Witness, ask: &Ask, answer: &Answer) -> Saw {
        let range = self.range.as_deref().and_then(bounds);
        let bytes = answer.content.clone().unwrap_or_default();
        let content = Some(witness.recognized(ask.key(), range, &bytes));
        let meta = witness.has_metadata().then(|| user_metadata(&answer.headers));
        Saw::Object { etag: etag_of(answer), size: Some(bytes.len() as u64), content, meta }
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn absorb(&self, _: &Answer, _: &mut RowState<'_>) {}
}

/// The request.
#[derive(Clone, Debug, Default)]
pub struct GetObjectRequest {
    /// The key.
    pub key: String,
    /// The range, as it is sent.
    pub range: Option<String>,
    /// One part, as it is sent.
    pub part_number: Option<String>,
    /// Further headers.
    pub headers: Headers,
    /// The most bytes that a right answer can have.
    pub longest: u64,
}

impl Call for GetObjectRequest {
    fn name(&self) -> &'static str {
        "GetObject"
    }

    fn request(&self, _: Dialect) -> Request {
        let request = about(Method::GET, &self.key, self.part_number.as_ref(), &self.headers);
        match &self.range {
            Some(range) => request.header("range", range),
            None => request,
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = with_etag(response, self.name());
        with_times(&mut answer);
        if answer.refusal.is_none() {
            answer.size = Some(response.body.len() as u64);
            answer.content = Some(response.body.clone());
        }
        Ok(answer)
    }

    fn longest_answer(&self) -> Option<u64> {
        Some(self.longest)
    }
}

/// A request about an object, or one part of it.
pub(super) fn about(method: Method, key: &str, part: Option<&String>, headers: &Headers) -> Request {
    let request = Request { headers: headers.clone(), ..Request::key(method, key) };
    request.query_if("partNumber", part)
}
