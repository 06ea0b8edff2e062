//! CompleteMultipartUpload: `POST /bucket/key?uploadId=ID` with the list of parts.

use crate::call::{Call, Document, call_back, encoding, encryption};
use crate::checks::Check;
use crate::dialect::documents::Completed;
use crate::dialect::lists::completed_parts;
use crate::http::{Answer, S3Error, checksum};
use crate::model::{self, List, Operation};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    encryption::forbid(&call)?;
    let dialect = call.dialect();
    let all = dialect.takes_all(&call.request);
    let document = call.document().await?;
    let list = match all {
        true => everything(&call, &document)?,
        false => listed(&call, document).await?,
    };
    let terms = dialect.terms(call.asking())?;
    let encodes_key = encoding::of_upload(&call)?;
    let callback = dialect.callback(&call.request)?;
    let completion = Operation::Complete { upload: call.upload(), list, terms };
    let model::Answer::Completed(etag) = call.carry_out(completion).await? else {
        return Err(S3Error::new("InternalError", "the upload was not completed"));
    };
    let answer = call.answer(&completed(&call, &etag, encodes_key));
    call_back::finish(&call, callback, answer).await
}

/// What is known of the finished object.
fn completed<'o>(call: &Call<'_>, etag: &'o str, encodes_key: bool) -> Completed<'o> {
    let object = call.look(|state| {
        let object = state.object.as_ref().filter(|object| object.etag == etag)?;
        Some((object.meta.clone(), object.checksum.clone(), object.parts.as_ref().map(Vec::len)))
    });
    let (meta, kept, parts) = object.flatten().unwrap_or_default();
    let shown = kept.as_ref().filter(|_| !call.ignores_checksums()).zip(parts);
    let shown = shown
        .map(|(kept, parts)| (kept.checksum.algorithm, checksum::shown(kept, parts), kept.checksum_type));
    let (checksum, scheme) = (kept.map(|kept| kept.checksum), call.service.scheme);
    Completed { etag, encodes_key, meta, checksum, shown, scheme }
}

/// Of everything, for a request without a body.
fn everything(call: &Call<'_>, document: &Document) -> Result<List, S3Error> {
    if document.is_empty || call.checks().forgives(Check::EmptyBody) {
        return Ok(List::All);
    }
    let name = call.dialect().header("complete-all");
    let message = format!("The request body must be empty where {name} asks for every part.");
    Err(S3Error::invalid_argument(&message, &name, "yes"))
}

/// Of the parts that the body lists.
async fn listed(call: &Call<'_>, document: Document) -> Result<List, S3Error> {
    if document.is_empty {
        // An upload that is not there is reported first.
        call.carry_out(Operation::ListParts { upload: call.upload(), after: 0, max: 0 }).await?;
        return Err(call.dialect().no_list());
    }
    let mut list = completed_parts(document.root).ok_or_else(S3Error::malformed_xml)?;
    if call.ignores_checksums() {
        list.iter_mut().for_each(|part| part.checksums.clear());
    }
    Ok(List::Parts(list))
}
