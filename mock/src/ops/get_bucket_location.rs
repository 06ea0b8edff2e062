//! GetBucketLocation: `GET /bucket?location`.

use super::Call;
use crate::http::{Answer, S3Error};
use crate::policy::Action;
use crate::provider::Dialect;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.bucket(&mut call.service.store.lock(), Action::Own)?;
    let region = match (call.dialect(), call.service.region.as_str()) {
        (Dialect::Oss, region) => format!("oss-{region}"),
        // us-east-1 is told as nothing.
        (Dialect::S3, "us-east-1") => String::new(),
        (Dialect::S3, region) => region.to_owned(),
    };
    Ok(call.result("LocationConstraint", |xml| xml.content(&region)))
}
