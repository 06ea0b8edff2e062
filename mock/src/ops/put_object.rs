//! PutObject: `PUT /bucket/key`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;

use super::{Call, call_back, encryption, metadata};
use crate::defects::Defect;
use crate::http::{Answer, Request, S3Error, checksum};
use crate::model::{self, ChecksumType, Conditions, Operation};
use crate::policy::Action;

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let conditions = match call.is_oss() {
        true => {
            refuse_conditions(&call)?;
            Conditions { forbid_overwrite: call.forbids_overwrite(), ..Conditions::default() }
        }
        false => {
            let conditions = conditions(&call.request)?;
            if conditions.if_match.as_deref() == Some("*") {
                return Err(S3Error::not_accepted("If-Match"));
            }
            conditions
        }
    };
    let callback = call_back::asked(&call)?;
    // Told before the body comes, so that nothing is sent in vain.
    call.bucket(&mut call.service.store.lock(), Action::PutObject)?;
    let meta = metadata::of(&call)?;
    let usual = call.service.rules.usual_checksum;
    let wanted = match checksum::Claim::of(&call.request) {
        _ if call.is_oss() => usual,
        Ok(claim) => claim.algorithm().unwrap_or(usual),
        Err(_) if call.ignores_checksums() => usual,
        Err(error) => return Err(error),
    };
    let received = call.content(wanted).await?;
    let (md5, crc64) = (received.body.md5, received.body.checksum.clone());
    let put = Operation::Put { body: received.body, meta: meta.clone(), conditions };
    let model::Answer::Stored(etag) = call.apply(put)? else {
        return Err(S3Error::new("InternalError", "the object was not stored"));
    };
    let answer = Answer::new(StatusCode::OK).header("etag", &call.quoted(&etag));
    let mut answer = encryption::tell(&call, &meta, answer);
    if call.is_oss() {
        answer = answer.header("content-md5", &STANDARD.encode(md5));
        if let Some(value) = crc64.filter(|_| !call.has(Defect::OmitCrc64OfObject)) {
            answer = answer.header("x-oss-hash-crc64ecma", &call.crc64(&value));
        }
        return call_back::finish(&call, callback, answer).await;
    }
    Ok(match received.claimed {
        Some(claimed) => answer
            .header(&checksum::header(claimed.algorithm), &checksum::encoded(&claimed))
            .header("x-amz-checksum-type", ChecksumType::FullObject.name()),
        None => answer,
    })
}

/// On OSS these headers belong to reads.
fn refuse_conditions(call: &Call<'_>) -> Result<(), S3Error> {
    let conditions = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];
    let stated = conditions.into_iter().find(|name| call.request.header(name).is_some());
    match stated.filter(|_| !call.has(Defect::IgnoreConditionsOfPut)) {
        Some(name) => Err(S3Error::not_implemented(name).ec("0017-00000245")),
        None => Ok(()),
    }
}

/// The conditions of a write, as its headers state them.
pub(super) fn conditions(request: &Request) -> Result<Conditions, S3Error> {
    match (request.list("if-match"), request.list("if-none-match")) {
        (Some(_), Some(_)) => Err(S3Error::not_implemented("If-Match and If-None-Match")),
        (_, Some(other)) if other != "*" => Err(S3Error::not_accepted("If-None-Match")),
        (if_match, if_none) => {
            Ok(Conditions { if_match, if_none: if_none.is_some(), forbid_overwrite: false })
        }
    }
}
