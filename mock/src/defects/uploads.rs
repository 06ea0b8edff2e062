//! Mistakes about listings of uploads.

use std::collections::BTreeMap;

use super::listings::with_aborted;
use super::mistake::{At, Mistake};
use crate::call::points::Keys;
use crate::model::listing::{entries, page};
use crate::model::{Rules, UploadOrder, UploadsPage, UploadsQuery, list_uploads};

/// A listing on its way to the model.
pub(super) struct Listing<'l> {
    keys: &'l Keys,
    rules: Rules,
    query: UploadsQuery,
    /// The mistakes that have not seen it yet.
    rest: &'l [Around],
}

/// What a mistake makes of a listing.
pub(super) type Around = fn(&mut Listing<'_>) -> UploadsPage;

/// Lists the uploads in progress of a bucket, with these mistakes around the model.
pub(super) fn list(on: &[Around], keys: &Keys, rules: &Rules, query: &UploadsQuery) -> UploadsPage {
    Listing { keys, rules: rules.clone(), query: query.clone(), rest: on }.go_on()
}

impl Listing<'_> {
    fn go_on(&self) -> UploadsPage {
        self.go_on_with(self.keys)
    }

    fn go_on_with(&self, keys: &Keys) -> UploadsPage {
        let Self { rules, query, rest, .. } = self;
        match rest.split_first() {
            None => list_uploads(keys, rules, query),
            Some((next, rest)) => {
                next(&mut Listing { keys, rules: rules.clone(), query: query.clone(), rest })
            }
        }
    }
}

const fn mistake(name: &'static str, about: &'static str, around: Around) -> Mistake {
    Mistake::new(name, about, At::Uploads(around))
}

pub(super) const MISTAKES: &[Mistake] = &[
    mistake("ignore-max-uploads", "A listing of uploads is never cut into pages.", |listing| {
        (listing.query.max, listing.rules.limits.list_uploads_page) = (u32::MAX, u32::MAX);
        listing.go_on()
    }),
    mistake(
        "ignore-prefix",
        "A listing of uploads looks at a prefix up to its last slash alone.",
        |listing| {
            let prefix = &mut listing.query.prefix;
            prefix.truncate(prefix.rfind('/').map_or(0, |at| at + 1));
            listing.go_on()
        },
    ),
    mistake("ignore-delimiter", "A listing of uploads ignores the delimiter.", |listing| {
        listing.query.delimiter = None;
        listing.go_on()
    }),
    mistake("ignore-key-marker", "A key marker is not looked at.", |listing| {
        (listing.query.key_marker, listing.query.upload_id_marker) = (String::new(), None);
        listing.go_on()
    }),
    mistake(
        "ignore-upload-id-marker",
        "A listing of uploads skips the rest of a key at a page border.",
        |listing| {
            listing.query.upload_id_marker = None;
            listing.go_on()
        },
    ),
    mistake(
        "repeat-prefix-marker",
        "A common prefix is listed again behind itself, and behind a key below it.",
        |listing| {
            let query = &mut listing.query;
            if let Some(delimiter) = query.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty())
                && let Some(rest) = query.key_marker.strip_prefix(&query.prefix)
                && let Some(at) = rest.find(delimiter)
            {
                // Right before the prefix that the marker is in.
                query.key_marker.truncate(query.prefix.len() + at);
            }
            listing.go_on()
        },
    ),
    mistake(
        "prefixes-take-no-room",
        "Common prefixes do not count as entries of a page of uploads.",
        |listing| {
            let Listing { keys, rules, query, .. } = listing;
            let max = query.max.min(rules.limits.list_uploads_page) as usize;
            page(entries(keys, rules, query), max, |page| page.uploads.len())
        },
    ),
    mistake("wrong-listed-upload-ids", "A listing of uploads tells other ids.", |listing| {
        let mut listed = listing.go_on();
        listed.uploads.iter_mut().for_each(|upload| upload.id.0.push('0'));
        listed
    }),
    Mistake::new(
        "list-uploads-by-time",
        "Uploads of a key are listed by time.",
        At::Several(&[
            At::Model(|call| {
                call.rules.upload_order = UploadOrder::Time;
                call.go_on()
            }),
            At::Uploads(|listing| {
                listing.rules.upload_order = UploadOrder::Time;
                listing.go_on()
            }),
        ]),
    )
    .of_oss(),
    Mistake::new(
        "list-aborted-uploads",
        "A listing of uploads shows aborted ones.",
        At::Several(&[
            At::Model(|call| {
                let state = with_aborted(call.state);
                let crate::model::Operation::ListUploads = call.operation else { return call.go_on() };
                let before = std::mem::replace(call.state, state);
                let answer = call.go_on();
                *call.state = before;
                answer
            }),
            At::Uploads(|listing| {
                let keys = listing.keys.iter().map(|(key, state)| (key.clone(), with_aborted(state)));
                listing.go_on_with(&keys.collect::<BTreeMap<_, _>>())
            }),
        ]),
    ),
];
