//! Names that differ between the dialects.

use crate::provider::Dialect;

impl Dialect {
    /// How the headers of its own begin.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::S3 => "x-amz-",
            Self::Oss => "x-oss-",
        }
    }

    /// A header of its own.
    pub(crate) fn header(self, name: &str) -> String {
        format!("{}{name}", self.prefix())
    }

    /// The header that gives an object its ACL. On OSS the plain name belongs to buckets.
    pub(crate) fn object_acl(self) -> &'static str {
        match self {
            Self::S3 => "x-amz-acl",
            Self::Oss => "x-oss-object-acl",
        }
    }

    /// The query parameter by which a URL is known to be signed, one for each way to do so.
    pub(crate) fn signature_parameters(self) -> &'static [&'static str] {
        match self {
            Self::S3 => &["X-Amz-Signature"],
            Self::Oss => &["Signature", "x-oss-signature"],
        }
    }

    /// What stands for the storage class where none was asked for.
    pub(crate) fn standard_class(self) -> &'static str {
        match self {
            Self::S3 => "STANDARD",
            Self::Oss => "Standard",
        }
    }

    /// The type of an object whose creation tells none.
    pub(crate) fn default_content_type(self) -> &'static str {
        match self {
            Self::S3 => "binary/octet-stream",
            Self::Oss => "application/octet-stream",
        }
    }

    /// The argument that an out-of-range part number is told as.
    pub(crate) fn part_number_argument(self) -> &'static str {
        match self {
            Self::S3 => "partNumber",
            Self::Oss => "PartNumber",
        }
    }
}
