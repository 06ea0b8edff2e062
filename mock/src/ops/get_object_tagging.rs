//! GetObjectTagging: `GET /bucket/key?tagging`.

use super::{Call, metadata};
use crate::http::{Answer, S3Error, Xml};
use crate::model::{self, Operation};

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, S3Error> {
    let model::Answer::Object(object) = call.apply(Operation::Head)? else {
        return Err(S3Error::new("InternalError", "nothing was read"));
    };
    Ok(Answer::xml(Xml::document("Tagging", |xml| {
        xml.nest("TagSet", |xml| {
            for (key, value) in metadata::tags(&object.meta) {
                xml.nest("Tag", |xml| {
                    xml.text("Key", key);
                    xml.text("Value", value);
                });
            }
        });
    })))
}
