//! Mistakes about listings.

use std::collections::BTreeMap;

use super::call::{Around, Call};
use super::{Defect, Defects};
use crate::model::{
    self, Answer, Ending, KeyState, Operation, Refusal, Rules, Time, Upload, UploadId, UploadOrder,
    UploadsPage, UploadsQuery, entries, page,
};

pub(super) const AROUND: &[(Defect, Around)] = &[
    (Defect::HideEmptyUploads, |call| match (&call.operation, call.upload()) {
        (Operation::ListParts { .. }, Some((id, upload))) if upload.parts.is_empty() => {
            Answer::Refused(Refusal::NoSuchUpload(id.clone()))
        }
        _ => call.go_on(),
    }),
    (Defect::ListUnknownUploads, |call| if strays(call) { listed_as_empty(call) } else { call.go_on() }),
    (Defect::ListObjectAsUpload, |call| {
        if strays(call) && call.state.object.is_some() { listed_as_empty(call) } else { call.go_on() }
    }),
    (Defect::FollowUploadIds, |call| {
        let first = call.state.uploads.keys().next().cloned();
        match &mut call.operation {
            Operation::ListParts { upload, .. } if is_path(upload) => match first {
                Some(first) => {
                    *upload = first;
                    call.go_on()
                }
                None => listed_as_empty(call),
            },
            _ => call.go_on(),
        }
    }),
    (Defect::NeedExactPartMarker, |call| match &call.operation {
        Operation::ListParts { upload, after, .. } if *after > 0 => {
            let (id, after) = (upload.clone(), *after);
            call.as_if(&id, |upload| {
                if !upload.parts.contains_key(&after) {
                    upload.parts.clear();
                }
            })
        }
        _ => call.go_on(),
    }),
    (Defect::RepeatPartMarker, |call| {
        if let Operation::ListParts { after, .. } = &mut call.operation {
            *after = after.saturating_sub(1);
        }
        call.go_on()
    }),
    (Defect::IgnoreMaxParts, |call| {
        if let Operation::ListParts { max, .. } = &mut call.operation {
            (*max, call.rules.limits.list_parts_page) = (u32::MAX, u32::MAX);
        }
        call.go_on()
    }),
    (Defect::WrongListedSize, |call| {
        let mut answer = call.go_on();
        if let Answer::Parts(page) = &mut answer {
            page.parts.iter_mut().for_each(|part| part.size += 1);
        }
        answer
    }),
    (Defect::ListsReplacedParts, |call| {
        let before = call.upload().and_then(|(id, _)| call.memory.get(id)).cloned().unwrap_or_default();
        let mut answer = call.go_on();
        if let Answer::Parts(page) = &mut answer {
            let twice = page.parts.iter().filter(|part| before.contains_key(&part.number)).cloned();
            let twice: Vec<_> = twice.collect();
            page.parts.extend(twice);
            page.parts.sort_by_key(|part| part.number);
        }
        answer
    }),
    (Defect::AlwaysTruncated, |call| truncated(call, false)),
    (Defect::TruncateEmptyPages, |call| truncated(call, true)),
    (Defect::ListUploadsByTime, |call| {
        call.rules.uploads_by = UploadOrder::Time;
        call.go_on()
    }),
    (Defect::ListAbortedUploads, |call| {
        let state = with_aborted(call.state);
        let Operation::ListUploads = call.operation else { return call.go_on() };
        let before = std::mem::replace(call.state, state);
        let answer = call.go_on();
        *call.state = before;
        answer
    }),
];

fn strays(call: &Call<'_>) -> bool {
    matches!(call.operation, Operation::ListParts { .. }) && call.strays()
}

/// Lists an upload that is not there as one without parts.
fn listed_as_empty(call: &mut Call<'_>) -> Answer {
    let Operation::ListParts { upload, .. } = &call.operation else { return call.go_on() };
    let id = upload.clone();
    call.state.uploads.insert(id.clone(), Upload::default());
    let answer = call.go_on();
    call.state.uploads.remove(&id);
    answer
}

/// Whether an id leads upwards as a path, written out or percent-encoded.
fn is_path(id: &UploadId) -> bool {
    id.0.replace("%2e", ".").replace("%2E", ".").contains("..")
}

/// Says that more follows, behind a page of no entries or behind any other.
fn truncated(call: &mut Call<'_>, empty: bool) -> Answer {
    let mut answer = call.go_on();
    if let Answer::Parts(page) = &mut answer
        && page.parts.is_empty() == empty
    {
        page.truncated = true;
    }
    answer
}

/// The state with the uploads that were aborted.
fn with_aborted(state: &KeyState) -> KeyState {
    let mut state = state.clone();
    let aborted = state.ended.iter().filter(|(_, ending)| **ending == Ending::Aborted);
    let aborted: Vec<UploadId> = aborted.map(|(id, _)| id.clone()).collect();
    let upload = || Upload { initiated: Time::default(), ..Upload::default() };
    state.uploads.extend(aborted.into_iter().map(|id| (id, upload())));
    state
}

/// Lists the uploads in progress of a bucket, with the mistakes that are switched on.
pub fn list_uploads(
    bucket: &BTreeMap<String, KeyState>,
    rules: &Rules,
    query: &UploadsQuery,
    defects: &Defects,
) -> UploadsPage {
    let mut query = query.clone();
    let mut rules = rules.clone();
    if defects.has(Defect::IgnoreMaxUploads) {
        (query.max, rules.limits.list_uploads_page) = (u32::MAX, u32::MAX);
    }
    if defects.has(Defect::IgnorePrefix) {
        query.prefix.truncate(query.prefix.rfind('/').map_or(0, |at| at + 1));
    }
    if defects.has(Defect::IgnoreDelimiter) {
        query.delimiter = None;
    }
    if defects.has(Defect::IgnoreKeyMarker) {
        (query.key_marker, query.upload_id_marker) = (String::new(), None);
    }
    if defects.has(Defect::IgnoreUploadIdMarker) {
        query.upload_id_marker = None;
    }
    if defects.has(Defect::RepeatPrefixMarker)
        && let Some(delimiter) = query.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())
        && let Some(rest) = query.key_marker.strip_prefix(&query.prefix)
        && let Some(at) = rest.find(delimiter)
    {
        // Right before the prefix that the marker is in.
        query.key_marker.truncate(query.prefix.len() + at);
    }
    if defects.has(Defect::ListUploadsByTime) {
        rules.uploads_by = UploadOrder::Time;
    }
    let aborted = defects.has(Defect::ListAbortedUploads).then(|| {
        bucket.iter().map(|(key, state)| (key.clone(), with_aborted(state))).collect::<BTreeMap<_, _>>()
    });
    let bucket = aborted.as_ref().unwrap_or(bucket);
    let mut listed = if defects.has(Defect::PrefixesTakeNoRoom) {
        let max = query.max.min(rules.limits.list_uploads_page) as usize;
        page(entries(bucket, &rules, &query), max, |page| page.uploads.len())
    } else {
        model::list_uploads(bucket, &rules, &query)
    };
    if defects.has(Defect::WrongListedUploadIds) {
        listed.uploads.iter_mut().for_each(|upload| upload.id.0.push('0'));
    }
    listed
}
