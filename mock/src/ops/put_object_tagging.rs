//! PutObjectTagging: `PUT /bucket/key?tagging` with the tags in a document, which take the place of those before.

use http::StatusCode;

use crate::call::{Call, tags};
use crate::dialect::lists::tags_as_header;
use crate::http::{Answer, S3Error};
use crate::model::{Meta, Operation};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let document = call.document().await?;
    let header = document.root.and_then(|root| tags_as_header(&root)).ok_or_else(S3Error::malformed_xml)?;
    call.carry_out(Operation::Head).await?;
    let name = call.dialect().header("tagging");
    tags::check(&call, &Meta::from([(name.clone(), header.clone())]))?;
    call.change_meta(|meta| _ = meta.insert(name, header))?;
    Ok(Answer::new(StatusCode::OK))
}
