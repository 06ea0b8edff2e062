//! Error answers: code, status and the elements that belong to the code.

use std::borrow::Cow;

use http::{Method, StatusCode};

use super::answer::Answer;
use super::xml::Xml;
use crate::model::{Algorithm, ChecksumType, Condition, Refusal};
use crate::provider::Provider;

/// An error as S3 tells it.
#[derive(Debug)]
pub(crate) struct S3Error {
    code: Cow<'static, str>,
    message: String,
    elements: Vec<(&'static str, String)>,
    status: Option<StatusCode>,
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
    ("ConditionalRequestConflict", 409),
    ("EntityTooLarge", 400),
    ("EntityTooSmall", 400),
    ("IncompleteBody", 400),
    ("InternalError", 500),
    ("InvalidAccessKeyId", 403),
    ("InvalidArgument", 400),
    ("InvalidBucketName", 400),
    ("InvalidChunkSizeError", 400),
    ("InvalidDigest", 400),
    ("InvalidPart", 400),
    ("InvalidPartNumber", 416),
    ("InvalidPartOrder", 400),
    ("InvalidRange", 416),
    ("InvalidRequest", 400),
    ("InvalidStorageClass", 400),
    ("InvalidTag", 400),
    ("InvalidURI", 400),
    ("KeyTooLongError", 400),
    ("MalformedPolicy", 400),
    ("MalformedTrailerError", 400),
    ("MalformedXML", 400),
    ("MetadataTooLarge", 400),
    ("MethodNotAllowed", 405),
    ("MissingContentLength", 411),
    ("NoSuchBucket", 404),
    ("NoSuchBucketPolicy", 404),
    ("NoSuchKey", 404),
    ("NoSuchUpload", 404),
    ("NotImplemented", 501),
    ("ObjectLockConfigurationNotFoundError", 404),
    ("PreconditionFailed", 412),
    ("RequestTimeTooSkewed", 403),
    ("SignatureDoesNotMatch", 403),
    ("XAmzContentSHA256Mismatch", 400),
];

impl S3Error {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), elements: Vec::new(), status: None }
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

    pub(crate) fn invalid_argument(message: &str, name: &str, value: &str) -> Self {
        Self::new("InvalidArgument", message).with("ArgumentName", name).with("ArgumentValue", value)
    }

    pub(crate) fn not_implemented(what: &str) -> Self {
        let message = "A header or query you provided implies functionality that is not implemented.";
        Self::new("NotImplemented", message).with("Header", what)
    }

    pub(crate) fn method_not_allowed(method: &Method, resource: &str) -> Self {
        Self::new("MethodNotAllowed", "The specified method is not allowed against this resource.")
            .with("Method", method)
            .with("ResourceType", resource)
    }

    pub(crate) fn no_such_bucket(bucket: &str) -> Self {
        Self::new("NoSuchBucket", "The specified bucket does not exist").with("BucketName", bucket)
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

    pub(crate) fn into_answer(self, resource: &str, request_id: &str) -> Answer {
        let listed = STATUS.iter().find(|(code, _)| *code == self.code).map_or(500, |(_, status)| *status);
        let status =
            self.status.or(StatusCode::from_u16(listed).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if status == StatusCode::NOT_MODIFIED {
            return Answer::new(status);
        }
        let document = Xml::error(|xml| {
            xml.text("Code", &self.code);
            xml.text("Message", &self.message);
            for (name, value) in &self.elements {
                xml.text(name, value);
            }
            xml.text("Resource", resource);
            xml.text("RequestId", request_id);
            xml.text("HostId", request_id);
        });
        Answer::new(status).document(document)
    }
}

/// A refusal of the model, in the words of S3. The key is for NoSuchKey alone.
impl From<(Refusal, &str)> for S3Error {
    fn from((refusal, key): (Refusal, &str)) -> Self {
        match refusal {
            Refusal::NoSuchUpload(upload) => Self::new(
                "NoSuchUpload",
                "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
            )
            .with("UploadId", upload),
            Refusal::PartNumber(number) => Self::invalid_argument(
                "Part number must be an integer between 1 and 10000, inclusive",
                "partNumber",
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
                    .with("ETag", etag)
            }
            Refusal::TooLarge { size, most } => {
                Self::new("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
                    .with("ProposedSize", size)
                    .with("MaxSizeAllowed", most)
            }
            Refusal::NoSuchKey => Self::new("NoSuchKey", "The specified key does not exist.").with("Key", key),
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
            Refusal::ObjectSize { told, computed } => Self::new(
                "InvalidRequest",
                format!(
                    "The provided 'x-amz-mp-object-size' header value {told} does not match what was computed: {computed}"
                ),
            ),
            Refusal::Precondition(condition) => Self::precondition_failed(name_of(condition)),
            Refusal::Conflict(condition) => Self::new(
                "ConditionalRequestConflict",
                "The conditional request cannot succeed due to a conflicting operation against this resource.",
            )
            .with("Condition", name_of(condition))
            .with("Key", key),
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
