//! What comes of operations, and how it is written: documents and headers that the dialects share, but for what each
//! of them adds.

mod buckets;
mod objects;
mod uploads;

pub(crate) use buckets::{Acl, BucketInfo, Buckets, Deleted, Deletions, Location, Setting, Tags, Versioning};
pub(crate) use objects::{
    Attributes, CopiedObject, NULL_VERSION, ObjectMeta, Objects, PutObject, Read, Versions, decoded,
    is_encoded, tags_of,
};
pub(crate) use uploads::{Completed, CopiedPart, Created, Parts, StoredPart, Uploads};

use super::{Asking, Dialect};
use crate::http::{Answer, Xml, iso8601, url_encoded};
use crate::model::{Meta, Time};

/// What comes of an operation.
pub(crate) trait Outcome {
    /// Writes the answer.
    fn write(&self, dialect: &dyn Dialect, asking: Asking<'_>) -> Answer;
}

/// 200 with a result document.
fn result(dialect: &dyn Dialect, root: &'static str, content: impl FnOnce(&mut Xml)) -> Answer {
    Answer::xml(Xml::document(dialect.names().namespace, root, content))
}

/// A time as documents show it: with thousandths of a second that are always zero.
fn time(time: Time) -> String {
    iso8601(Time(time.0 - time.0 % 1_000_000))
}

/// An ETag as documents and headers show it.
pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// A key, URL-encoded or as it is.
fn encode(encoded: bool, key: &str) -> String {
    if encoded { url_encoded(key) } else { key.to_owned() }
}

/// Shows how an object is encrypted.
fn with_encryption(dialect: &dyn Dialect, meta: &Meta, answer: Answer) -> Answer {
    let shown = dialect.names().encryption.iter().filter_map(|name| Some((*name, meta.get(*name)?)));
    shown.fold(answer, |answer, (name, value)| answer.header(name, value))
}
