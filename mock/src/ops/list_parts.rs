//! ListParts: `GET /bucket/key?uploadId=ID`.

use crate::call::{Call, encoding};
use crate::dialect::documents::Parts;
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let most = call.service.rules.limits.list_parts_page;
    let max = call.count("max-parts")?.unwrap_or(most).min(most);
    let after = call.count("part-number-marker")?.unwrap_or(0);
    let upload = call.upload();
    let answer = call.carry_out(Operation::ListParts { upload: upload.clone(), after, max }).await?;
    let model::Answer::Parts(page) = answer else {
        return Err(S3Error::new("InternalError", "nothing was listed"));
    };
    let owner = {
        let store = call.service.store.lock();
        store.buckets.get(call.request.bucket()).map(|bucket| bucket.owner.clone()).unwrap_or_default()
    };
    let encodes_key = encoding::of_upload(call)?;
    let meta = call.meta_of(&upload).unwrap_or_default();
    Ok(call.answer(&Parts { upload: &upload, page: &page, owner: &owner, meta, after, max, encodes_key }))
}
