//! PutObjectAcl of OSS: `PUT /bucket/key?acl` with the ACL in a header.

use http::StatusCode;

use crate::call::Call;
use crate::http::{Answer, S3Error};
use crate::model::{Meta, Operation};

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    call.carry_out(Operation::Head).await?;
    let name = call.dialect().names().object_acl;
    let word = call.request.header(name).unwrap_or_default();
    let asked = Meta::from([(name.to_owned(), word.to_owned())]);
    call.dialect().check_acl(&asked)?;
    call.change_meta(|meta| meta.extend(asked))?;
    Ok(Answer::new(StatusCode::OK))
}
