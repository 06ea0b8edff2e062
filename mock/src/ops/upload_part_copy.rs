//! UploadPartCopy: `PUT /bucket/key?partNumber=N&uploadId=ID` with `x-amz-copy-source`.

use crate::call::{Call, copy_source, digests};
use crate::dialect::documents::CopiedPart;
use crate::http::{Answer, S3Error};
use crate::model::{self, Algorithm, Body, ChecksumType, Claimed, Object, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let (upload, number) = (call.upload(), call.part_number()?);
    let begin = Operation::BeginPart { upload: upload.clone(), number, size: None, claimed: Claimed::Copied };
    let model::Answer::Continue(wanted) = call.carry_out(begin).await? else {
        return Err(S3Error::new("InternalError", "the part was not begun"));
    };
    let object = copy_source::find(call)?;
    let known = known_digests(&object, wanted);
    let source = object.content;
    let size = source.len();
    let bounds = match call.request.own("copy-source-range") {
        Some(range) => call.dialect().copied_range(range, size)?,
        None => None,
    };
    let content = match bounds {
        Some((first, last)) => source.range(first, last + 1),
        None => source,
    };
    let body = match known.filter(|_| bounds.is_none()) {
        Some(known) => known,
        None => digests::body(content, wanted),
    };
    let value = body.checksum.clone();
    let upload_part = Operation::UploadPart { upload: upload.clone(), number, body };
    let model::Answer::Stored(etag) = call.carry_out(upload_part).await? else {
        return Err(S3Error::new("InternalError", "the part was not stored"));
    };
    let open = call.look(|state| {
        state.uploads.get(&upload).map(|upload| (upload.meta.clone(), upload.checksum.is_some()))
    });
    let (meta, shows_checksum) = open.flatten().unzip();
    let at = call.service.store.lock().now();
    Ok(call.answer(&CopiedPart {
        etag: &etag,
        at,
        checksum: value.as_ref(),
        shows_checksum: shows_checksum.unwrap_or_default(),
        meta: meta.as_ref(),
        bounds,
        size_of_source: size,
    }))
}

/// Returns the whole of an object that was put, with the digests that are kept with it.
fn known_digests(object: &Object, algorithm: Algorithm) -> Option<Body> {
    let md5 = hex::decode(&object.etag).ok().filter(|_| object.parts.is_none())?.try_into().ok()?;
    let kept = object.checksum.as_ref().filter(|kept| kept.checksum_type == ChecksumType::FullObject)?;
    let checksum = Some(kept.checksum.clone()).filter(|checksum| checksum.algorithm == algorithm)?;
    Some(Body { content: object.content.clone(), md5, checksum: Some(checksum), claimed: Claimed::Copied })
}
