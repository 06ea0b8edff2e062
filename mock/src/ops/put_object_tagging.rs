//! PutObjectTagging: `PUT /bucket/key?tagging` with the tags in a document, which take the place of those before.

use http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Call, metadata};
use crate::defects::Defect;
use crate::http::{Answer, Element, S3Error};
use crate::model::{Meta, Operation};

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    let document = call.document().await?;
    let header = Element::read(&document)
        .filter(|root| root.name == "Tagging")
        .and_then(|root| as_header(&root))
        .ok_or_else(S3Error::malformed_xml)?;
    call.apply(Operation::Head)?;
    let name = call.dialect().header("tagging");
    metadata::check_tags(&call, &Meta::from([(name.clone(), header.clone())]))?;
    call.change_meta(|meta| {
        let before = call.has(Defect::AddTags).then(|| meta.get(&name).cloned()).flatten();
        meta.insert(name, before.map_or(header.clone(), |before| format!("{before}&{header}")));
    })?;
    Ok(Answer::new(StatusCode::OK))
}

/// The tags as the header of a creation writes them, where the document is one of tags.
fn as_header(root: &Element) -> Option<String> {
    let set = root.children.iter().find(|child| child.name == "TagSet")?;
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pair = |tag: &Element| {
        let (key, value) = (tag.child("Key")?, tag.child("Value")?);
        (tag.name == "Tag").then(|| format!("{}={}", encode(key), encode(value)))
    };
    Some(set.children.iter().map(pair).collect::<Option<Vec<_>>>()?.join("&"))
}
