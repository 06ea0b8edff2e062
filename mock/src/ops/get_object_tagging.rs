//! GetObjectTagging: `GET /bucket/key?tagging`.

use super::{Call, metadata};
use crate::defects::Defect;
use crate::http::{Answer, S3Error};
use crate::model::{self, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let model::Answer::Object(object) = call.apply(Operation::Head)? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    let read = if call.has(Defect::KeepTagsEncoded) { metadata::raw_tags } else { metadata::tags };
    let tags = read(call.dialect(), &object.meta);
    Ok(call.result("Tagging", |xml| {
        xml.nest("TagSet", |xml| {
            for (key, value) in tags {
                xml.nest("Tag", |xml| {
                    xml.text("Key", key);
                    xml.text("Value", value);
                });
            }
        });
    }))
}
