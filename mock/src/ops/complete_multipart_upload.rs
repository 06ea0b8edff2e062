//! CompleteMultipartUpload: `POST /bucket/key?uploadId=ID` with the list of parts.

use http::StatusCode;

use super::create_multipart_upload::encodes_names;
use super::put_object::conditions;
use super::{Call, acl, call_back, encryption, metadata, unsettled};
use crate::defects::Defect;
use crate::http::{Answer, Element, S3Error, checksum, url_encoded};
use crate::model::{self, Algorithm, Conditions, List, ListedPart, Meta, ObjectChecksum, Operation, Terms};
use crate::provider::Dialect;

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    encryption::forbid(&call, Defect::TakeEncryptionOfCompletion)?;
    let all = takes_all(&call);
    let document = call.document().await?;
    let list = match all {
        true => everything(&call, &document)?,
        false => listed(&call, &document)?,
    };
    let terms = terms(&call)?;
    let encoded = encodes_names(&call)?;
    let callback = call_back::asked(&call);
    if callback.is_err() && !call.has(Defect::CompleteOnBrokenCallback) {
        callback?;
        return Err(S3Error::new("InternalError", "the callback was read twice"));
    }
    if call.has(Defect::TakeMetadataFromCompletion) {
        metadata::take(&call)?;
    }
    let longest = call.service.rules.limits.max_key_bytes;
    if call.has(Defect::CompletionRefusesLongestKeys) && longest == Some(call.request.key().len() as u64) {
        return Err(S3Error::new("KeyTooLongError", "Your key is too long"));
    }
    if call.has(Defect::RepeatedCompletionFails) && call.ended(&call.upload())
        || call.has(Defect::OvertakenCompletionFails)
            && call.upload_is(&call.upload(), |upload| upload.overtaken)
    {
        return Err(S3Error::new("InternalError", "We encountered an internal error. Please try again."));
    }
    let completion = Operation::Complete { upload: call.upload(), list, terms };
    let etag = match unsettled::complete(&call, completion).await {
        Ok(model::Answer::Completed(etag)) => etag,
        Ok(_) => return Err(S3Error::new("InternalError", "the upload was not completed")),
        Err(error) if call.has(Defect::RefuseWithStatus500) => {
            return Err(error.status(StatusCode::INTERNAL_SERVER_ERROR));
        }
        Err(error) => return Err(error),
    };
    let callback = callback?;
    let sum = finished(&call, &etag);
    let host = call.request.header("host").unwrap_or_default();
    let scheme = call.service.scheme;
    let answer = call.result("CompleteMultipartUploadResult", |xml| {
        if encoded {
            xml.text("EncodingType", "url");
        }
        if !call.has(Defect::OmitLocation) {
            xml.text("Location", format!("{scheme}://{host}{}", call.request.raw_path));
        }
        xml.text("Bucket", call.request.bucket());
        let key = call.request.key();
        xml.text("Key", if encoded { url_encoded(key) } else { key.to_owned() });
        xml.text("ETag", format!("\"{etag}\""));
        if let Some((value, of)) = &sum {
            xml.text(&checksum::element(value.0), &value.1);
            if !call.has(Defect::OmitChecksumTypeOfCompletion) {
                xml.text("ChecksumType", of);
            }
        }
    });
    match call.is_oss() {
        true => {
            let answer = answer.header("etag", &call.quoted(&etag));
            call_back::finish(&call, callback, tell(&call, &etag, answer)).await
        }
        false => Ok(tell(&call, &etag, answer)),
    }
}

/// What is told of the finished object in headers.
fn tell(call: &Call<'_>, etag: &str, answer: Answer) -> Answer {
    let known = call.look(|state| {
        let object = state.object.as_ref().filter(|object| object.etag == etag)?;
        Some((object.meta.clone(), object.checksum.clone()))
    });
    let Some((meta, checksum)) = known.flatten() else { return answer };
    let answer = encryption::tell(call, &meta, answer);
    match checksum.filter(|_| call.is_oss() && !call.has(Defect::OmitCrc64OfCompletion)) {
        Some(kept) => answer.header("x-oss-hash-crc64ecma", &call.crc64(&kept.checksum)),
        None => answer,
    }
}

/// Whether the server shall take everything that has arrived.
fn takes_all(call: &Call<'_>) -> bool {
    call.is_oss()
        && call.request.own("complete-all").is_some_and(|value| value.eq_ignore_ascii_case("yes"))
        && !call.has(Defect::IgnoreCompleteAll)
}

/// Of everything, for a request without a body.
fn everything(call: &Call<'_>, document: &[u8]) -> Result<List, S3Error> {
    if document.is_empty() || call.has(Defect::AllTakesBody) {
        return Ok(List::All);
    }
    let message = "The request body must be empty where x-oss-complete-all asks for every part.";
    Err(S3Error::invalid_argument(message, "x-oss-complete-all", "yes").ec("0042-00000216"))
}

/// Of the parts that the body lists.
fn listed(call: &Call<'_>, document: &[u8]) -> Result<List, S3Error> {
    if document.is_empty() && !call.has(Defect::AcceptEmptyList) {
        // An upload that is not there is told first.
        call.apply(Operation::ListParts { upload: call.upload(), after: 0, max: 0 })?;
        return Err(match call.dialect() {
            Dialect::S3 => S3Error::new("InvalidRequest", "You must specify at least one part"),
            Dialect::Oss => S3Error::malformed_xml(),
        });
    }
    let mut list = match read_list(document, call.has(Defect::AcceptIncompleteEntries)) {
        Some(list) => list,
        None if call.has(Defect::AcceptEmptyList) => Vec::new(),
        None => return Err(S3Error::malformed_xml()),
    };
    if call.ignores_checksums() {
        list.iter_mut().for_each(|part| part.checksums.clear());
    }
    Ok(List::Parts(list))
}

fn terms(call: &Call<'_>) -> Result<Terms, S3Error> {
    let request = &call.request;
    if call.is_oss() {
        return terms_of_oss(call);
    }
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
        meta: Meta::new(),
    })
}

/// On OSS, a completion says whether it may overwrite, and what ACL the object gets.
fn terms_of_oss(call: &Call<'_>) -> Result<Terms, S3Error> {
    let name = call.dialect().object_acl();
    let acl = call.request.header(name).map(|acl| (name.to_owned(), acl.to_owned()));
    let meta: Meta = acl.into_iter().collect();
    match acl::check(call.dialect(), &meta) {
        Err(error) if !call.has(Defect::TakeUnknownAcl) => return Err(error),
        _ => {}
    }
    let conditions = Conditions { forbid_overwrite: call.forbids_overwrite(), ..Conditions::default() };
    Ok(Terms { conditions, meta, ..Terms::default() })
}

/// The checksum of the object as it is told, and its type.
fn finished(call: &Call<'_>, etag: &str) -> Option<((Algorithm, String), &'static str)> {
    if call.ignores_checksums() || call.has(Defect::OmitChecksums) {
        return None;
    }
    call.look(|state| {
        let object = state.object.as_ref().filter(|object| object.etag == etag)?;
        let (parts, kept) = (object.parts.as_ref()?.len(), object.checksum.as_ref()?);
        let value = shown(kept, parts, call.has(Defect::OmitCompositeCount));
        Some(((kept.checksum.algorithm, value), kept.of.name()))
    })
    .flatten()
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
