//! CopyObject: `PUT /bucket/key` with `x-amz-copy-source` or `x-oss-copy-source`.

use super::{Call, copy_source, encryption, metadata, put_object, upload_part_copy::digests};
use crate::defects::Defect;
use crate::http::{Answer, S3Error, checksum};
use crate::model::{self, ChecksumType, Conditions, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let source = copy_source::find(call)?;
    let asked = match call.request.header("x-amz-checksum-algorithm") {
        _ if call.is_oss() => None,
        Some(_) => checksum::asked(&call.request)?.map(|(algorithm, _)| algorithm),
        None => source.checksum.as_ref().map(|kept| kept.checksum.algorithm),
    };
    let algorithm = asked.unwrap_or(call.service.rules.usual_checksum);
    let replaces = match call.request.own("metadata-directive") {
        None | Some("COPY") => false,
        Some("REPLACE") => true,
        Some(other) => {
            return Err(S3Error::invalid_argument(
                "Unknown metadata directive.",
                &call.dialect().header("metadata-directive"),
                other,
            ));
        }
    };
    let own = metadata::of(call)?;
    let (bucket, key) = copy_source::named(call)?;
    let itself = (bucket.as_str(), key.as_str()) == (call.request.bucket(), call.request.key());
    let changes = replaces
        || call.is_oss()
        || ["storage-class", "server-side-encryption", "website-redirect-location"]
            .into_iter()
            .any(|name| call.request.own(name).is_some());
    if itself && !changes {
        let message = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(S3Error::new("InvalidRequest", message));
    }
    let mut meta = match replaces {
        true => own.clone(),
        false => metadata::copied(call.dialect(), &source.meta, own.clone()),
    };
    if !call.is_oss() {
        metadata::direct_tags(call, &source.meta, &own, &mut meta)?;
    }
    let kept = source.checksum.filter(|_| call.has(Defect::CopyKeepsChecksum));
    let body = digests(source.content, algorithm);
    let (of, value) = match &kept {
        Some(kept) => (kept.of, Some(kept.checksum.clone())),
        None => (ChecksumType::FullObject, body.checksum.clone()),
    };
    let crc64 = value.clone().filter(|_| call.is_oss() && !call.has(Defect::OmitCrc64OfObject));
    let conditions = match call.is_oss() {
        true => Conditions { forbid_overwrite: call.forbids_overwrite(), ..Conditions::default() },
        false => put_object::conditions(&call.request)?,
    };
    let operation = Operation::Put { body, meta: meta.clone(), conditions };
    let model::Answer::Stored(etag) = call.apply(operation)? else {
        return Err(S3Error::new("InternalError", "the object was not stored"));
    };
    if kept.is_some() {
        call.change(|state| state.object.iter_mut().for_each(|object| object.checksum.clone_from(&kept)));
    }
    let now = call.service.store.lock().now();
    let answer = call.result("CopyObjectResult", |xml| {
        xml.text("LastModified", call.time(now));
        xml.text("ETag", call.quoted(&etag));
        if let Some(value) =
            value.filter(|_| !call.ignores_checksums() && !call.has(Defect::OmitChecksumOfCopy))
        {
            xml.text(&checksum::element(value.algorithm), checksum::encoded(&value));
            xml.text("ChecksumType", of.name());
        }
    });
    let answer = encryption::tell(call, &meta, answer);
    let answer = if call.is_oss() { answer.header("etag", &call.quoted(&etag)) } else { answer };
    Ok(match crc64 {
        Some(value) => answer.header("x-oss-hash-crc64ecma", &call.crc64(&value)),
        None => answer,
    })
}
