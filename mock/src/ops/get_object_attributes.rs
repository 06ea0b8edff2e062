//! GetObjectAttributes: `GET /bucket/key?attributes`.

use crate::call::Call;
use crate::dialect::documents::Attributes;
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};

/// Parts on one page.
const PAGE: u32 = 1_000;
const ATTRIBUTES: [&str; 5] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

pub(super) async fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let header = call.request.list("x-amz-object-attributes").unwrap_or_default();
    let asked: Vec<&str> = header.split(',').map(str::trim).collect();
    if asked.iter().any(|name| !ATTRIBUTES.contains(name)) {
        return Err(S3Error::invalid_argument(
            "Invalid attribute name specified.",
            "x-amz-object-attributes",
            &header,
        ));
    }
    let max = count(call, "x-amz-max-parts")?.unwrap_or(PAGE).min(PAGE);
    let after = count(call, "x-amz-part-number-marker")?.unwrap_or(0);
    let model::Answer::Object(object) = call.carry_out(Operation::Head).await? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    Ok(call.answer(&Attributes { object: &object, asked: &asked, page: (after, max) }))
}

fn count(call: &Call<'_>, name: &str) -> Result<Option<u32>, S3Error> {
    let Some(text) = call.request.header(name) else { return Ok(None) };
    let invalid = |_| S3Error::invalid_argument("Provided value is not a number in range", name, text);
    text.parse().map(Some).map_err(invalid)
}
