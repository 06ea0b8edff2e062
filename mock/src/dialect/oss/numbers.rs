//! The fine-grained numbers of errors (EC): each cause has its own, and the code may have several causes.

use crate::http::S3Error;

/// The number that a code usually has; a cause that has another one says so where it is found.
const NUMBERS: &[(&str, &str)] = &[
    ("AccessDenied", "0003-00000001"),
    ("CallbackFailed", "0007-00000203"),
    ("EntityTooSmall", "0042-00000213"),
    ("FileAlreadyExists", "0026-00000015"),
    ("InvalidAccessKeyId", "0002-00000902"),
    ("InvalidPartOrder", "0042-00000209"),
    ("InvalidSecurityToken", "0002-00000006"),
    ("InvalidTag", "0010-00000217"),
    ("MalformedXML", "0042-00000205"),
    ("NoSuchBucket", "0015-00000101"),
    ("NoSuchKey", "0026-00000001"),
    ("NoSuchUpload", "0042-00000104"),
    ("PartAlreadyExist", "0042-00000108"),
    ("RequestTimeTooSkewed", "0002-00000504"),
    ("SignatureDoesNotMatch", "0002-00000040"),
];

/// What is shown where no page gives a number.
const UNKNOWN: &str = "0000-00000000";

/// The number of an error of an operation.
pub(super) fn of(error: &S3Error, operation: &str) -> &'static str {
    let argument = error.elements.iter().find(|(name, _)| *name == "ArgumentName");
    match (&*error.code, operation, argument.map_or("", |(_, argument)| argument)) {
        ("NoSuchUpload", "AbortMultipartUpload", _) => "0042-00000002",
        ("NoSuchUpload", "UploadPartCopy", _) => "0042-00000311",
        ("InvalidArgument", "UploadPart" | "UploadPartCopy", "PartNumber") => "0017-00000220",
        ("InvalidArgument", _, "x-oss-complete-all") => "0042-00000216",
        (code, ..) => NUMBERS.iter().find(|(known, _)| *known == code).map_or(UNKNOWN, |(_, number)| number),
    }
}
