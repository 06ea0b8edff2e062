//! Mistakes about what answers of OSS show.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::defects::documents::{
    each, each_text, header, remove, root, root_of, set_header, without, without_header,
};
use crate::defects::errors::with_error;
use crate::defects::mistake::{Mistake, answer};
use crate::defects::reads::{reads, stored};
use crate::dialect;
use crate::http::Element;
use crate::provider::Dialect;

const CRC64: &str = "x-oss-hash-crc64ecma";
const COMPLETION: &str = "CompleteMultipartUpload";

pub(in crate::defects) const MISTAKES: &[Mistake] = &[
    answer(
        "omit-location",
        "The answer to a completion does not tell where the object is.",
        |told, answer| {
            without(told, answer, COMPLETION, "Location");
        },
    )
    .of_oss(),
    answer("omit-crc64-of-part", "The answer to a part has no CRC-64.", |told, answer| {
        without_header(told, answer, "UploadPart", CRC64);
        without_header(told, answer, "UploadPartCopy", CRC64);
    })
    .of_oss(),
    answer("omit-crc64-of-completion", "The answer to a completion has no CRC-64.", |told, answer| {
        without_header(told, answer, COMPLETION, CRC64);
    })
    .of_oss(),
    answer("omit-crc64-of-object", "GET and HEAD tell no CRC-64.", |told, answer| {
        for operation in ["GetObject", "HeadObject", "PutObject", "CopyObject"] {
            without_header(told, answer, operation, CRC64);
        }
    })
    .of_oss(),
    answer("omit-crc64-of-listed-parts", "A listing of parts tells no CRC-64.", |told, answer| {
        without(told, answer, "ListParts", "Part.HashCrc64ecma");
    })
    .of_oss(),
    answer("hex-crc64", "CRC-64 values are told in hexadecimal digits.", |told, answer| {
        if let Some(value) = header(answer, CRC64).map(hexadecimal) {
            set_header(answer, CRC64, &value);
        }
        each_text(told, answer, "ListParts", "Part.HashCrc64ecma", hexadecimal);
    })
    .of_oss(),
    answer("omit-object-type", "Nothing tells whether an object was made of parts.", |told, answer| {
        if reads(told) {
            answer.headers.remove("x-oss-object-type");
        }
    })
    .of_oss(),
    answer("tell-content-md5-of-parts", "An object of any upload has a Content-MD5.", |told, answer| {
        if reads(told)
            && !answer.headers.contains_key("content-range")
            && let Some(object) = stored(told).filter(|_| told.service.provider.dialect == Dialect::Oss)
        {
            let mut md5 = Md5::new();
            object.content.pieces().flatten().for_each(|piece| md5.update(&piece));
            set_header(answer, "content-md5", &STANDARD.encode(md5.finalize()));
        }
    })
    .of_oss(),
    answer(
        "sequential-omits-content-md5",
        "An object of a sequential upload has no Content-MD5.",
        |told, answer| {
            if reads(told) && stored(told).is_some_and(|object| object.sequential) {
                answer.headers.remove("content-md5");
            }
        },
    )
    .of_oss(),
    answer(
        "tell-private-for-default",
        "An ACL is told as private where the object has none of its own.",
        |told, answer| {
            each_text(told, answer, "GetObjectAcl", "AccessControlList.Grant", |grant| {
                if grant == "default" { "private".to_owned() } else { grant.to_owned() }
            });
        },
    )
    .of_oss(),
    answer("omit-encryption", "Encryption is never told.", |told, answer| {
        if !told.refused {
            let names: Vec<_> = answer.headers.keys().cloned().collect();
            for name in names.iter().filter(|name| name.as_str().contains("-server-side-")) {
                answer.headers.remove(name);
            }
        }
    })
    .of_oss(),
    answer("omit-usual-storage-class", "An object of the usual storage class tells none.", |told, answer| {
        if reads(told) && header(answer, "x-oss-storage-class") == Some("Standard") {
            answer.headers.remove("x-oss-storage-class");
        }
    })
    .of_oss(),
    answer("keep-tags-encoded", "Tags are kept as they stand in the header, not decoded.", |told, answer| {
        let Some(root) = root_of(told, answer, "GetObjectTagging") else { return };
        let meta = stored(told).map(|object| object.meta).unwrap_or_default();
        let header = meta
            .get(&dialect::of(told.service.provider.dialect).header("tagging"))
            .cloned()
            .unwrap_or_default();
        let mut pairs = header.split('&').filter(|pair| !pair.is_empty());
        each(root, "TagSet.Tag", &mut |tag| {
            let (key, value) = pairs.next().and_then(|pair| pair.split_once('=')).unwrap_or_default();
            each(tag, "Key", &mut |element| element.text = key.to_owned());
            each(tag, "Value", &mut |element| element.text = value.to_owned());
        });
    })
    .of_oss(),
    answer("omit-error-numbers", "Errors have no number.", |told, answer| {
        answer.headers.remove("x-oss-ec");
        with_error(told, answer, |root| ["EC", "RecommendDoc"].iter().for_each(|name| remove(root, name)));
    })
    .of_oss(),
    answer(
        "tell-bad-digest",
        "A body that does not agree with its Content-MD5 is called BadDigest.",
        |told, answer| {
            with_error(told, answer, |root| {
                let differs = root.element("CalculatedDigest").is_some();
                each(root, "Code", &mut |code| {
                    if differs {
                        code.text = "BadDigest".to_owned();
                    }
                });
            });
        },
    )
    .of_oss(),
    answer(
        "tell-not-implemented-as-501",
        "What is not supported is answered with status 501.",
        |told, answer| {
            let code = root(answer).and_then(|root| root.child("Code").map(str::to_owned));
            if told.refused && code.as_deref() == Some("NotImplemented") {
                answer.status = http::StatusCode::NOT_IMPLEMENTED;
            }
        },
    )
    .of_oss(),
    answer(
        "omit-last-part-marker",
        "A listing of parts tells the next marker only if more follows.",
        |told, answer| without_last_markers(root_of(told, answer, "ListParts"), &["NextPartNumberMarker"]),
    )
    .of_oss(),
    answer(
        "omit-last-upload-markers",
        "A listing of uploads tells the next markers only if more follows.",
        |told, answer| {
            let root = root_of(told, answer, "ListMultipartUploads");
            without_last_markers(root, &["NextKeyMarker", "NextUploadIdMarker"]);
        },
    )
    .of_oss(),
    answer("show-owners", "Listings of parts and uploads show owner and initiator.", |told, answer| {
        let store = told.service.store.lock();
        let owner = store.buckets.get(told.request.bucket()).map_or("", |bucket| bucket.owner.as_str());
        let of = |name| Element { children: vec![Element::of_text("ID", owner)], ..Element::named(name) };
        let show = |element: &mut Element| element.children.extend([of("Initiator"), of("Owner")]);
        if told.service.provider.dialect != Dialect::Oss {
            return;
        }
        if let Some(root) = root_of(told, answer, "ListParts") {
            show(root);
        }
        if let Some(root) = root_of(told, answer, "ListMultipartUploads") {
            each(root, "Upload", &mut |upload| show(upload));
        }
    })
    .of_oss(),
    answer(
        "take-lone-upload-id-marker",
        "An upload id marker counts without a key marker too.",
        |told, answer| {
            let marker = told.request.query("upload-id-marker").unwrap_or_default();
            let has_key = told.request.query("key-marker").is_some_and(|key| !key.is_empty());
            if let Some(root) = root_of(told, answer, "ListMultipartUploads").filter(|_| !has_key) {
                let behind = |upload: &Element| upload.child("UploadId").is_none_or(|id| id > marker);
                root.children.retain(|child| child.name != "Upload" || behind(child));
            }
        },
    )
    .of_oss(),
];

/// A number of 64 bits in hexadecimal digits.
fn hexadecimal(text: &str) -> String {
    text.parse::<u64>().map_or_else(|_| text.to_owned(), |value| format!("{value:016x}"))
}

fn without_last_markers(root: Option<&mut Element>, markers: &[&str]) {
    if let Some(root) = root.filter(|root| root.child("IsTruncated") == Some("false")) {
        markers.iter().for_each(|marker| remove(root, marker));
    }
}
