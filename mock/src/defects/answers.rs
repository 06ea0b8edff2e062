//! What is left out of answers that are otherwise right, emptied or misnamed.

use super::documents::{
    each, each_text, header, is_of, misname, root_of, set_header, unquoted, without, without_header,
    without_namespace,
};
use super::mistake::{Mistake, answer};
use super::reads::reads;
use crate::http::Element;

pub(super) const MISTAKES: &[Mistake] = &[
    answer("misname-creation", "The answer of a creation has another root element.", |told, answer| {
        misname(told, answer, "CreateMultipartUpload");
    }),
    answer("omit-creation-namespace", "The answer of a creation has no namespace.", |told, answer| {
        without_namespace(told, answer, "CreateMultipartUpload");
    }),
    answer("misname-copied-part", "The answer of a copied part has another root element.", |told, answer| {
        misname(told, answer, "UploadPartCopy");
    }),
    answer("omit-copied-part-namespace", "The answer of a copied part has no namespace.", |told, answer| {
        without_namespace(told, answer, "UploadPartCopy");
    }),
    answer("misname-completion", "The answer of a completion has another root element.", |told, answer| {
        misname(told, answer, "CompleteMultipartUpload");
    }),
    answer("omit-completion-namespace", "The answer of a completion has no namespace.", |told, answer| {
        without_namespace(told, answer, "CompleteMultipartUpload");
    }),
    answer("omit-part-listing-namespace", "The answer of ListParts has no namespace.", |told, answer| {
        without_namespace(told, answer, "ListParts");
    }),
    answer(
        "misname-upload-listing",
        "The answer of ListMultipartUploads has another root element.",
        |told, answer| misname(told, answer, "ListMultipartUploads"),
    ),
    answer(
        "omit-upload-listing-namespace",
        "The answer of ListMultipartUploads has no namespace.",
        |told, answer| without_namespace(told, answer, "ListMultipartUploads"),
    ),
    answer("misname-copy", "The answer of CopyObject has another root element.", |told, answer| {
        misname(told, answer, "CopyObject");
    }),
    answer("omit-copy-namespace", "The answer of CopyObject has no namespace.", |told, answer| {
        without_namespace(told, answer, "CopyObject");
    }),
    answer(
        "misname-object-listing",
        "The answer of ListObjectsV2 has another root element.",
        |told, answer| misname(told, answer, "ListObjects"),
    ),
    answer(
        "omit-object-listing-namespace",
        "The answer of ListObjectsV2 has no namespace.",
        |told, answer| without_namespace(told, answer, "ListObjects"),
    ),
    answer("omit-creation-bucket", "The answer of a creation has no Bucket.", |told, answer| {
        without(told, answer, "CreateMultipartUpload", "Bucket");
    }),
    answer("omit-creation-key", "The answer of a creation has no Key.", |told, answer| {
        without(told, answer, "CreateMultipartUpload", "Key");
    }),
    answer("omit-copied-part-etag", "The answer of a copied part has no ETag.", |told, answer| {
        without(told, answer, "UploadPartCopy", "ETag");
    }),
    answer("omit-copied-part-time", "The answer of a copied part has no LastModified.", |told, answer| {
        without(told, answer, "UploadPartCopy", "LastModified");
    }),
    answer("omit-completion-bucket", "The answer of a completion has no Bucket.", |told, answer| {
        without(told, answer, "CompleteMultipartUpload", "Bucket");
    }),
    answer("omit-completion-key", "The answer of a completion has no Key.", |told, answer| {
        without(told, answer, "CompleteMultipartUpload", "Key");
    }),
    answer("omit-completion-etag", "The answer of a completion has no ETag.", |told, answer| {
        without(told, answer, "CompleteMultipartUpload", "ETag");
    }),
    answer(
        "unquoted-completion-etag",
        "The ETag in the answer of a completion has no quotes.",
        |told, answer| each_text(told, answer, "CompleteMultipartUpload", "ETag", unquoted),
    ),
    answer(
        "unquoted-copied-part-etag",
        "The ETag in the answer of a copied part has no quotes.",
        |told, answer| each_text(told, answer, "UploadPartCopy", "ETag", unquoted),
    ),
    answer("unquoted-copy-etag", "The ETag in the answer of CopyObject has no quotes.", |told, answer| {
        each_text(told, answer, "CopyObject", "ETag", unquoted);
    }),
    answer(
        "unquoted-part-listing-etags",
        "The ETags in the answer of ListParts have no quotes.",
        |told, answer| each_text(told, answer, "ListParts", "Part.ETag", unquoted),
    ),
    answer("empty-completion-etag", "The ETag in the answer of a completion is empty.", |told, answer| {
        each_text(told, answer, "CompleteMultipartUpload", "ETag", |_| String::new());
    }),
    answer("omit-part-listing-bucket", "The answer of ListParts has no Bucket.", |told, answer| {
        without(told, answer, "ListParts", "Bucket");
    }),
    answer("omit-part-listing-key", "The answer of ListParts has no Key.", |told, answer| {
        without(told, answer, "ListParts", "Key");
    }),
    answer("omit-part-listing-upload-id", "The answer of ListParts has no UploadId.", |told, answer| {
        without(told, answer, "ListParts", "UploadId");
    }),
    answer(
        "omit-part-listing-marker",
        "The answer of ListParts has no NextPartNumberMarker.",
        |told, answer| without(told, answer, "ListParts", "NextPartNumberMarker"),
    ),
    answer("omit-part-listing-max", "The answer of ListParts has no MaxParts.", |told, answer| {
        without(told, answer, "ListParts", "MaxParts");
    }),
    answer("omit-part-listing-numbers", "The answer of ListParts has no Part.PartNumber.", |told, answer| {
        without(told, answer, "ListParts", "Part.PartNumber");
    }),
    answer("omit-part-listing-etags", "The answer of ListParts has no Part.ETag.", |told, answer| {
        without(told, answer, "ListParts", "Part.ETag");
    }),
    answer("omit-part-listing-sizes", "The answer of ListParts has no Part.Size.", |told, answer| {
        without(told, answer, "ListParts", "Part.Size");
    }),
    answer("omit-part-listing-times", "The answer of ListParts has no Part.LastModified.", |told, answer| {
        without(told, answer, "ListParts", "Part.LastModified");
    }),
    answer(
        "omit-upload-listing-bucket",
        "The answer of ListMultipartUploads has no Bucket.",
        |told, answer| without(told, answer, "ListMultipartUploads", "Bucket"),
    ),
    answer(
        "omit-upload-listing-is-truncated",
        "The answer of ListMultipartUploads has no IsTruncated.",
        |told, answer| without(told, answer, "ListMultipartUploads", "IsTruncated"),
    ),
    answer(
        "omit-upload-listing-marker",
        "The answer of ListMultipartUploads has no NextKeyMarker.",
        |told, answer| without(told, answer, "ListMultipartUploads", "NextKeyMarker"),
    ),
    answer(
        "omit-upload-listing-max",
        "The answer of ListMultipartUploads has no MaxUploads.",
        |told, answer| without(told, answer, "ListMultipartUploads", "MaxUploads"),
    ),
    answer(
        "omit-upload-listing-keys",
        "The answer of ListMultipartUploads has no Upload.Key.",
        |told, answer| without(told, answer, "ListMultipartUploads", "Upload.Key"),
    ),
    answer(
        "omit-upload-listing-ids",
        "The answer of ListMultipartUploads has no Upload.UploadId.",
        |told, answer| without(told, answer, "ListMultipartUploads", "Upload.UploadId"),
    ),
    answer(
        "omit-upload-listing-times",
        "The answer of ListMultipartUploads has no Upload.Initiated.",
        |told, answer| without(told, answer, "ListMultipartUploads", "Upload.Initiated"),
    ),
    answer(
        "omit-upload-listing-prefixes",
        "The answer of ListMultipartUploads has no CommonPrefixes.Prefix.",
        |told, answer| without(told, answer, "ListMultipartUploads", "CommonPrefixes.Prefix"),
    ),
    answer("omit-copy-etag", "The answer of CopyObject has no ETag.", |told, answer| {
        without(told, answer, "CopyObject", "ETag");
    }),
    answer("omit-copy-time", "The answer of CopyObject has no LastModified.", |told, answer| {
        without(told, answer, "CopyObject", "LastModified");
    }),
    answer(
        "omit-object-listing-is-truncated",
        "The answer of ListObjectsV2 has no IsTruncated.",
        |told, answer| without(told, answer, "ListObjects", "IsTruncated"),
    ),
    answer("omit-object-listing-keys", "The answer of ListObjectsV2 has no Contents.Key.", |told, answer| {
        without(told, answer, "ListObjects", "Contents.Key");
    }),
    answer(
        "omit-object-listing-etags",
        "The answer of ListObjectsV2 has no Contents.ETag.",
        |told, answer| without(told, answer, "ListObjects", "Contents.ETag"),
    ),
    answer(
        "omit-object-listing-sizes",
        "The answer of ListObjectsV2 has no Contents.Size.",
        |told, answer| without(told, answer, "ListObjects", "Contents.Size"),
    ),
    answer(
        "omit-object-listing-times",
        "The answer of ListObjectsV2 has no Contents.LastModified.",
        |told, answer| without(told, answer, "ListObjects", "Contents.LastModified"),
    ),
    answer(
        "omit-object-listing-prefixes",
        "The answer of ListObjectsV2 has no CommonPrefixes.Prefix.",
        |told, answer| without(told, answer, "ListObjects", "CommonPrefixes.Prefix"),
    ),
    answer("omit-put-etag", "The answer of PutObject has no ETag.", |told, answer| {
        without_header(told, answer, "PutObject", "etag");
    }),
    answer("omit-get-etag", "The answer of GetObject has no ETag.", |told, answer| {
        without_header(told, answer, "GetObject", "etag");
    }),
    answer("omit-get-time", "The answer of GetObject has no Last-Modified.", |told, answer| {
        without_header(told, answer, "GetObject", "last-modified");
    }),
    answer("omit-head-etag", "The answer of HeadObject has no ETag.", |told, answer| {
        without_header(told, answer, "HeadObject", "etag");
    }),
    answer("omit-head-time", "The answer of HeadObject has no Last-Modified.", |told, answer| {
        without_header(told, answer, "HeadObject", "last-modified");
    }),
    answer("omit-head-length", "The answer of HeadObject has no Content-Length.", |told, answer| {
        without_header(told, answer, "HeadObject", "content-length");
    }),
    answer("misname-list-parts", "The answer of ListParts has another root element.", |told, answer| {
        misname(told, answer, "ListParts");
    }),
    answer("omit-part-etag", "The answer to a part has no ETag.", |told, answer| {
        without_header(told, answer, "UploadPart", "etag");
    }),
    answer("unquoted-etag", "ETags in headers bear no quotes.", |told, answer| {
        if let Some(etag) = header(answer, "etag").map(unquoted) {
            set_header(answer, "etag", &etag);
        }
        for operation in ["UploadPartCopy", "CopyObject"] {
            each_text(told, answer, operation, "ETag", unquoted);
        }
    }),
    answer(
        "omit-checksum-of-creation",
        "The answer to a creation does not tell its checksum.",
        |told, answer| {
            for name in ["x-amz-checksum-algorithm", "x-amz-checksum-type"] {
                without_header(told, answer, CREATION, name);
            }
        },
    ),
    answer(
        "omit-checksum-type-of-completion",
        "The answer to a completion does not tell what its checksum covers.",
        |told, answer| without(told, answer, COMPLETION, "ChecksumType"),
    ),
    answer(
        "omit-listed-algorithm",
        "A listing of parts names neither algorithm nor type of the checksum.",
        |told, answer| {
            without(told, answer, "ListParts", "ChecksumAlgorithm");
            without(told, answer, "ListParts", "ChecksumType");
        },
    ),
    answer("omit-checksums", "Checksums are taken, and never told again.", |told, answer| {
        let of = [CREATION, "UploadPart", COMPLETION, "GetObject", "HeadObject", "ListParts", "ListObjects"];
        let Some(operation) = of.into_iter().find(|operation| is_of(told, operation)) else { return };
        let names: Vec<_> = answer.headers.keys().cloned().collect();
        for name in names.iter().filter(|name| name.as_str().starts_with("x-amz-checksum-")) {
            answer.headers.remove(name);
        }
        let Some(root) = root_of(told, answer, operation) else { return };
        let of_checksum =
            |child: &Element| child.name.starts_with("Checksum") || child.name == "HashCrc64ecma";
        for list in ["Part", "Contents"] {
            each(root, list, &mut |entry| entry.children.retain(|child| !of_checksum(child)));
        }
        root.children.retain(|child| !of_checksum(child));
    }),
    answer(
        "omit-composite-count",
        "A composite checksum does not bear the number of parts.",
        |told, answer| {
            let bare = |text: &str| text.split('-').next().unwrap_or_default().to_owned();
            if reads(told) && header(answer, "x-amz-checksum-type") == Some("COMPOSITE") {
                let names: Vec<_> = answer.headers.keys().cloned().collect();
                let of_value =
                    |name: &str| name.starts_with("x-amz-checksum-") && name != "x-amz-checksum-type";
                for name in names.iter().filter(|name| of_value(name.as_str())) {
                    let value = header(answer, name.as_str()).map(bare).unwrap_or_default();
                    set_header(answer, name.as_str(), &value);
                }
            }
            let Some(root) = root_of(told, answer, COMPLETION) else { return };
            if root.child("ChecksumType") == Some("COMPOSITE") {
                let of_value = |name: &str| name.starts_with("Checksum") && name != "ChecksumType";
                let values = root.children.iter_mut().filter(|child| of_value(&child.name));
                values.for_each(|value| value.text = bare(&value.text));
            }
        },
    ),
];

const CREATION: &str = "CreateMultipartUpload";
const COMPLETION: &str = "CompleteMultipartUpload";
