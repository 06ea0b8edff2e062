//! PutBucketPolicy, GetBucketPolicy and DeleteBucketPolicy: `/bucket?policy`.

use http::{Method, StatusCode};

use crate::call::Call;
use crate::http::{Answer, S3Error};
use crate::policy::{Action, Policy};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let put = match call.request.method {
        Method::PUT => {
            let document = call.text().await?;
            let text = String::from_utf8_lossy(&document);
            Some(Policy::read(&text).map_err(|reason| S3Error::new("MalformedPolicy", reason))?)
        }
        _ => None,
    };
    let mut store = call.service.store.lock();
    let bucket = call.bucket(&mut store, Action::Own)?;
    match call.request.method {
        Method::GET => match &bucket.policy {
            Some(policy) => Ok(Answer::new(StatusCode::OK)
                .header("content-type", "application/json")
                .bytes([policy.text.clone().into()])),
            None => Err(S3Error::new("NoSuchBucketPolicy", "The bucket policy does not exist")
                .with("BucketName", call.request.bucket())),
        },
        _ => {
            bucket.policy = put;
            Ok(Answer::new(StatusCode::NO_CONTENT))
        }
    }
}
