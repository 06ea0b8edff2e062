//! ListMultipartUploads over the keys of a bucket.

use std::collections::BTreeMap;

use super::decide::uploads_of;
use super::{KeyState, Rules, Time, UploadId};

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
    /// By key, and within a key by time or by id, as the rules have it.
    pub uploads: Vec<ListedUpload>,
    /// Keys rolled up by the delimiter.
    pub prefixes: Vec<String>,
    /// Whether more follow.
    pub truncated: bool,
    /// Where the next page begins: key or prefix, and upload id.
    pub next: Option<(String, String)>,
}

/// An entry of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Upload(ListedUpload),
    Prefix(String),
}

/// Lists the uploads in progress of a bucket.
pub fn list_uploads(bucket: &BTreeMap<String, KeyState>, rules: &Rules, query: &UploadsQuery) -> UploadsPage {
    let max = query.max.min(rules.limits.list_uploads_page) as usize;
    page(entries(bucket, rules, query), max, |page| page.uploads.len() + page.prefixes.len())
}

/// Everything that comes after the markers, in the order of listings.
pub(crate) fn entries(
    bucket: &BTreeMap<String, KeyState>,
    rules: &Rules,
    query: &UploadsQuery,
) -> impl Iterator<Item = Entry> {
    let keys = bucket
        .iter()
        .skip_while(|(key, _)| key.as_str() < query.key_marker.as_str())
        .filter(|(key, _)| key.starts_with(&query.prefix));
    let mut last = None;
    keys.flat_map(move |(key, state)| {
        let uploads = uploads_of(state, rules);
        let delimiter = query.delimiter.as_deref().filter(|_| !uploads.is_empty());
        let Some(rolled) = delimiter.and_then(|delimiter| rolled_up(key, &query.prefix, delimiter)) else {
            let listed = |(id, initiated)| Entry::Upload(ListedUpload { key: key.clone(), id, initiated });
            return after_marker(uploads, key, query).into_iter().map(listed).collect::<Vec<_>>();
        };
        // Keys that roll up to one prefix are one entry.
        if last.as_ref() == Some(&rolled) || rolled <= query.key_marker {
            return Vec::new();
        }
        last = Some(rolled.clone());
        vec![Entry::Prefix(rolled)]
    })
}

/// The first page of entries; `room` says how much of it is taken.
pub(crate) fn page(
    entries: impl Iterator<Item = Entry>,
    max: usize,
    room: fn(&UploadsPage) -> usize,
) -> UploadsPage {
    let mut page = UploadsPage::default();
    for entry in entries {
        if room(&page) == max {
            page.truncated = max > 0;
            break;
        }
        match entry {
            Entry::Upload(upload) => {
                page.next = Some((upload.key.clone(), upload.id.0.clone()));
                page.uploads.push(upload);
            }
            Entry::Prefix(prefix) => {
                page.next = Some((prefix.clone(), String::new()));
                page.prefixes.push(prefix);
            }
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
fn after_marker(uploads: Vec<(UploadId, Time)>, key: &str, query: &UploadsQuery) -> Vec<(UploadId, Time)> {
    if key != query.key_marker {
        return uploads;
    }
    let Some(marker) = query.upload_id_marker.as_deref() else { return Vec::new() };
    // The order within a key may be that of time, while the marker is an id: what follows is what the listing shows
    // behind that id. If that upload has ended meanwhile, what follows are the ids that are greater.
    match uploads.iter().position(|(id, _)| id.0 == marker) {
        Some(at) => uploads.into_iter().skip(at + 1).collect(),
        None => uploads.into_iter().filter(|(id, _)| *id.0 > *marker).collect(),
    }
}
