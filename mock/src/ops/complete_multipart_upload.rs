//! CompleteMultipartUpload: `POST /bucket/key?uploadId=ID` with the list of parts.

use http::StatusCode;

use super::{Call, put_object::conditions};
use crate::http::{Answer, Element, S3Error, Xml, checksum};
use crate::model::{self, Algorithm, Conditions, Defect, ListedPart, ObjectChecksum, Operation, Terms};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let document = call.document().await?;
    if document.is_empty() && !call.has(Defect::AcceptEmptyList) {
        // An upload that is not there is told first.
        call.apply(Operation::ListParts { upload: call.upload(), after: 0, max: 0 })?;
        return Err(S3Error::new("InvalidRequest", "You must specify at least one part"));
    }
    let mut list = match read_list(&document, call.has(Defect::AcceptIncompleteEntries)) {
        Some(list) => list,
        None if call.has(Defect::AcceptEmptyList) => Vec::new(),
        None => return Err(S3Error::malformed_xml()),
    };
    if call.ignores_checksums() {
        list.iter_mut().for_each(|part| part.checksums.clear());
    }
    let terms = terms(&call)?;
    if call.has(Defect::TakeMetadataFromCompletion) {
        take_metadata(&call)?;
    }
    if call.has(Defect::RepeatedCompletionFails) && call.ended(&call.upload())
        || call.has(Defect::OvertakenCompletionFails)
            && call.upload_is(&call.upload(), |upload| upload.overtaken)
    {
        return Err(S3Error::new("InternalError", "We encountered an internal error. Please try again."));
    }
    let completion = Operation::Complete { upload: call.upload(), list, terms };
    let etag = match call.apply(completion) {
        Ok(model::Answer::Completed(etag)) => etag,
        Ok(_) => return Err(S3Error::new("InternalError", "the upload was not completed")),
        Err(error) if call.has(Defect::RefuseWithStatus500) => {
            return Err(error.status(StatusCode::INTERNAL_SERVER_ERROR));
        }
        Err(error) => return Err(error),
    };
    let sum = finished(&call, &etag);
    let host = call.request.header("host").unwrap_or_default();
    let scheme = call.service.scheme;
    Ok(Answer::xml(Xml::document("CompleteMultipartUploadResult", |xml| {
        xml.text("Location", format!("{scheme}://{host}{}", call.request.raw_path));
        xml.text("Bucket", call.request.bucket());
        xml.text("Key", call.request.key());
        xml.text("ETag", format!("\"{etag}\""));
        if let Some((value, of)) = &sum {
            xml.text(&checksum::element(value.0), &value.1);
            xml.text("ChecksumType", of);
        }
    })))
}

/// Lets the metadata of the completion replace that of the creation.
fn take_metadata(call: &Call<'_>) -> Result<(), S3Error> {
    let own = super::metadata::of(&call.request)?;
    let mut store = call.service.store.lock();
    let state = store.buckets.get_mut(call.request.bucket()).and_then(|b| b.keys.get_mut(call.request.key()));
    if let Some(upload) = state.and_then(|state| state.uploads.get_mut(&call.upload())) {
        upload.meta.extend(own.into_iter().filter(|(name, _)| name.starts_with("x-amz-meta-")));
    }
    Ok(())
}

fn terms(call: &Call<'_>) -> Result<Terms, S3Error> {
    let request = &call.request;
    let conditions =
        if call.service.lacks("conditional_complete") { Conditions::default() } else { conditions(request)? };
    let size = request.header("x-amz-mp-object-size").map(|text| {
        text.parse()
            .map_err(|_| S3Error::new("InvalidRequest", "Value for x-amz-mp-object-size header is invalid."))
    });
    let size = size.transpose()?;
    if call.ignores_checksums() {
        return Ok(Terms { conditions, size, ..Terms::default() });
    }
    Ok(Terms {
        conditions,
        checksum: checksum::of_object(request)?,
        of: request.header("x-amz-checksum-type").map(checksum::checksum_type).transpose()?,
        size,
    })
}

/// The checksum of the object as it is told, and its type.
fn finished(call: &Call<'_>, etag: &str) -> Option<((Algorithm, String), &'static str)> {
    if call.ignores_checksums() || call.has(Defect::OmitChecksums) {
        return None;
    }
    let store = call.service.store.lock();
    let object = store.buckets.get(call.request.bucket())?.keys.get(call.request.key())?.object.as_ref()?;
    let parts = object.parts.as_ref().filter(|_| object.etag == etag)?.len();
    let kept = object.checksum.as_ref()?;
    Some((
        (kept.checksum.algorithm, shown(kept, parts, call.has(Defect::OmitCompositeCount))),
        kept.of.name(),
    ))
}

/// The checksum of an object of parts: a composite one bears their number.
pub(super) fn shown(kept: &ObjectChecksum, parts: usize, bare: bool) -> String {
    let value = checksum::encoded(&kept.checksum);
    match kept.of {
        model::ChecksumType::Composite if !bare => format!("{value}-{parts}"),
        _ => value,
    }
}

/// The list of the request; `None` if the document is not one.
fn read_list(document: &[u8], lenient: bool) -> Option<Vec<ListedPart>> {
    let root = Element::read(document)?;
    if root.name != "CompleteMultipartUpload" {
        return None;
    }
    let parts = root.children.iter().filter(|child| child.name == "Part");
    parts.zip(1..).map(|(part, position)| entry(part, position, lenient)).collect()
}

fn entry(part: &Element, position: i64, lenient: bool) -> Option<ListedPart> {
    let number = match part.child("PartNumber") {
        None if lenient => position,
        number => number?.parse().ok()?,
    };
    let etag = match part.child("ETag") {
        None if lenient => "",
        etag => etag?,
    };
    let checksums = Algorithm::ALL
        .into_iter()
        .filter_map(|algorithm| Some((algorithm, part.child(&checksum::element(algorithm))?.to_owned())));
    Some(ListedPart { number, etag: etag.to_owned(), checksums: checksums.collect() })
}
