//! The names in which the two wire languages differ.

pub use mpuspec_mock::provider::Dialect;

/// A header of the language's own.
pub fn own(dialect: Dialect, name: &str) -> String {
    match dialect {
        Dialect::S3 => format!("x-amz-{name}"),
        Dialect::Oss => format!("x-oss-{name}"),
    }
}

/// The header of a canned ACL.
pub fn acl(dialect: Dialect) -> String {
    own(dialect, if dialect == Dialect::Oss { "object-acl" } else { "acl" })
}

/// What the root of a document that is sent bears.
pub(crate) fn namespace(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::S3 => " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"",
        Dialect::Oss => "",
    }
}
