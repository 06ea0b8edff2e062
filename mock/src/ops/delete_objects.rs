//! DeleteObjects: `POST /bucket?delete` with a list of keys.

use crate::call::{Call, conditions, encoding};
use crate::dialect::documents::{Deleted, Deletions, NULL_VERSION};
use crate::dialect::lists::{DeletedKey, Deletion};
use crate::http::{Answer, S3Error};
use crate::model::{Event, Given, KeyState, Operation, Time};
use crate::policy::Action;
use crate::store::Bucket;

pub(super) async fn handle(mut call: Call<'_>) -> Result<Answer, S3Error> {
    call.dialect().check_deletions(&call.request)?;
    let encodes_keys = encoding::of_upload(&call)?;
    let document = call.document().await?;
    let root = document.root.ok_or_else(S3Error::malformed_xml)?;
    let Deletion { entries, is_quiet } = Deletion::read(&root).ok_or_else(S3Error::malformed_xml)?;
    let mut store = call.service.store.lock();
    let at = store.now();
    let bucket = call.bucket(&mut store, Action::DeleteObject)?;
    let entries = entries.iter().map(|entry| Deleted {
        key: entry.key,
        version: entry.version,
        refusal: delete(&call, bucket, entry, at).err(),
    });
    let entries = entries.collect();
    Ok(call.answer(&Deletions { entries, is_quiet, encodes_keys }))
}

fn delete(call: &Call<'_>, bucket: &mut Bucket, entry: &DeletedKey<'_>, at: Time) -> Result<(), S3Error> {
    let none = KeyState::default();
    let state = bucket.keys.get(entry.key).unwrap_or(&none);
    if call.dialect().names().deletes_by_condition {
        if entry.version.is_some_and(|version| version != NULL_VERSION) {
            return Err(S3Error::new("NoSuchVersion", "The specified version does not exist."));
        }
        conditions::check_deletion(state, entry.key, entry.etag)?;
    }
    if let Some(state) = bucket.keys.get_mut(entry.key) {
        let event = Event { operation: Operation::Delete, given: Given { at, ..Given::default() } };
        call.points().apply(state, &call.service.rules, &event);
    }
    Ok(())
}
