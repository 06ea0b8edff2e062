//! What differs between the languages on the wire, signatures aside.

mod oss;
mod s3;

pub use mpuspec_mock::provider::Dialect;
use reqwest::Url;

/// Environment variables of credentials: access key, secret key and token.
pub(super) type Variables = [&'static str; 3];

/// Names and habits of a language.
pub(super) struct Names {
    /// How the headers of its own begin.
    prefix: &'static str,
    /// The header of a canned ACL, behind the prefix.
    acl: &'static str,
    /// The namespace of documents that are sent, as an attribute.
    namespace: &'static str,
    /// Whether answers have that namespace.
    pub(super) answers_have_namespace: bool,
    /// The region where nothing names one.
    pub(super) region: &'static str,
    /// The variables of its own tools, which come before those that all tools take.
    pub(super) variables: Option<Variables>,
    /// The variable of the region, likewise.
    pub(super) region_variable: Option<&'static str>,
    /// A header that can be changed after signing: its name behind the prefix, and what it says before and after. With
    /// a creation it has an effect, and none that opens anything.
    pub(super) tampered_header: [&'static str; 3],
    /// A parameter that can be added after signing, and that no server takes for a call that it does not know.
    pub(super) tampered_query: &'static str,
    /// The region that a host name gives.
    pub(super) region_of: fn(&Url) -> Option<String>,
    /// The command by which people make a call about a bucket themselves: endpoint, call, bucket.
    pub(super) by_hand: fn(&str, &str, &str) -> String,
}

pub(super) fn names(dialect: Dialect) -> &'static Names {
    match dialect {
        Dialect::S3 => &s3::NAMES,
        Dialect::Oss => &oss::NAMES,
    }
}

/// A header of the language's own.
pub fn own(dialect: Dialect, name: &str) -> String {
    format!("{}{name}", names(dialect).prefix)
}

/// The header of a canned ACL.
pub fn acl(dialect: Dialect) -> String {
    own(dialect, names(dialect).acl)
}

/// What the root of a document that is sent bears.
pub(crate) fn namespace(dialect: Dialect) -> &'static str {
    names(dialect).namespace
}
