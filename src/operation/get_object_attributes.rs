//! GetObjectAttributes.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::plain::WithoutEffect;
use super::{Arguments, Cost, Named, Operation, Prepared, Profile, Scope};
use crate::language::{Expr, KeyName, Missing, Sizes};
use crate::row::{RowState, Unavailable};
use crate::wire::dialect::Dialect;
use crate::wire::reader::{checksums, number};
use crate::wire::{Answer, Call, ListedPart, Request, Response};

/// The arguments of `get_object_attributes`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GetObjectAttributes {
    /// The key.
    pub key: Option<KeyName>,
    /// The most parts of the answer.
    pub max_parts: Option<Expr>,
    /// Only numbers above this one.
    pub part_number_marker: Option<Expr>,
    /// Names each attribute in a header line of its own, as some SDKs do.
    #[serde(default)]
    pub one_a_line: bool,
}

impl Named for GetObjectAttributes {
    const WORD: &'static str = "get_object_attributes";
    const NAME: &'static str = "GetObjectAttributes";
}

impl Arguments for GetObjectAttributes {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { reads: true, sub_resource: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "size", "parts", "count", "at_most", "order", "checksum", "part_checksums"]
    }

    fn check(&self, _: &mut Scope, _: &Path) {}

    fn capability(&self, _: bool) -> Option<&'static str> {
        Some("attributes")
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }
}

impl Operation for GetObjectAttributes {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let size = |size: Option<&Expr>| size.map(|size| row.size(size)).transpose();
        Ok(Box::new(WithoutEffect(GetObjectAttributesRequest {
            key: row.key_or(self.key.as_ref(), None)?,
            max_parts: size(self.max_parts.as_ref())?,
            part_number_marker: size(self.part_number_marker.as_ref())?,
            one_a_line: self.one_a_line,
        })))
    }
}

/// The request, of all attributes.
#[derive(Clone, Debug, Default)]
pub struct GetObjectAttributesRequest {
    /// The key.
    pub key: String,
    /// The most parts of the answer.
    pub max_parts: Option<u64>,
    /// Only numbers above this one.
    pub part_number_marker: Option<u64>,
    /// Whether each attribute stands in a header line of its own.
    pub one_a_line: bool,
}

/// All attributes.
const ATTRIBUTES: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

impl Call for GetObjectAttributesRequest {
    fn name(&self) -> &'static str {
        "GetObjectAttributes"
    }

    fn request(&self, _: Dialect) -> Request {
        let mut request = Request::key(Method::GET, &self.key).flag("attributes");
        let lines = match self.one_a_line {
            true => ATTRIBUTES.map(str::to_owned).to_vec(),
            false => vec![ATTRIBUTES.join(",")],
        };
        for line in lines {
            request = request.header("x-amz-object-attributes", &line);
        }
        if let Some(max) = self.max_parts {
            request = request.header("x-amz-max-parts", &max.to_string());
        }
        if let Some(marker) = self.part_number_marker {
            request = request.header("x-amz-part-number-marker", &marker.to_string());
        }
        request
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("GetObjectAttributesResponse", &mut answer)? else {
            return Ok(answer);
        };
        answer.etag = root.text("ETag").map(str::to_owned);
        answer.size = root.text("ObjectSize").and_then(|text| text.parse().ok());
        let mut parts = Vec::new();
        for part in root.all("ObjectParts").flat_map(|parts| parts.all("Part")) {
            let size = number(part, "Size", "Part.Size", &mut answer);
            if let Some(number) = number(part, "PartNumber", "Part.PartNumber", &mut answer) {
                parts.push(ListedPart { number, etag: None, size, checksums: checksums(part) });
            }
        }
        answer.parts = Some(parts);
        Ok(answer)
    }
}
