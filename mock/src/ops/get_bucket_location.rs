//! GetBucketLocation: `GET /bucket?location`.

use super::Call;
use crate::http::{Answer, S3Error, Xml};
use crate::policy::Action;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.bucket(&mut call.service.store.lock(), Action::Own)?;
    // us-east-1 is told as nothing.
    let region = if call.service.region == "us-east-1" { "" } else { call.service.region.as_str() };
    Ok(Answer::xml(Xml::document("LocationConstraint", |xml| xml.content(region))))
}
