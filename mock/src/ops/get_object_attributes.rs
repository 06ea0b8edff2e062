//! GetObjectAttributes: `GET /bucket/key?attributes`.

use super::{Call, metadata};
use crate::defects::Defect;
use crate::http::{Answer, S3Error, Xml, checksum, http_date};
use crate::model::{self, ChecksumType, Object, ObjectPart, Operation};

/// Parts on one page.
const PAGE: u32 = 1_000;
const ATTRIBUTES: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let header = match call.has(Defect::ReadFirstHeaderLine) {
        true => call.request.header("x-amz-object-attributes").unwrap_or_default().to_owned(),
        false => call.request.list("x-amz-object-attributes").unwrap_or_default(),
    };
    let asked: Vec<&str> = header.split(',').map(str::trim).collect();
    if asked.iter().any(|name| !ATTRIBUTES.contains(name)) {
        return Err(S3Error::invalid_argument(
            "Invalid attribute name specified.",
            "x-amz-object-attributes",
            &header,
        ));
    }
    let asks = |name: &str| asked.contains(&name);
    let max = count(call, "x-amz-max-parts")?.unwrap_or(PAGE).min(PAGE);
    let after = count(call, "x-amz-part-number-marker")?.unwrap_or(0);
    let model::Answer::Object(object) = call.apply(Operation::Head)? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    let answer = call.result("GetObjectAttributesResponse", |xml| {
        if asks("ETag") {
            xml.text("ETag", &object.etag);
        }
        if let Some(kept) = object.checksum.as_ref().filter(|_| asks("Checksum") && !call.ignores_checksums())
        {
            xml.nest("Checksum", |xml| {
                xml.text(&checksum::element(kept.checksum.algorithm), checksum::encoded(&kept.checksum));
                xml.text("ChecksumType", kept.of.name());
            });
        }
        if let Some(parts) =
            object.parts.as_ref().filter(|_| asks("ObjectParts") && !call.has(Defect::OmitAttributeParts))
        {
            xml.nest("ObjectParts", |xml| write_parts(call, xml, &object, parts, (after, max)));
        }
        if asks("StorageClass") {
            xml.text("StorageClass", metadata::storage_class(call.dialect(), &object.meta));
        }
        if asks("ObjectSize") {
            xml.value("ObjectSize", object.content.len());
        }
    });
    Ok(answer.header("last-modified", &http_date(object.modified)))
}

fn count(call: &Call<'_>, name: &str) -> Result<Option<u32>, S3Error> {
    let Some(text) = call.request.header(name) else { return Ok(None) };
    let invalid = |_| S3Error::invalid_argument("Provided value is not a number in range", name, text);
    text.parse().map(Some).map_err(invalid)
}

/// Single parts are told only where each has a checksum of its own.
fn write_parts(
    call: &Call<'_>,
    xml: &mut Xml,
    object: &Object,
    parts: &[ObjectPart],
    (after, max): (u32, u32),
) {
    if object.checksum.as_ref().is_some_and(|kept| kept.of == ChecksumType::Composite) {
        let first = if call.has(Defect::IgnoreAttributesMarker) { 0 } else { after };
        let mut rest = parts.iter().filter(|part| part.number > first);
        let page: Vec<&ObjectPart> = rest.by_ref().take(max as usize).collect();
        let more = !page.is_empty() && rest.next().is_some();
        xml.value("IsTruncated", more || call.has(Defect::AttributesNeverEnd));
        xml.value("MaxParts", max);
        xml.value("NextPartNumberMarker", page.last().map_or(0, |part| part.number));
        xml.value("PartNumberMarker", after);
        for part in page {
            xml.nest("Part", |xml| {
                xml.value("PartNumber", part.number);
                xml.value("Size", part.size);
                if let Some(value) = &part.checksum {
                    xml.text(&checksum::element(value.algorithm), checksum::encoded(value));
                }
            });
        }
    }
    xml.value("PartsCount", parts.len());
}
