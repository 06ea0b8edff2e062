//! DeleteObjects: `POST /bucket?delete` with a list of keys.

use super::create_multipart_upload::encodes_names;
use super::{Call, delete_object, versions};
use crate::http::{Answer, Element, S3Error, url_encoded};
use crate::model::{Event, Given, KeyState, Operation, Time};
use crate::policy::Action;
use crate::store::Bucket;

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
    let entries: Option<Vec<Entry<'_>>> =
        root.children.iter().filter(|child| child.name == "Object").map(Entry::read).collect();
    let entries = entries
        .filter(|entries| !entries.is_empty() && entries.len() <= MOST)
        .ok_or_else(S3Error::malformed_xml)?;
    let quiet = root.child("Quiet") == Some("true");
    let mut store = call.service.store.lock();
    let at = store.now();
    let bucket = call.bucket(&mut store, Action::DeleteObject)?;
    let results: Vec<Result<(), S3Error>> =
        entries.iter().map(|entry| delete(&call, bucket, entry, at)).collect();
    let encode = |key: &str| if encoded { url_encoded(key) } else { key.to_owned() };
    Ok(call.result("DeleteResult", |xml| {
        if encoded {
            xml.text("EncodingType", "url");
        }
        for (entry, result) in entries.iter().zip(&results) {
            if quiet && result.is_ok() {
                continue;
            }
            xml.nest(if result.is_ok() { "Deleted" } else { "Error" }, |xml| {
                xml.text("Key", encode(entry.key));
                if let Some(version) = entry.version {
                    xml.text("VersionId", version);
                }
                if let Err(error) = result {
                    error.write_entry(xml);
                }
            });
        }
    }))
}

/// A key that is to be deleted.
struct Entry<'d> {
    /// Every blank of it counts.
    key: &'d str,
    version: Option<&'d str>,
    etag: Option<&'d str>,
}

impl<'d> Entry<'d> {
    fn read(object: &'d Element) -> Option<Self> {
        let version = object.child("VersionId").filter(|version| !version.is_empty());
        Some(Self { key: &object.element("Key")?.text, version, etag: object.child("ETag") })
    }
}

fn delete(call: &Call<'_>, bucket: &mut Bucket, entry: &Entry<'_>, at: Time) -> Result<(), S3Error> {
    let none = KeyState::default();
    let state = bucket.keys.get(entry.key).unwrap_or(&none);
    if !call.is_oss() {
        if entry.version.is_some_and(|version| version != versions::NULL) {
            return Err(S3Error::new("NoSuchVersion", "The specified version does not exist."));
        }
        delete_object::check(state, entry.key, entry.etag)?;
    }
    if let Some(state) = bucket.keys.get_mut(entry.key) {
        let event = Event { operation: Operation::Delete, given: Given { at, ..Given::default() } };
        call.service.defects.apply(state, &call.service.rules, &event);
    }
    Ok(())
}
