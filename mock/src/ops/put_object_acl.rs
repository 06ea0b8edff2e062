//! PutObjectAcl of OSS: `PUT /bucket/key?acl` with the ACL in a header.

use http::StatusCode;

use super::{Call, acl};
use crate::http::{Answer, S3Error};
use crate::model::{Meta, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.apply(Operation::Head)?;
    let name = call.dialect().object_acl();
    let word = call.request.header(name).unwrap_or_default();
    let asked = Meta::from([(name.to_owned(), word.to_owned())]);
    acl::check(call.dialect(), &asked)?;
    call.change_meta(|meta| meta.extend(asked))?;
    Ok(Answer::new(StatusCode::OK))
}
