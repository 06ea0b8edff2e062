//! Mistakes about listings, as their documents show them.

use std::collections::BTreeMap;

use super::documents::{each, root_of};
use super::mistake::{At, Mistake, answer};
use crate::call::points::{Answered, Keys};
use crate::http::{Element, iso8601};
use crate::model::{Object, Time};

const PARTS: &str = "ListParts";
const UPLOADS: &str = "ListMultipartUploads";

pub(super) const MISTAKES: &[Mistake] = &[
    answer("list-parts-in-text-order", "A listing of parts has them sorted as text.", |told, answer| {
        let Some(root) = root_of(told, answer, PARTS) else { return };
        sort(root, "Part", |part| part.child("PartNumber").unwrap_or_default().to_owned());
        let last = root.children.iter().rfind(|child| child.name == "Part");
        if let Some(last) = last.and_then(|part| part.child("PartNumber")).map(str::to_owned) {
            each(root, "NextPartNumberMarker", &mut |marker| marker.text.clone_from(&last));
        }
    }),
    answer("reverse-listed-uploads", "Uploads are listed with the last key first.", |told, answer| {
        let Some(root) = root_of(told, answer, UPLOADS) else { return };
        let mut uploads: Vec<Element> =
            root.children.extract_if(.., |child| child.name == "Upload").collect();
        uploads.reverse();
        root.children.extend(uploads);
    }),
    answer(
        "omit-is-truncated",
        "The answer of ListParts does not say whether more follows.",
        |told, answer| {
            super::documents::without(told, answer, PARTS, "IsTruncated");
        },
    ),
    answer(
        "omit-listed-prefix",
        "A listing of uploads does not repeat the prefix that it was asked for.",
        |told, answer| super::documents::without(told, answer, UPLOADS, "Prefix"),
    ),
    answer(
        "omit-listed-storage-class",
        "Listings of uploads and parts tell no storage class.",
        |told, answer| {
            super::documents::without(told, answer, UPLOADS, "Upload.StorageClass");
            super::documents::without(told, answer, PARTS, "StorageClass");
        },
    ),
    answer("list-long-past", "Listings of uploads and parts tell a time long past.", |told, answer| {
        let past = iso8601(Time::default());
        for (operation, path) in [(PARTS, "Part.LastModified"), (UPLOADS, "Upload.Initiated")] {
            if let Some(root) = root_of(told, answer, operation) {
                each(root, path, &mut |time| time.text.clone_from(&past));
            }
        }
    }),
    answer("omit-initiator", "Nobody is told as the initiator of an upload.", |told, answer| {
        super::documents::without(told, answer, PARTS, "Initiator");
    }),
    answer(
        "cut-by-other-uploads",
        "A page of uploads counts as cut while an upload of the folder around its prefix is behind it.",
        |told, answer| {
            let Some(root) = root_of(told, answer, UPLOADS) else { return };
            let last = root.children.iter().rfind(|child| child.name == "Upload");
            let Some(last) = last.and_then(|upload| upload.element("Key")) else { return };
            if is_behind(told, &last.text) {
                each(root, "IsTruncated", &mut |truncated| truncated.text = "true".to_owned());
            }
        },
    ),
    Mistake::new(
        "list-unfinished-objects",
        "Uploads in progress are listed as objects.",
        At::Objects(|keys| {
            for state in keys.values_mut().filter(|state| !state.uploads.is_empty()) {
                state.object.get_or_insert_with(|| Object {
                    content: Default::default(),
                    etag: String::new(),
                    meta: BTreeMap::new(),
                    modified: Time::default(),
                    parts: None,
                    checksum: None,
                    sequential: false,
                });
            }
        }),
    ),
    answer("omit-attribute-parts", "GetObjectAttributes tells no parts.", |told, answer| {
        super::documents::without(told, answer, "GetObjectAttributes", "ObjectParts");
    }),
    answer(
        "attributes-never-end",
        "GetObjectAttributes tells that more parts follow, whatever the page.",
        |told, answer| {
            super::documents::each_text(
                told,
                answer,
                "GetObjectAttributes",
                "ObjectParts.IsTruncated",
                |_| "true".to_owned(),
            );
        },
    ),
    Mistake::new(
        "ignore-attributes-marker",
        "GetObjectAttributes tells the parts from the first on, whatever the marker.",
        At::Several(&[
            At::Request(|call| {
                call.request.headers.remove("x-amz-part-number-marker");
                None
            }),
            At::Answer(|told, answer| {
                let marker = told.request.header("x-amz-part-number-marker").unwrap_or("0");
                if let Some(root) = root_of(told, answer, "GetObjectAttributes") {
                    each(root, "ObjectParts.PartNumberMarker", &mut |own| own.text = marker.to_owned());
                }
            }),
        ]),
    ),
];

/// Sorts the children of a name among themselves.
fn sort(root: &mut Element, name: &str, by: fn(&Element) -> String) {
    let mut named: Vec<Element> = root.children.extract_if(.., |child| child.name == name).collect();
    named.sort_by_key(by);
    root.children.extend(named);
}

/// Whether an upload of the folder around the prefix is behind a key.
fn is_behind(told: Answered<'_>, key: &str) -> bool {
    let prefix = told.request.query("prefix").unwrap_or_default().trim_end_matches('/');
    let around = prefix.rsplit_once('/').map_or("", |(folder, _)| folder);
    let any = |keys: &Keys| {
        keys.iter().any(|(other, state)| {
            other.as_str() > key && other.starts_with(around) && !state.uploads.is_empty()
        })
    };
    let store = told.service.store.lock();
    store.buckets.get(told.request.bucket()).is_some_and(|bucket| any(&bucket.keys))
}
