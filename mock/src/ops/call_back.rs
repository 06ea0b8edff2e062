//! The callback of PutObject and CompleteMultipartUpload on OSS: the object is there, and another server is told.

use bytes::Bytes;

use super::Call;
use crate::callback::{Callback, Failure, Sent, Told};
use crate::defects::Defect;
use crate::http::{Answer, Pieces, S3Error};
use crate::model::Operation;

/// The callback that a request asks for.
pub(super) fn asked(call: &Call<'_>) -> Result<Option<Callback>, S3Error> {
    if !call.is_oss() {
        return Ok(None);
    }
    match Callback::of(&call.request) {
        Err(_) if call.has(Defect::IgnoreBrokenCallbacks) => Ok(None),
        callback => callback,
    }
}

/// Tells the other server, whose reply takes the place of the document.
pub(super) async fn finish(
    call: &Call<'_>,
    callback: Option<Callback>,
    answer: Answer,
) -> Result<Answer, S3Error> {
    let Some(callback) = callback else { return Ok(answer) };
    if call.has(Defect::SkipCallback) {
        return Ok(reply(answer, Bytes::from_static(b"{}")));
    }
    let told = told(call);
    let sent = Sent {
        timeout: call.service.callback_timeout,
        keep_variables: call.has(Defect::KeepCallbackVariables),
        ignore_host: call.has(Defect::IgnoreCallbackHost),
        ignore_type: call.has(Defect::IgnoreCallbackType),
        first_url_alone: call.has(Defect::CallFirstUrlAlone),
    };
    let outcome = callback.send(&told, sent).await;
    if call.has(Defect::CallBackTwice) {
        // What comes of the second does not matter.
        let _ = callback.send(&told, sent).await;
    }
    match outcome {
        Ok(_) if call.has(Defect::HideCallbackReply) => Ok(answer),
        Ok(body) => Ok(reply(answer, body)),
        Err(_) if call.has(Defect::HideCallbackFailure) => Ok(answer),
        Err(failure) => {
            if call.has(Defect::CallbackFailureDeletesObject) {
                call.apply(Operation::Delete)?;
            }
            Err(refusal(failure))
        }
    }
}

fn reply(answer: Answer, body: Bytes) -> Answer {
    answer.header("content-type", "application/json").body(Pieces::new([body]))
}

fn refusal(failure: Failure) -> S3Error {
    match failure {
        Failure::NoAnswer(reason) => {
            S3Error::new("CallbackFailed", format!("Error status from the callback server: {reason}."))
        }
        Failure::NoJson => {
            S3Error::new("CallbackFailed", "Response body is not valid json format.").ec("0007-00000205")
        }
    }
}

fn told(call: &Call<'_>) -> Told {
    let (bucket, key) = (call.request.bucket(), call.request.key());
    let object = call.look(|state| state.object.clone()).flatten();
    let object = object.as_ref();
    let checksum = object.and_then(|object| object.checksum.as_ref());
    Told {
        bucket: bucket.to_owned(),
        object: key.to_owned(),
        etag: object.map(|object| object.etag.clone()).unwrap_or_default(),
        size: object.map_or(0, |object| object.content.len()),
        mime_type: object.and_then(|object| object.meta.get("content-type").cloned()).unwrap_or_default(),
        crc64: checksum.map(|kept| call.crc64(&kept.checksum)).unwrap_or_default(),
    }
}
