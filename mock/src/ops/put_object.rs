//! PutObject: `PUT /bucket/key`.

use http::StatusCode;

use super::{Call, metadata};
use crate::http::{Answer, Request, S3Error, checksum};
use crate::model::{self, Algorithm, ChecksumType, Conditions, Operation};
use crate::policy::Action;

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let conditions = conditions(&call.request)?;
    // Told before the body comes, so that nothing is sent in vain.
    call.bucket(&mut call.service.store.lock(), Action::PutObject)?;
    let meta = metadata::of(&call.request)?;
    let wanted = match checksum::Claim::of(&call.request) {
        Ok(claim) => claim.algorithm().unwrap_or(Algorithm::Crc64nvme),
        Err(_) if call.ignores_checksums() => Algorithm::Crc64nvme,
        Err(error) => return Err(error),
    };
    let received = call.content(wanted).await?;
    let model::Answer::Stored(etag) = call.apply(Operation::Put { body: received.body, meta, conditions })?
    else {
        return Err(S3Error::new("InternalError", "the object was not stored"));
    };
    let answer = Answer::new(StatusCode::OK).header("etag", &call.quoted(&etag));
    Ok(match received.claimed {
        Some(claimed) => answer
            .header(&checksum::header(claimed.algorithm), &checksum::encoded(&claimed))
            .header("x-amz-checksum-type", ChecksumType::FullObject.name()),
        None => answer,
    })
}

/// The conditions of a write, as its headers state them.
pub(super) fn conditions(request: &Request) -> Result<Conditions, S3Error> {
    let if_match = request.header("if-match").map(str::to_owned);
    match (if_match, request.header("if-none-match")) {
        (Some(_), Some(_)) => Err(S3Error::not_implemented("If-Match and If-None-Match")),
        (_, Some(other)) if other != "*" => Err(S3Error::not_implemented("If-None-Match")),
        (if_match, if_none) => Ok(Conditions { if_match, if_none: if_none.is_some() }),
    }
}
