//! The callback of PutObject and CompleteMultipartUpload on OSS: the object is there, and another server hears of it.

use bytes::Bytes;

use super::Call;
use crate::dialect::callback::{Callback, Plan, Told, Values};
use crate::http::{Answer, S3Error, checksum};

/// Calls the other server, whose reply takes the place of the document.
pub(crate) async fn finish(
    call: &Call<'_>,
    callback: Option<Callback>,
    answer: Answer,
) -> Result<Answer, S3Error> {
    let told = match callback {
        None => Told::Nobody,
        Some(callback) => {
            let mut plan = Plan::new(callback, &values(call), call.service.callback_timeout);
            call.points().callback(&mut plan);
            let told = plan.carry_out().await;
            call.points().called_back(call, told)
        }
    };
    match told {
        Told::Nobody => Ok(answer),
        Told::Reply(body) => Ok(reply(answer, body)),
        Told::Failed(failure) => Err(failure.into_error()),
    }
}

fn reply(answer: Answer, body: Bytes) -> Answer {
    answer.header("content-type", "application/json").bytes([body])
}

fn values(call: &Call<'_>) -> Values {
    let (bucket, key) = (call.request.bucket(), call.request.key());
    let object = call.look(|state| state.object.clone()).flatten();
    let object = object.as_ref();
    let checksum = object.and_then(|object| object.checksum.as_ref());
    Values {
        bucket: bucket.to_owned(),
        object: key.to_owned(),
        etag: object.map(|object| object.etag.clone()).unwrap_or_default(),
        size: object.map_or(0, |object| object.content.len()),
        mime_type: object.and_then(|object| object.meta.get("content-type").cloned()).unwrap_or_default(),
        crc64: checksum.map(|kept| checksum::decimal(&kept.checksum)).unwrap_or_default(),
    }
}
