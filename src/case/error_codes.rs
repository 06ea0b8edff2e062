//! The error codes that a case may name, with status and the limit that each depends on.

use mpuspec_mock::provider::LimitName;

/// A code of the S3 error catalogue.
#[derive(Clone, Copy, Debug)]
pub struct ErrorCode {
    /// The code.
    pub code: &'static str,
    /// Its status.
    pub status: u16,
    /// The limit without which it can't occur.
    pub limit: Option<LimitName>,
}

const fn code(code: &'static str, status: u16) -> ErrorCode {
    ErrorCode { code, status, limit: None }
}

const fn of_limit(code: &'static str, status: u16, limit: LimitName) -> ErrorCode {
    ErrorCode { code, status, limit: Some(limit) }
}

/// Any refusal with a status from 400 to 499.
pub(super) const ANY: &str = "any";

pub(super) const ERROR_CODES: &[ErrorCode] = &[
    code("AccessDenied", 403),
    code("AuthorizationHeaderMalformed", 400),
    code("BadDigest", 400),
    code("BucketAlreadyExists", 409),
    code("BucketNotEmpty", 409),
    code("CallbackFailed", 203),
    code("ConditionalRequestConflict", 409),
    of_limit("EntityTooLarge", 400, LimitName::MaxPartSize),
    of_limit("EntityTooSmall", 400, LimitName::MinPartSize),
    code("ExpiredToken", 400),
    code("FileAlreadyExists", 409),
    code("IncompleteBody", 400),
    code("InternalError", 500),
    code("InvalidAccessKeyId", 403),
    code("InvalidArgument", 400),
    code("InvalidBucketName", 400),
    code("InvalidDigest", 400),
    code("InvalidEncryptionAlgorithmError", 400),
    code("InvalidObjectName", 400),
    code("InvalidPart", 400),
    code("InvalidPartNumber", 416),
    code("InvalidPartOrder", 400),
    code("InvalidRange", 416),
    code("InvalidRequest", 400),
    code("InvalidSecurityToken", 403),
    code("InvalidStorageClass", 400),
    code("InvalidTag", 400),
    code("InvalidToken", 400),
    of_limit("KeyTooLongError", 400, LimitName::MaxKeyBytes),
    code("MalformedTrailerError", 400),
    code("MalformedXML", 400),
    code("MetadataTooLarge", 400),
    code("MethodNotAllowed", 405),
    code("MissingContentLength", 411),
    code("NoSuchBucket", 404),
    code("NoSuchKey", 404),
    code("NoSuchUpload", 404),
    code("NotImplemented", 501),
    code("OperationAborted", 409),
    code("PartAlreadyExist", 409),
    code("PartNotSequential", 400),
    code("PreconditionFailed", 412),
    code("RequestTimeTooSkewed", 403),
    code("RequestTimeout", 400),
    code("SecondLevelDomainForbidden", 403),
    code("SignatureDoesNotMatch", 403),
    code("XAmzContentSHA256Mismatch", 400),
];

/// Looks a code up.
pub fn error_code(code: &str) -> Option<&'static ErrorCode> {
    ERROR_CODES.iter().find(|entry| entry.code == code)
}
