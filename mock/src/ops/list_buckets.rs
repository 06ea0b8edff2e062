//! ListBuckets: `GET /`.

use super::Call;
use crate::http::{Answer, S3Error, Xml, iso8601};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let Some(own) = &call.principal else { return Err(S3Error::access_denied()) };
    let store = call.service.store.lock();
    Ok(Answer::xml(Xml::document("ListAllMyBucketsResult", |xml| {
        xml.owner(own);
        xml.nest("Buckets", |xml| {
            for (name, bucket) in store.buckets.iter().filter(|(_, bucket)| bucket.owner == *own) {
                xml.nest("Bucket", |xml| {
                    xml.text("Name", name);
                    xml.text("CreationDate", iso8601(bucket.created));
                });
            }
        });
    })))
}
