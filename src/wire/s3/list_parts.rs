//! ListParts.

use http::Method;

use super::super::answer::{ListedPart, Response};
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, checksums, echoes, echoes_key, encoded, etag, number, page_size, told, truncated};

/// ListParts.
#[derive(Clone, Debug, Default)]
pub struct ListParts {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// At most so many.
    pub max_parts: Option<String>,
    /// Only numbers above this one.
    pub part_number_marker: Option<String>,
    /// How the answer tells the key.
    pub encoding_type: Option<String>,
}

impl Operation for ListParts {
    fn name(&self) -> &'static str {
        "ListParts"
    }

    fn request(&self, _: Dialect) -> Request {
        let mut request = Request::key(Method::GET, &self.key).query("uploadId", &self.upload_id);
        if let Some(max) = &self.max_parts {
            request = request.query("max-parts", max);
        }
        if let Some(marker) = &self.part_number_marker {
            request = request.query("part-number-marker", marker);
        }
        encoded(request, self.encoding_type.as_ref())
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("ListPartsResult", &mut answer)? else { return Ok(answer) };
        echoes(&root, "Bucket", bucket, &mut answer);
        echoes_key(&root, &self.key, &mut answer);
        echoes(&root, "UploadId", &self.upload_id, &mut answer);
        answer.truncated = truncated(&root, &mut answer);
        if answer.truncated {
            number(&root, "NextPartNumberMarker", "NextPartNumberMarker", &mut answer);
        }
        page_size(&root, "MaxParts", self.max_parts.as_ref(), &mut answer);
        let mut parts = Vec::new();
        for part in root.all("Part") {
            let etag = etag(part, "Part.ETag", "Part.ETag.quotes", &mut answer);
            let size = number(part, "Size", "Part.Size", &mut answer);
            told(part, "LastModified", "Part.LastModified", &mut answer);
            // An entry without its number is no part that could be compared.
            if let Some(number) = number(part, "PartNumber", "Part.PartNumber", &mut answer) {
                parts.push(ListedPart { number, etag, size, checksums: checksums(part) });
            }
        }
        answer.parts = Some(parts);
        let known = [
            "Bucket",
            "Key",
            "UploadId",
            "PartNumberMarker",
            "NextPartNumberMarker",
            "MaxParts",
            "IsTruncated",
            "Part",
            "Initiator",
            "Owner",
            "StorageClass",
            "ChecksumAlgorithm",
            "ChecksumType",
            "EncodingType",
        ];
        root.note_unknown(&known, &mut answer.notes);
        Ok(answer)
    }
}
