//! Error answers: code, status and the elements that belong to the code.

use std::borrow::Cow;

use http::{Method, StatusCode};

use super::answer::Answer;
use super::xml::Xml;
use crate::model::{Algorithm, ChecksumType, Condition, Refusal};
use crate::provider::Provider;

/// An error as S3 tells it, or OSS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct S3Error {
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    pub(crate) elements: Vec<(&'static str, String)>,
    status: Option<StatusCode>,
    headers: Vec<(&'static str, String)>,
    /// The number of its cause on OSS, where it is not the usual one of the code.
    pub(crate) number: Option<&'static str>,
}

/// The status of every code that the mock answers.
const STATUS: &[(&str, u16)] = &[
    ("AccessDenied", 403),
    ("AuthorizationHeaderMalformed", 400),
    ("AuthorizationQueryParametersError", 400),
    ("BadDigest", 400),
    ("BucketAlreadyExists", 409),
    ("BucketAlreadyOwnedByYou", 409),
    ("BucketNotEmpty", 409),
    ("CallbackFailed", 203),
    ("ConditionalRequestConflict", 409),
    ("EntityTooLarge", 400),
    ("EntityTooSmall", 400),
    ("FileAlreadyExists", 409),
    ("IncompleteBody", 400),
    ("InternalError", 500),
    ("InvalidAccessKeyId", 403),
    ("InvalidArgument", 400),
    ("InvalidBucketName", 400),
    ("InvalidBucketOwnerAWSAccountID", 400),
    ("InvalidChunkSizeError", 400),
    ("InvalidDigest", 400),
    ("InvalidEncryptionAlgorithmError", 400),
    ("InvalidObjectName", 400),
    ("InvalidObjectState", 403),
    ("InvalidPart", 400),
    ("InvalidPartNumber", 416),
    ("InvalidPartOrder", 400),
    ("InvalidRange", 416),
    ("InvalidRequest", 400),
    ("InvalidSecurityToken", 403),
    ("InvalidStorageClass", 400),
    ("InvalidTag", 400),
    ("InvalidToken", 400),
    ("InvalidURI", 400),
    ("KeyTooLongError", 400),
    ("MalformedPolicy", 400),
    ("MalformedTrailerError", 400),
    ("MalformedXML", 400),
    ("MetadataTooLarge", 400),
    ("MethodNotAllowed", 405),
    ("MissingArgument", 400),
    ("MissingContentLength", 411),
    ("NoSuchBucket", 404),
    ("NoSuchBucketPolicy", 404),
    ("NoSuchKey", 404),
    ("NoSuchPublicAccessBlockConfiguration", 404),
    ("NoSuchUpload", 404),
    ("NoSuchVersion", 404),
    ("NotImplemented", 501),
    ("ObjectLockConfigurationNotFoundError", 404),
    ("OwnershipControlsNotFoundError", 404),
    ("PartAlreadyExist", 409),
    ("PartNotSequential", 400),
    ("PreconditionFailed", 412),
    ("RequestTimeTooSkewed", 403),
    ("SecondLevelDomainForbidden", 403),
    ("SignatureDoesNotMatch", 403),
    ("XAmzContentSHA256Mismatch", 400),
];

impl S3Error {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            elements: Vec::new(),
            status: None,
            headers: Vec::new(),
            number: None,
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.elements.push((name, value.to_string()));
        self
    }

    /// Answers with a status that is not the one of the code.
    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self
    }

    /// Answers with this header.
    pub(crate) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// Returns whether it says that what the client has is still right.
    pub(crate) fn is_not_modified(&self) -> bool {
        self.status == Some(StatusCode::NOT_MODIFIED)
    }

    /// Writes what is told of it where it is one result of several.
    pub(crate) fn write_entry(&self, xml: &mut Xml) {
        xml.text("Code", &*self.code);
        xml.text("Message", &*self.message);
    }

    /// Sets the number that the cause has on OSS.
    pub(crate) fn ec(mut self, number: &'static str) -> Self {
        self.number = Some(number);
        self
    }

    pub(crate) fn invalid_argument(message: &str, name: &str, value: &str) -> Self {
        Self::new("InvalidArgument", message).with("ArgumentName", name).with("ArgumentValue", value)
    }

    pub(crate) fn not_implemented(what: &str) -> Self {
        let message = "A header you provided implies functionality that is not implemented";
        Self::new("NotImplemented", message).with("Header", what)
    }

    /// A header that S3 takes, but not with this value.
    pub(crate) fn not_accepted(header: &'static str) -> Self {
        let more = format!("We don't accept the provided value of {header} header for this API");
        Self::not_implemented(header).with("additionalMessage", more)
    }

    pub(crate) fn method_not_allowed(method: &Method, resource: &str) -> Self {
        Self::new("MethodNotAllowed", "The specified method is not allowed against this resource.")
            .with("Method", method)
            .with("ResourceType", resource)
    }

    pub(crate) fn no_such_bucket(bucket: &str) -> Self {
        Self::new("NoSuchBucket", "The specified bucket does not exist").with("BucketName", bucket)
    }

    pub(crate) fn no_such_key(key: &str) -> Self {
        Self::new("NoSuchKey", "The specified key does not exist.").with("Key", key)
    }

    pub(crate) fn signature_does_not_match() -> Self {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        Self::new("SignatureDoesNotMatch", message)
    }

    pub(crate) fn access_denied() -> Self {
        Self::new("AccessDenied", "Access Denied")
    }

    pub(crate) fn precondition_failed(condition: &str) -> Self {
        let message = "At least one of the pre-conditions you specified did not hold";
        Self::new("PreconditionFailed", message).with("Condition", condition)
    }

    pub(crate) fn malformed_xml() -> Self {
        let message =
            "The XML you provided was not well-formed or did not validate against our published schema";
        Self::new("MalformedXML", message)
    }

    /// In the spelling that the provider's documents put first.
    pub(crate) fn spelt(mut self, provider: &Provider) -> Self {
        if let Some(spelling) = provider.errors.get(self.code.as_ref()).and_then(|list| list.first()) {
            self.status = StatusCode::from_u16(spelling.status).ok();
            self.code = spelling.code.clone().into();
        }
        self
    }

    /// The status and the headers of its answer; the document depends on the dialect.
    pub(crate) fn head(&self) -> Answer {
        let listed = STATUS.iter().find(|(code, _)| *code == self.code).map_or(500, |(_, status)| *status);
        let status =
            self.status.or(StatusCode::from_u16(listed).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.headers.iter().fold(Answer::new(status), |answer, (name, value)| answer.header(name, value))
    }

    /// A refusal of the model. The key is for those that show it; the names are the dialect's.
    pub(crate) fn refused(
        refusal: Refusal,
        key: &str,
        part_number_argument: &str,
        part_etag: &'static str,
    ) -> Self {
        match refusal {
            Refusal::NoSuchUpload(upload) => Self::new(
                "NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
            )
            .with("UploadId", upload),
            Refusal::PartNumber(number) => Self::invalid_argument(
                "Part number must be an integer between 1 and 10000, inclusive",
                part_number_argument,
                &number.to_string(),
            ),
            Refusal::ListedNumber(number) => {
                Self::invalid_argument("PartNumber must be >= 1", "PartNumber", &number.to_string())
            }
            Refusal::EmptyList => Self::malformed_xml(),
            Refusal::InvalidPart { upload, number, etag } => Self::new(
                "InvalidPart",
                "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
            )
            .with("UploadId", upload)
            .with("PartNumber", number)
            .with("ETag", etag.trim_matches('"')),
            Refusal::InvalidPartOrder(upload) => Self::new(
                "InvalidPartOrder",
                "The list of parts was not in ascending order. Parts must be ordered by part number.",
            )
            .with("UploadId", upload),
            Refusal::TooSmall { number, etag, size, least } => {
                Self::new("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
                    .with("ProposedSize", size)
                    .with("MinSizeAllowed", least)
                    .with("PartNumber", number)
                    .with(part_etag, etag)
            }
            Refusal::TooLarge { size, most } => {
                Self::new("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
                    .with("ProposedSize", size)
                    .with("MaxSizeAllowed", most)
            }
            Refusal::NoSuchKey => Self::no_such_key(key),
            Refusal::OtherAlgorithm { expected, sent } => {
                let sent = sent.map_or_else(|| "null".to_owned(), lower);
                Self::new(
                    "InvalidRequest",
                    format!(
                        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {sent}",
                        lower(expected)
                    ),
                )
            }
            Refusal::ListedWithoutChecksum { algorithm, number } => Self::new(
                "InvalidRequest",
                format!(
                    "The upload was created using a {} checksum. The complete request must include the checksum for each part. It was missing for part {number} in the request.",
                    lower(algorithm)
                ),
            ),
            Refusal::ListedOtherAlgorithm { algorithm, number } => Self::new(
                "BadDigest",
                format!("The {} you specified for part {number} did not match what we received.", lower(algorithm)),
            ),
            Refusal::NotConsecutive(upload) => Self::new(
                "InvalidPartOrder",
                "With additional checksums, part numbers must be consecutive and begin with 1.",
            )
            .with("UploadId", upload),
            Refusal::OtherChecksumType(of) => Self::new(
                "InvalidRequest",
                format!(
                    "The upload was created using the {} checksum mode. The complete request must use the same checksum mode.",
                    of.map_or("null", ChecksumType::name)
                ),
            ),
            Refusal::ObjectChecksum(algorithm) => Self::new(
                "BadDigest",
                format!("The {} you specified did not match the calculated checksum.", lower(algorithm)),
            ),
            Refusal::ObjectSize { stated, computed } => Self::new(
                "InvalidRequest",
                format!(
                    "The provided 'x-amz-mp-object-size' header value {stated} does not match what was computed: {computed}"
                ),
            ),
            Refusal::Precondition(condition) => Self::precondition_failed(name_of(condition)),
            Refusal::Conflict(condition) => Self::new(
                "ConditionalRequestConflict",
                "The conditional request cannot succeed due to a conflicting operation against this resource.",
            )
            .with("Condition", name_of(condition))
            .with("Key", key),
            Refusal::AlreadyExists => Self::new(
                "FileAlreadyExists",
                "The object you specified already exists and can not be overwritten.",
            ),
            Refusal::NotSequential { number, next } => Self::new(
                "PartNotSequential",
                "In a sequential multipart upload, parts have to be sent in the order of their numbers.",
            )
            .with("PartNumber", number)
            .with("NextPartNumber", next),
            Refusal::PartExists { number, etag } => Self::new(
                "PartAlreadyExist",
                "For sequential multipart upload, you can't overwrite uploaded parts.",
            )
            .with("PartEtag", format!("\"{etag}\""))
            .with("PartNumber", number),
        }
    }
}

/// Most messages about algorithms name them so.
fn lower(algorithm: Algorithm) -> String {
    algorithm.name().to_ascii_lowercase()
}

fn name_of(condition: Condition) -> &'static str {
    match condition {
        Condition::IfMatch => "If-Match",
        Condition::IfNoneMatch => "If-None-Match",
    }
}
