//! ListMultipartUploads over the keys of a bucket.

use std::collections::BTreeMap;

use super::decide::uploads_of;
use super::{Defect, KeyState, Rules, Time, UploadId};

/// What a page of uploads is asked by.
#[derive(Clone, Debug, Default)]
pub struct UploadsQuery {
    /// Only keys that begin so.
    pub prefix: String,
    /// Keys that agree up to this after the prefix become one entry.
    pub delimiter: Option<String>,
    /// Only what comes after this key.
    pub key_marker: String,
    /// With a key marker: also what comes after this upload of that key.
    pub upload_id_marker: Option<String>,
    /// At most so many entries.
    pub max: u32,
}

/// An upload in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUpload {
    /// Its key.
    pub key: String,
    /// Its id.
    pub id: UploadId,
    /// When it was created.
    pub initiated: Time,
}

/// A page of uploads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadsPage {
    /// By key, and within a key by time.
    pub uploads: Vec<ListedUpload>,
    /// Keys rolled up by the delimiter.
    pub prefixes: Vec<String>,
    /// Whether more follow.
    pub truncated: bool,
    /// Where the next page begins: key or prefix, and upload id.
    pub next: Option<(String, String)>,
}

/// Lists the uploads in progress of a bucket.
pub fn list_uploads(bucket: &BTreeMap<String, KeyState>, rules: &Rules, query: &UploadsQuery) -> UploadsPage {
    let max = match rules.has(Defect::IgnoreMaxUploads) {
        true => u32::MAX,
        false => query.max.min(rules.limits.list_uploads_page),
    } as usize;
    let folder = query.prefix.rfind('/').map_or("", |at| &query.prefix[..=at]);
    let prefix = if rules.has(Defect::IgnorePrefix) { folder } else { query.prefix.as_str() };
    let delimiter = query.delimiter.as_deref().filter(|_| !rules.has(Defect::IgnoreDelimiter));
    let mut page = UploadsPage::default();
    let is_full = |page: &UploadsPage| {
        let prefixes = if rules.has(Defect::PrefixesTakeNoRoom) { 0 } else { page.prefixes.len() };
        page.uploads.len() + prefixes == max
    };
    let keys = bucket
        .iter()
        .skip_while(|(key, _)| {
            key.as_str() < query.key_marker.as_str() && !rules.has(Defect::IgnoreKeyMarker)
        })
        .filter(|(key, _)| key.starts_with(prefix));
    for (key, state) in keys {
        let uploads = uploads_of(state, rules);
        if uploads.is_empty() {
            continue;
        }
        if let Some(rolled) = delimiter.and_then(|delimiter| rolled_up(key, prefix, delimiter)) {
            let again = query.key_marker.starts_with(&rolled) && rules.has(Defect::RepeatPrefixMarker);
            if page.prefixes.last() == Some(&rolled) || (rolled <= query.key_marker && !again) {
                continue;
            }
            if is_full(&page) {
                page.truncated = max > 0;
                break;
            }
            page.next = Some((rolled.clone(), String::new()));
            page.prefixes.push(rolled);
            continue;
        }
        for (id, initiated) in after_marker(uploads, key, rules, query) {
            if is_full(&page) {
                page.truncated = max > 0;
                break;
            }
            page.next = Some((key.clone(), id.0.clone()));
            let id = if rules.has(Defect::WrongListedUploadIds) { UploadId(format!("{id}0")) } else { id };
            page.uploads.push(ListedUpload { key: key.clone(), id, initiated });
        }
        if page.truncated {
            break;
        }
    }
    if !page.truncated {
        page.next = None;
    }
    page
}

fn rolled_up(key: &str, prefix: &str, delimiter: &str) -> Option<String> {
    if delimiter.is_empty() {
        return None;
    }
    let at = key[prefix.len()..].find(delimiter)?;
    Some(key[..prefix.len() + at + delimiter.len()].to_owned())
}

/// Of the marker's own key, what comes after the marker's upload.
fn after_marker(
    uploads: Vec<(UploadId, Time)>,
    key: &str,
    rules: &Rules,
    query: &UploadsQuery,
) -> Vec<(UploadId, Time)> {
    if key != query.key_marker || rules.has(Defect::IgnoreKeyMarker) {
        return uploads;
    }
    let Some(marker) = query.upload_id_marker.as_deref().filter(|_| !rules.has(Defect::IgnoreUploadIdMarker))
    else {
        return Vec::new();
    };
    // Within a key the order is that of time, while the marker is an id: what follows is what
    // the listing shows behind that id. An upload that has ended meanwhile leaves no place.
    match uploads.iter().position(|(id, _)| id.0 == marker) {
        Some(at) => uploads.into_iter().skip(at + 1).collect(),
        None => uploads.into_iter().filter(|(id, _)| *id.0 > *marker).collect(),
    }
}
