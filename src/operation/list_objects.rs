//! ListObjectsV2, and the older ListObjects.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Arguments, Cost, Named, Operation, Prepared, Profile, Scope};
use crate::history::{Ask, Saw, SeenObject};
use crate::language::{Expr, Missing, Sizes};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::dialect::Dialect;
use crate::wire::reader::{name, number, told, truncated};
use crate::wire::{Answer, Call, ListedObject, Request, Response, unquoted};

/// The arguments of `list_objects`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListObjects {
    /// Only keys that begin so.
    pub prefix: Option<String>,
    /// Rolls keys up to this text.
    pub delimiter: Option<String>,
    /// The most entries on a page.
    pub max_keys: Option<Expr>,
    /// How names are written; `url` is known.
    pub encoding_type: Option<String>,
    /// The older of the two operations.
    #[serde(default)]
    pub v1: bool,
}

impl Named for ListObjects {
    const WORD: &'static str = "list_objects";
    const NAME: &'static str = "ListObjectsV2";
    const ABOUT: &'static str = "ListObjectsV2, or ListObjects";
    const ASPECTS: &'static [&'static str] = &[
        "root",
        "xmlns",
        "IsTruncated",
        "Contents.Key",
        "Contents.ETag",
        "Contents.Size",
        "Contents.LastModified",
        "CommonPrefixes.Prefix",
    ];
}

impl Arguments for ListObjects {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        let modelled = self.delimiter.is_none() && self.max_keys.is_none();
        Profile { reads: true, modelled, own_only: self.prefix.is_none(), ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["keys", "prefixes", "count", "at_most", "order"]
    }

    fn check(&self, _: &mut Scope, _: &Path) {}

    fn capability(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }
}

impl Operation for ListObjects {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        Ok(Box::new(ListObjectsRequest {
            prefix: format!("{}{}", row.prefix, self.prefix.as_deref().unwrap_or_default()),
            delimiter: self.delimiter.clone(),
            max_keys: self.max_keys.as_ref().map(|max| row.size(max)).transpose()?,
            encoding_type: self.encoding_type.clone(),
            v1: self.v1,
            token: None,
        }))
    }
}

impl Prepared for ListObjectsRequest {
    fn call(&self) -> &dyn Call {
        self
    }

    /// It asks about each key that it would list. Of a listing that is cut nobody knows where it ends.
    fn asks(&self, witness: &mut Witness, answer: Option<&Answer>) -> Vec<Ask> {
        let is_whole = |answer: &&Answer| answer.is_ok() && !answer.truncated && self.delimiter.is_none();
        if answer.filter(is_whole).is_none() {
            return Vec::new();
        }
        let keys = witness.keys().into_iter().filter(|key| key.starts_with(&self.prefix));
        keys.map(|key| Ask::ListObjects { key: witness.below(&key) }).collect()
    }

    fn saw(&self, witness: &Witness, ask: &Ask, answer: &Answer) -> Saw {
        // A listing of entries that cannot be distinguished shows nothing.
        if answer.deviation("Contents.Key").is_some() {
            return Saw::Nothing;
        }
        let of_key = answer.objects.iter().flatten().find(|object| witness.is(&object.key, ask.key()));
        let seen = |object: &ListedObject| SeenObject {
            etag: object.etag.as_deref().map(|etag| unquoted(etag).to_owned()),
            size: object.size,
        };
        Saw::Listed { object: of_key.map(seen) }
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn absorb(&self, _: &Answer, _: &mut RowState<'_>) {}
}

/// The request.
#[derive(Clone, Debug, Default)]
pub struct ListObjectsRequest {
    /// Only keys that begin so.
    pub prefix: String,
    /// Where the page before ended.
    pub token: Option<String>,
    /// Rolls keys up to this text.
    pub delimiter: Option<String>,
    /// The most entries of the answer.
    pub max_keys: Option<u64>,
    /// How names are written.
    pub encoding_type: Option<String>,
    /// The older operation.
    pub v1: bool,
}

impl Call for ListObjectsRequest {
    fn name(&self) -> &'static str {
        if self.v1 { "ListObjects" } else { "ListObjectsV2" }
    }

    fn request(&self, _: Dialect) -> Request {
        let mut request = Request::bucket(Method::GET);
        if !self.v1 {
            request = request.query("list-type", 2);
        }
        request
            .query("prefix", &self.prefix)
            .query_if("delimiter", self.delimiter.as_ref())
            .query_if("max-keys", self.max_keys.as_ref())
            .query_if("encoding-type", self.encoding_type.as_ref())
            .query_if("continuation-token", self.token.as_ref())
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        // Both versions have the same elements.
        let mut answer = response.answer("ListObjectsV2");
        let Some(root) = response.document("ListBucketResult", &mut answer)? else { return Ok(answer) };
        answer.truncated = truncated(&root, &mut answer);
        let is_encoded = root.text("EncodingType") == Some("url");
        let mut prefixes = Vec::new();
        for prefix in root.all("CommonPrefixes") {
            prefixes.extend(name(prefix, is_encoded, "CommonPrefixes.Prefix", &mut answer));
        }
        answer.prefixes = Some(prefixes);
        let mut objects = Vec::new();
        for object in root.all("Contents") {
            let etag = told(object, "ETag", "Contents.ETag", &mut answer).map(str::to_owned);
            let size = number(object, "Size", "Contents.Size", &mut answer);
            told(object, "LastModified", "Contents.LastModified", &mut answer);
            if let Some(key) = name(object, is_encoded, "Contents.Key", &mut answer) {
                answer.keys.push((key.clone(), None));
                objects.push(ListedObject { key, etag, size });
            }
        }
        answer.objects = Some(objects);
        Ok(answer)
    }
}
