//! ListMultipartUploads.

use http::Method;

use super::super::answer::{ListedUpload, Response};
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, decoded, echoes, encoded, name, page_size, told, truncated};

/// ListMultipartUploads.
#[derive(Clone, Debug, Default)]
pub struct ListMultipartUploads {
    /// Only keys that begin so.
    pub prefix: String,
    /// Rolls keys up to this text.
    pub delimiter: Option<String>,
    /// At most so many.
    pub max_uploads: Option<String>,
    /// How names are told.
    pub encoding_type: Option<String>,
    /// Only what comes after this key.
    pub key_marker: Option<String>,
    /// Also what comes after this upload of the marked key.
    pub upload_id_marker: Option<String>,
}

impl Operation for ListMultipartUploads {
    fn name(&self) -> &'static str {
        "ListMultipartUploads"
    }

    fn request(&self, _: Dialect) -> Request {
        let mut request = Request::bucket(Method::GET).flag("uploads").query("prefix", &self.prefix);
        if let Some(delimiter) = &self.delimiter {
            request = request.query("delimiter", delimiter);
        }
        if let Some(max) = &self.max_uploads {
            request = request.query("max-uploads", max);
        }
        request = encoded(request, self.encoding_type.as_ref());
        if let Some(marker) = &self.key_marker {
            request = request.query("key-marker", marker);
        }
        if let Some(marker) = &self.upload_id_marker {
            request = request.query("upload-id-marker", marker);
        }
        request
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("ListMultipartUploadsResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer);
        // What was asked for need not be granted: then names come as they are.
        let is_encoded = root.text("EncodingType") == Some("url");
        for field in ["KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"] {
            if is_encoded
                && let Some((_, text)) = answer.fields.iter_mut().find(|(known, _)| known == field)
                && let Some(decoded) = decoded(text)
            {
                *text = decoded;
            }
        }
        answer.truncated = truncated(&root, &mut answer);
        page_size(&root, "MaxUploads", self.max_uploads.as_ref(), &mut answer);
        let mut uploads = Vec::new();
        for upload in root.all("Upload") {
            told(upload, "Initiated", "Upload.Initiated", &mut answer);
            let id = told(upload, "UploadId", "Upload.UploadId", &mut answer).map(str::to_owned);
            // An entry without its key or its id is no upload that could be compared.
            if let (Some(key), Some(id)) = (name(upload, is_encoded, "Upload.Key", &mut answer), id) {
                uploads.push(ListedUpload { key, id });
            }
        }
        let mut prefixes = Vec::new();
        for prefix in root.all("CommonPrefixes") {
            prefixes.extend(name(prefix, is_encoded, "CommonPrefixes.Prefix", &mut answer));
        }
        // AWS was recorded to leave the marker empty on a page that ends in a common prefix.
        let last_upload = uploads.iter().map(|upload| &upload.key).max();
        if answer.truncated && last_upload > prefixes.iter().max() {
            told(&root, "NextKeyMarker", "NextKeyMarker", &mut answer);
        }
        (answer.uploads, answer.prefixes) = (Some(uploads), Some(prefixes));
        let known = [
            "Bucket",
            "KeyMarker",
            "UploadIdMarker",
            "NextKeyMarker",
            "NextUploadIdMarker",
            "Prefix",
            "Delimiter",
            "EncodingType",
            "MaxUploads",
            "IsTruncated",
            "Upload",
            "CommonPrefixes",
        ];
        root.note_unknown(&known, &mut answer.notes);
        Ok(answer)
    }
}
