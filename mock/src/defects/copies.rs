//! Mistakes about copies, and of parts in particular.

use http::HeaderValue;
use md5::{Digest, Md5};

use super::documents::{each, root_of};
use super::mistake::{At, Mistake, answer, request};
use super::races::change;
use super::requests::{refuse, without};
use crate::call::points::Instead;
use crate::call::{Call, copy_source};
use crate::http::S3Error;
use crate::model::{Object, Operation};

pub(super) const MISTAKES: &[Mistake] = &[
    request("ignore-copy-range", "Copied parts ignore their range.", |call| {
        let name = call.dialect().header("copy-source-range");
        without(call, &[&name]);
        None
    }),
    request(
        "clamp-copy-ranges",
        "A range of a copy that leaves its source is cut to fit; one that is none is passed over.",
        |call| {
            let name = call.dialect().header("copy-source-range");
            let range = call.request.header(&name)?.to_owned();
            let size = source(call)?.content.len();
            if call.dialect().copied_range(&range, size).is_err() {
                without(call, &[&name]);
            }
            None
        },
    ),
    request(
        "copy-to-any-number",
        "A copied part takes the first number in place of one that none can be.",
        |call| {
            let limits = &call.service.rules.limits;
            let possible = i64::from(limits.min_part_number)..=i64::from(limits.max_part_number);
            let number = call.request.query("partNumber")?.parse::<i64>();
            let (is_possible, first) =
                (number.is_ok_and(|number| possible.contains(&number)), possible.start());
            let first = first.to_string();
            if call.operation == "UploadPartCopy" && !is_possible {
                call.request.set_query("partNumber", Some(&first));
            }
            None
        },
    ),
    request("keep-source-encoded", "The source of a copy is not URL-decoded.", |call| {
        with_source(call, |source| source.replace('%', "%25").replace('+', "%2B"))
    }),
    request("take-plus-in-source", "A plus sign in the source of a copy stands for itself.", |call| {
        with_source(call, |source| source.replace('+', "%2B"))
    }),
    request("ignore-copy-conditions", "Conditions on the source of a copy are not looked at.", |call| {
        for condition in ["match", "none-match", "modified-since", "unmodified-since"] {
            let name = call.dialect().header(&format!("copy-source-if-{condition}"));
            without(call, &[&name]);
        }
        None
    }),
    request(
        "refuse-small-sources",
        "Nothing is copied from a source below the smallest size of a part.",
        |call| {
            let least = call.service.rules.limits.min_part_size?;
            let goes_on = call.look(|state| state.uploads.contains_key(&call.upload())).unwrap_or_default();
            let size = source(call).filter(|_| goes_on)?.content.len();
            refuse(size < least, || S3Error::new("InvalidRequest", "The source of the copy is too small."))
        },
    ),
    Mistake::new(
        "range-bears-source-etag",
        "A part that is copied from a range has the ETag of the whole source.",
        At::CarryOut(
            |call, operation| {
                call.request.own("copy-source-range").is_some()
                    && matches!(operation, Operation::UploadPart { .. })
            },
            |call, mut operation, _| {
                let etag = source(call).and_then(|source| hex::decode(source.etag).ok()?.try_into().ok());
                if let (Operation::UploadPart { body, .. }, Some(md5)) = (&mut operation, etag) {
                    body.md5 = md5;
                }
                Box::pin(std::future::ready(call.apply(operation)))
            },
        ),
    ),
    Mistake::new(
        "copy-keeps-checksum",
        "A copied object keeps the checksum that the parts of its source had, and its type.",
        At::CarryOut(
            |call, operation| call.operation == "CopyObject" && matches!(operation, Operation::Put { .. }),
            |call, operation, _| {
                let kept = source(call).and_then(|source| source.checksum);
                let answer = call.apply(operation);
                if kept.is_some() && answer.is_ok() {
                    change(call, |state| {
                        state.object.iter_mut().for_each(|object| object.checksum.clone_from(&kept));
                    });
                }
                Box::pin(std::future::ready(answer))
            },
        ),
    ),
    answer(
        "copy-tells-other-etag",
        "The answer to a copied part tells another ETag than the part gets.",
        |told, answer| {
            if let Some(root) = root_of(told, answer, "UploadPartCopy") {
                each(root, "ETag", &mut |etag| {
                    let other = Md5::digest(etag.text.trim_matches('"'));
                    etag.text = format!("\"{}\"", hex::encode(other));
                });
            }
        },
    ),
    answer("omit-checksum-of-copy", "The answer to a copied object has no checksum.", |told, answer| {
        if let Some(root) = root_of(told, answer, "CopyObject") {
            root.children.retain(|child| !child.name.starts_with("Checksum"));
        }
    }),
];

/// The source of a copy, if it can be read.
pub(super) fn source(call: &Call<'_>) -> Option<Object> {
    call.request.own("copy-source")?;
    copy_source::find(call).ok()
}

fn with_source(call: &mut Call<'_>, change: fn(&str) -> String) -> Instead {
    let name = call.dialect().header("copy-source");
    let value = HeaderValue::try_from(change(call.request.header(&name)?)).ok()?;
    call.request.headers.insert(http::HeaderName::try_from(name).ok()?, value);
    None
}
