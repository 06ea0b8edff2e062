//! The operations in the words of S3, and the elements and headers that the documents promise of their
//! answers.

use super::{Operation, Raw};

/// Names the documents of refusals, whatever operation was refused.
pub const OF_ERRORS: &str = "Error";

/// The aspect of an operation that is there at all: it is answered, and neither 405 nor 501.
pub const ANSWER: &str = "answer";

/// The aspects of each operation's answer, by the operation's name.
pub const ASPECTS: &[(&str, &[&str])] = &[
    ("CreateMultipartUpload", &[ANSWER, "root", "xmlns", "Bucket", "Key", "UploadId"]),
    ("UploadPart", &[ANSWER, "ETag", "ETag.quotes"]),
    ("UploadPartCopy", &[ANSWER, "root", "xmlns", "ETag", "ETag.quotes", "LastModified"]),
    (
        "CompleteMultipartUpload",
        &[ANSWER, "root", "xmlns", "Location", "Bucket", "Key", "ETag", "ETag.quotes"],
    ),
    ("AbortMultipartUpload", &[ANSWER]),
    (
        "ListParts",
        &[
            ANSWER,
            "root",
            "xmlns",
            "Bucket",
            "Key",
            "UploadId",
            "IsTruncated",
            "NextPartNumberMarker",
            "MaxParts",
            "Part.PartNumber",
            "Part.ETag",
            "Part.ETag.quotes",
            "Part.Size",
            "Part.LastModified",
        ],
    ),
    (
        "ListMultipartUploads",
        &[
            ANSWER,
            "root",
            "xmlns",
            "Bucket",
            "IsTruncated",
            "NextKeyMarker",
            "MaxUploads",
            "Upload.Key",
            "Upload.UploadId",
            "Upload.Initiated",
            "CommonPrefixes.Prefix",
        ],
    ),
    ("PutObject", &["ETag", "ETag.quotes"]),
    ("GetObject", &["ETag", "ETag.quotes", "Last-Modified"]),
    ("HeadObject", &["ETag", "ETag.quotes", "Last-Modified", "Content-Length"]),
    ("CopyObject", &["root", "xmlns", "ETag", "ETag.quotes", "LastModified"]),
    (
        "ListObjectsV2",
        &[
            "root",
            "xmlns",
            "IsTruncated",
            "Contents.Key",
            "Contents.ETag",
            "Contents.Size",
            "Contents.LastModified",
            "CommonPrefixes.Prefix",
        ],
    ),
    (OF_ERRORS, &["root", "Code", "Message"]),
];

/// Returns the name of an operation in the words of S3, if its answers have aspects.
pub fn s3_name(operation: &Operation) -> Option<&'static str> {
    Some(match operation {
        Operation::CreateUpload(_) | Operation::CreateUploads(_) => "CreateMultipartUpload",
        Operation::UploadParts(args) if args.source.is_some() => "UploadPartCopy",
        Operation::UploadPart(_) | Operation::UploadParts(_) => "UploadPart",
        Operation::UploadPartCopy(_) => "UploadPartCopy",
        Operation::CompleteUpload(_) => "CompleteMultipartUpload",
        Operation::AbortUpload(_) => "AbortMultipartUpload",
        Operation::ListParts(_) => "ListParts",
        Operation::ListUploads(_) => "ListMultipartUploads",
        Operation::PutObject(_) => "PutObject",
        Operation::GetObject(_) => "GetObject",
        Operation::HeadObject(_) => "HeadObject",
        Operation::CopyObject(_) => "CopyObject",
        Operation::ListObjects(_) => "ListObjectsV2",
        Operation::Raw(args) if args.method == "GET" && asks(args, "uploadId") => "ListParts",
        _ => return None,
    })
}

/// Whether a raw request has a parameter in its query.
fn asks(args: &Raw, name: &str) -> bool {
    args.upload.is_some() && name == "uploadId"
        || args.query.iter().any(|parameter| parameter.split('=').next() == Some(name))
}

/// Returns the aspects of an operation's answers, by the operation's name.
pub fn aspects(operation: &str) -> &'static [&'static str] {
    ASPECTS.iter().find(|(name, _)| *name == operation).map_or(&[], |(_, aspects)| aspects)
}
