//! CopyObject: `PUT /bucket/key` with `x-amz-copy-source` or `x-oss-copy-source`.

use crate::call::{Call, copy_source, digests, metadata};
use crate::dialect::documents::CopiedObject;
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let source = copy_source::find(call)?;
    let dialect = call.dialect();
    let of_source = source.checksum.as_ref().map(|kept| kept.checksum.algorithm);
    let asked = dialect.copy_algorithm(call.asking(), of_source)?;
    let algorithm = asked.unwrap_or(call.service.rules.usual_checksum);
    let replaces = match call.request.own("metadata-directive") {
        None | Some("COPY") => false,
        Some("REPLACE") => true,
        Some(other) => {
            return Err(S3Error::invalid_argument(
                "Unknown metadata directive.",
                &dialect.header("metadata-directive"),
                other,
            ));
        }
    };
    let own = metadata::of(call)?;
    let (bucket, key) = copy_source::named(call)?;
    let itself = (bucket.as_str(), key.as_str()) == (call.request.bucket(), call.request.key());
    let changes = replaces
        || dialect.copies_onto_itself()
        || ["storage-class", "server-side-encryption", "website-redirect-location"]
            .into_iter()
            .any(|name| call.request.own(name).is_some());
    if itself && !changes {
        let message = "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(S3Error::new("InvalidRequest", message));
    }
    let mut meta = match replaces {
        true => own.clone(),
        false => metadata::copied(dialect, &source.meta, own.clone()),
    };
    dialect.direct_tags(&call.request, &source.meta, &own, &mut meta)?;
    let body = digests::body(source.content, algorithm);
    let conditions = dialect.copy_conditions(call.asking())?;
    let operation = Operation::Put { body, meta: meta.clone(), conditions };
    let model::Answer::Stored(etag) = call.carry_out(operation).await? else {
        return Err(S3Error::new("InternalError", "the object was not stored"));
    };
    let checksum = call.look(|state| state.object.as_ref()?.checksum.clone()).flatten();
    let at = call.service.store.lock().now();
    Ok(call.answer(&CopiedObject { etag: &etag, at, checksum: checksum.as_ref(), meta: &meta }))
}
