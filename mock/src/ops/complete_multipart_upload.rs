//! CompleteMultipartUpload: `POST /bucket/key?uploadId=ID` with the list of parts.

use http::StatusCode;

use super::Call;
use crate::http::{Answer, Element, S3Error, Xml};
use crate::model::{self, Defect, ListedPart, Operation};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    for name in ["if-match", "if-none-match"] {
        if call.request.headers.contains_key(name) {
            return Err(S3Error::not_implemented(name));
        }
    }
    let document = call.document().await?;
    let list = match read_list(&document) {
        Some(list) => list,
        None if call.has(Defect::AcceptEmptyList) => Vec::new(),
        None => return Err(S3Error::malformed_xml()),
    };
    let etag = match call.apply(Operation::Complete { upload: call.upload(), list }) {
        Ok(model::Answer::Completed(etag)) => etag,
        Ok(_) => return Err(S3Error::new("InternalError", "the upload was not completed")),
        Err(error) if call.has(Defect::RefuseWithStatus500) => {
            return Err(error.status(StatusCode::INTERNAL_SERVER_ERROR));
        }
        Err(error) => return Err(error),
    };
    let host = call.request.header("host").unwrap_or_default();
    Ok(Answer::xml(Xml::document("CompleteMultipartUploadResult", |xml| {
        xml.text("Location", format!("http://{host}{}", call.request.raw_path));
        xml.text("Bucket", call.request.bucket());
        xml.text("Key", call.request.key());
        xml.text("ETag", format!("\"{etag}\""));
    })))
}

/// The list of the request; `None` if the document is not one.
fn read_list(document: &[u8]) -> Option<Vec<ListedPart>> {
    let root = Element::read(document)?;
    if root.name != "CompleteMultipartUpload" {
        return None;
    }
    root.children
        .iter()
        .filter(|child| child.name == "Part")
        .map(|part| {
            let number = part.child("PartNumber")?.parse().ok()?;
            Some(ListedPart { number, etag: part.child("ETag")?.to_owned() })
        })
        .collect()
}
