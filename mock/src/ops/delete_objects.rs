//! DeleteObjects: `POST /bucket?delete` with a list of keys.

use super::Call;
use super::create_multipart_upload::encodes_names;
use crate::http::{Answer, Element, S3Error, url_encoded};
use crate::model::{self, Event, Given, Operation};
use crate::policy::Action;

/// As many keys as one request may name.
const MOST: usize = 1_000;

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    if call.is_oss() && call.request.header("content-md5").is_none() {
        let message = "Missing Some Required Arguments.";
        return Err(S3Error::new("MissingArgument", message).with("ArgumentName", "Content-MD5"));
    }
    let encoded = encodes_names(&call)?;
    let document = call.document().await?;
    let root =
        Element::read(&document).filter(|root| root.name == "Delete").ok_or_else(S3Error::malformed_xml)?;
    let keys: Option<Vec<&str>> = root
        .children
        .iter()
        .filter(|child| child.name == "Object")
        .map(|object| object.child("Key"))
        .collect();
    let keys =
        keys.filter(|keys| !keys.is_empty() && keys.len() <= MOST).ok_or_else(S3Error::malformed_xml)?;
    let quiet = root.child("Quiet") == Some("true");
    let mut store = call.service.store.lock();
    let at = store.now();
    let bucket = call.bucket(&mut store, Action::DeleteObject)?;
    for key in &keys {
        if let Some(state) = bucket.keys.get_mut(*key) {
            let event = Event { operation: Operation::Delete, given: Given { at, ..Given::default() } };
            model::apply(state, &call.service.rules, &event);
        }
    }
    let encode = |key: &str| if encoded { url_encoded(key) } else { key.to_owned() };
    Ok(call.result("DeleteResult", |xml| {
        if encoded {
            xml.text("EncodingType", "url");
        }
        for key in keys.iter().filter(|_| !quiet) {
            xml.nest("Deleted", |xml| xml.text("Key", encode(key)));
        }
    }))
}
