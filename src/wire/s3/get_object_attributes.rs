//! GetObjectAttributes.

use http::Method;

use super::super::answer::{ListedPart, Response};
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, checksums, number};

/// GetObjectAttributes, of all attributes.
#[derive(Clone, Debug, Default)]
pub struct GetObjectAttributes {
    /// The key.
    pub key: String,
    /// At most so many parts.
    pub max_parts: Option<u64>,
    /// Only numbers above this one.
    pub part_number_marker: Option<u64>,
    /// Whether each attribute stands in a header line of its own.
    pub one_a_line: bool,
}

/// All attributes.
const ATTRIBUTES: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

impl Operation for GetObjectAttributes {
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
