//! Mistakes about what is asked for: parts of a request that are passed over, or taken for something else.

use http::{HeaderValue, Method};

use super::mistake::{At, Mistake, request, unchecked};
use super::races::change;
use crate::call::Call;
use crate::call::points::Instead;
use crate::checks::Check;
use crate::dialect::documents::tags_of;
use crate::http::{Answer, Element, Payload, S3Error, checksum};
use crate::model::{Meta, Operation};

pub(super) const MISTAKES: &[Mistake] = &[
    request("store-part-as-object", "A part number without a valid upload makes an object.", |call| {
        let is_half = has(call, "partNumber") != has(call, "uploadId");
        pass_over(call, Method::PUT, is_half || has_empty_id(call), &["partNumber", "uploadId"])
    }),
    request("store-broken-parts", "A part whose number is none replaces the object under the key.", |call| {
        let number = call.request.query("partNumber");
        let is_broken = number.is_some_and(|number| number.parse::<u32>().is_err());
        pass_over(call, Method::PUT, is_broken, &["partNumber", "uploadId"])
    }),
    request(
        "store-tags-as-object",
        "Tags that are put on an object are stored in place of its bytes.",
        |call| pass_over(call, Method::PUT, true, &["tagging"]),
    ),
    request("ignore-sub-resources", "A sub-resource that does not fit the method is passed over.", |call| {
        let fits = [Method::PUT, Method::DELETE, Method::GET].contains(&call.request.method);
        let method = call.request.method.clone();
        pass_over(call, method, fits, &["uploads"])
    }),
    request("empty-upload-id-deletes", "An abort with an empty upload id deletes the object.", |call| {
        pass_over(call, Method::DELETE, has_empty_id(call), &["uploadId"])
    }),
    request(
        "answer-half-parts",
        "A part without its number, or without its upload id, is answered with success, and stored nowhere.",
        |call| {
            let is_half = has(call, "partNumber") != has(call, "uploadId");
            let puts = call.request.method == Method::PUT && call.request.key.is_some();
            (is_half && puts).then(|| Ok(Answer::new(http::StatusCode::OK)))
        },
    ),
    request("take-broken-part-numbers", "A part number that is none stands for the first.", |call| {
        let number = call.request.query("partNumber")?.parse::<i64>();
        let is_broken = number.map_or(true, |number| number < 0);
        if is_broken && is_one_of(call, &["UploadPart", "UploadPartCopy"]) {
            call.request.set_query("partNumber", Some("1"));
        }
        None
    }),
    request("ignore-broken-numbers", "Numbers that are none are passed over.", |call| {
        of_pages(call, |call, name| call.request.count(name).is_err().then_some(None))
    }),
    request("take-zero-for-default", "A page size of zero stands for the default.", |call| {
        of_pages(call, |call, name| (call.request.query(name) == Some("0")).then_some(None))
    }),
    request("ignore-encoding-type", "Names are never URL-encoded in listings.", |call| {
        if call.request.query("encoding-type") == Some("url") {
            call.request.set_query("encoding-type", None);
        }
        None
    }),
    request("accept-any-encoding", "Any encoding of names is taken, and passed over.", |call| {
        if call.request.query("encoding-type") != Some("url") {
            call.request.set_query("encoding-type", None);
        }
        None
    }),
    request(
        "accept-impossible-checksums",
        "A creation with an impossible checksum is taken, without any.",
        |call| {
            if call.operation == "CreateMultipartUpload" && checksum::asked(&call.request).is_err() {
                without(call, &["x-amz-checksum-algorithm", "x-amz-checksum-type"]);
            }
            None
        },
    ),
    request("tell-checksums-unasked", "GET and HEAD tell checksums that nobody asked for.", |call| {
        if is_one_of(call, READS) {
            call.request.headers.insert("x-amz-checksum-mode", HeaderValue::from_static("ENABLED"));
        }
        None
    }),
    request("ignore-read-conditions", "Conditions of a read are not looked at.", |call| {
        if is_one_of(call, READS) {
            without(call, CONDITIONS);
        }
        None
    }),
    request(
        "compare-etags-without-count",
        "Conditions of a read are compared with the ETag without its number of parts.",
        |call| {
            let etag = call.look(|state| Some(state.object.as_ref()?.etag.clone())).flatten()?;
            let digest = etag.split_once('-')?.0;
            for name in ["if-match", "if-none-match"] {
                let Some(list) = call.request.list(name).filter(|_| is_one_of(call, READS)) else { continue };
                let own = |named: &str| match named.trim().trim_matches('"') {
                    named if named == digest => etag.clone(),
                    named if named == etag => digest.to_owned(),
                    named => named.to_owned(),
                };
                let list = list.split(',').map(own).collect::<Vec<_>>().join(",");
                call.request.headers.insert(name, HeaderValue::try_from(list).ok()?);
            }
            None
        },
    ),
    request("read-first-header-line", "Of several header lines of one name only the first counts.", |call| {
        let first = call.request.headers.get("x-amz-object-attributes")?.clone();
        call.request.headers.insert("x-amz-object-attributes", first);
        None
    }),
    request("refuse-long-tags", "Tags of long keys are refused.", |call| {
        let header = call.request.own("tagging").unwrap_or_default();
        let meta = Meta::from([(call.dialect().header("tagging"), header.to_owned())]);
        let tags = tags_of(call.dialect(), &meta);
        refuse(tags.iter().any(|(key, _)| key.chars().count() > 64), || {
            S3Error::new("InvalidTag", "The tag that you have specified is invalid")
        })
    })
    .of_oss(),
    request("store-frames", "A body in chunks is stored with its frame.", |call| {
        if matches!(call.payload, Some(Payload::Chunks { .. }))
            && is_one_of(call, &["PutObject", "UploadPart"])
        {
            call.payload = Some(Payload::Unsigned);
            call.request.headers.insert("x-amz-content-sha256", HeaderValue::from_static("UNSIGNED-PAYLOAD"));
            without(call, &["x-amz-trailer", "x-amz-sdk-checksum-algorithm"]);
        }
        None
    }),
    Mistake::new(
        "take-metadata-from-completion",
        "Metadata of a completion replaces that of the creation.",
        At::CarryOut(
            |call, operation| {
                matches!(operation, Operation::Complete { .. }) && !user_metadata(call).is_empty()
            },
            |call, mut operation, _| {
                if let Operation::Complete { terms, .. } = &mut operation {
                    terms.meta.extend(user_metadata(call));
                }
                Box::pin(std::future::ready(call.apply(operation)))
            },
        ),
    ),
    Mistake::new(
        "take-metadata-from-parts",
        "Metadata of a part is added to that of the creation.",
        At::Several(&[
            At::Check(|check| check == Check::MetadataOfPart),
            At::CarryOut(
                |call, operation| {
                    matches!(operation, Operation::BeginPart { .. }) && !user_metadata(call).is_empty()
                },
                |call, operation, _| {
                    change(call, |state| {
                        if let Some(upload) = state.uploads.get_mut(&call.upload()) {
                            upload.meta.extend(user_metadata(call));
                        }
                    });
                    Box::pin(std::future::ready(call.apply(operation)))
                },
            ),
        ]),
    ),
    Mistake::new(
        "add-tags",
        "Tags that are put on an object are added to those that it has.",
        At::Document(|call, document| {
            let dialect = call.dialect();
            let before = call.look(|state| Some(tags_of(dialect, &state.object.as_ref()?.meta))).flatten();
            let Some(root) = document.as_mut().filter(|root| root.name == "Tagging") else { return };
            for set in root.children.iter_mut().filter(|child| child.name == "TagSet") {
                let tag = |(key, value): (String, String)| Element {
                    children: vec![Element::of_text("Key", key), Element::of_text("Value", value)],
                    ..Element::named("Tag")
                };
                set.children.splice(0..0, before.clone().unwrap_or_default().into_iter().map(tag));
            }
        }),
    ),
    request("take-foreign-headers", "Headers of the other dialect count.", |call| {
        let own = call.dialect();
        let foreign = ["x-amz-", "x-oss-"].into_iter().find(|prefix| *prefix != own.names().prefix)?;
        let headers = call.request.headers.iter();
        let found = headers.filter_map(|(name, value)| Some((name.as_str().strip_prefix(foreign)?, value)));
        let found: Vec<_> = found.map(|(name, value)| (own.header(name), value.clone())).collect();
        for (name, value) in found {
            if let Ok(name) = http::HeaderName::try_from(name) {
                call.request.headers.entry(name).or_insert(value);
            }
        }
        None
    })
    .of_oss(),
    unchecked("take-unknown-encryption", "Any encryption is taken, and told again.", |check| {
        check == Check::Encryption
    })
    .of_oss(),
];

/// The operations that read an object.
pub(super) const READS: &[&str] = &["GetObject", "HeadObject"];

const CONDITIONS: &[&str] = &["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/// Answers with an error, where that is so.
pub(super) fn refuse(is_so: bool, error: impl FnOnce() -> S3Error) -> Instead {
    is_so.then(|| Err(error()))
}

/// The refusal where something went wrong inside.
pub(super) fn internal_error() -> S3Error {
    S3Error::new("InternalError", "We encountered an internal error. Please try again.")
}

pub(super) fn is_one_of(call: &Call<'_>, operations: &[&str]) -> bool {
    operations.contains(&call.operation)
}

pub(super) fn has(call: &Call<'_>, name: &str) -> bool {
    call.request.has_query(name)
}

fn has_empty_id(call: &Call<'_>) -> bool {
    call.request.query("uploadId") == Some("")
}

/// Takes parameters away from a request for a key.
fn pass_over(call: &mut Call<'_>, method: Method, is_so: bool, names: &[&str]) -> Instead {
    if is_so && call.request.method == method && call.request.key.is_some() {
        names.iter().for_each(|name| call.request.set_query(name, None));
    }
    None
}

/// Takes headers away.
pub(super) fn without(call: &mut Call<'_>, names: &[&str]) {
    for name in names {
        call.request.headers.remove(*name);
    }
}

/// Changes the numbers of a listing of uploads or parts.
fn of_pages(call: &mut Call<'_>, change: fn(&Call<'_>, &str) -> Option<Option<&'static str>>) -> Instead {
    for name in ["max-uploads", "max-parts", "part-number-marker"] {
        if let Some(value) = change(call, name) {
            call.request.set_query(name, value);
        }
    }
    None
}

/// The metadata of the user's that comes with a request.
fn user_metadata(call: &Call<'_>) -> Meta {
    let prefix = call.dialect().header("meta-");
    let headers = call.request.headers.iter().filter(|(name, _)| name.as_str().starts_with(&prefix));
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}
