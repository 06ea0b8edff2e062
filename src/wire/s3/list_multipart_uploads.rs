//! ListMultipartUploads.

use http::Method;

use super::super::answer::{ListedUpload, Response};
use super::super::dialect::Dialect;
use super::super::{Answer, Request};
use super::{Operation, decoded, echoes, encoded, has, truncated};

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
        let mut answer = response.answer();
        let Some(root) = response.document("ListMultipartUploadsResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer)?;
        // What was asked for need not be granted: then names come as they are.
        let is_encoded = root.text("EncodingType") == Some("url");
        let name = |text: &str| if is_encoded { decoded(text) } else { Ok(text.to_owned()) };
        for field in ["KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"] {
            if let Some((_, text)) = answer.fields.iter_mut().find(|(known, _)| known == field) {
                *text = name(text)?;
            }
        }
        answer.truncated = truncated(&root, &mut answer)?;
        // AWS tells no marker behind a page that ends with a common prefix.
        if answer.truncated && root.all("CommonPrefixes").next().is_none() {
            root.required("NextKeyMarker")?;
        }
        for upload in root.all("Upload") {
            has(upload, "Initiated", &mut answer);
        }
        let upload = |upload: &super::super::xml::Element| {
            Ok(ListedUpload {
                key: name(upload.required("Key")?)?,
                id: upload.required("UploadId")?.to_owned(),
            })
        };
        answer.uploads = Some(root.all("Upload").map(upload).collect::<Result<_, String>>()?);
        let prefix = |prefix: &super::super::xml::Element| name(prefix.required("Prefix")?);
        answer.prefixes = Some(root.all("CommonPrefixes").map(prefix).collect::<Result<_, String>>()?);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(entries: &str) -> Result<Answer, String> {
        let document = format!(
            "<ListMultipartUploadsResult><Bucket>b</Bucket><NextKeyMarker></NextKeyMarker>\
             <IsTruncated>true</IsTruncated>{entries}</ListMultipartUploadsResult>"
        );
        let response = Response {
            status: http::StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: document.into_bytes().into(),
        };
        ListMultipartUploads::default().read(&response, "b")
    }

    #[test]
    fn a_cut_page_can_go_without_a_marker_behind_a_prefix_alone() {
        let answer = read("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>").expect("it is readable");
        assert!(answer.truncated && answer.prefixes == Some(vec!["a/".to_owned()]));
        assert!(read("").is_err());
    }
}
