//! The operations of S3 and OSS on the client's side, one file each: the request, and how its answer is
//! read. Where the two languages name one thing differently, the operation asks `dialect`.

mod abort_multipart_upload;
mod complete_multipart_upload;
mod copy_object;
mod create_bucket;
mod create_multipart_upload;
mod delete_bucket;
mod delete_object;
mod delete_objects;
mod get_bucket_info;
mod get_bucket_versioning;
mod get_object;
mod get_object_acl;
mod get_object_attributes;
mod get_object_lock_configuration;
mod get_object_tagging;
mod head_bucket;
mod list_multipart_uploads;
mod list_object_versions;
mod list_objects;
mod list_parts;
mod put_object;
mod raw;
mod upload_part;
mod upload_part_copy;

pub use abort_multipart_upload::AbortMultipartUpload;
pub use complete_multipart_upload::{CompleteMultipartUpload, CompletedPart};
pub use copy_object::CopyObject;
pub use create_bucket::CreateBucket;
pub use create_multipart_upload::CreateMultipartUpload;
pub use delete_bucket::DeleteBucket;
pub use delete_object::DeleteObject;
pub use delete_objects::DeleteObjects;
pub use get_bucket_info::GetBucketInfo;
pub use get_bucket_versioning::GetBucketVersioning;
pub use get_object::{GetObject, HeadObject};
pub use get_object_acl::GetObjectAcl;
pub use get_object_attributes::GetObjectAttributes;
pub use get_object_lock_configuration::GetObjectLockConfiguration;
pub use get_object_tagging::GetObjectTagging;
pub use head_bucket::HeadBucket;
pub use list_multipart_uploads::ListMultipartUploads;
pub use list_object_versions::ListObjectVersions;
pub use list_objects::ListObjects;
pub use list_parts::ListParts;
pub use put_object::PutObject;
pub use raw::Raw;
pub use upload_part::UploadPart;
pub use upload_part_copy::UploadPartCopy;

use super::answer::Response;
use super::dialect::Dialect;
use super::xml::Element;
use super::{Answer, Request};

/// An operation with everything that is sent.
pub trait Operation: Send + Sync {
    /// The name in the words of S3.
    fn name(&self) -> &'static str;
    /// The request.
    fn request(&self, dialect: Dialect) -> Request;
    /// Reads the answer; the reason why it cannot be understood otherwise.
    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String>;
    /// The most bytes that a right answer can have; a document's limit unless told.
    fn longest_answer(&self) -> Option<u64> {
        None
    }
}

/// An answer without a document.
fn plain(response: &Response) -> Answer {
    let mut answer = response.answer();
    answer.etag = answer.header("etag").map(str::to_owned);
    answer
}

/// Compares an element that repeats what was asked.
fn echoes(element: &Element, name: &str, asked: &str, answer: &mut Answer) -> Result<(), String> {
    match has(element, name, answer) {
        Some(told) if told != asked => {
            Err(format!("{name} is `{told}` in {}, asked for `{asked}`", element.name))
        }
        _ => Ok(()),
    }
}

/// Compares the key that is repeated, which may come URL-encoded.
fn echoes_key(element: &Element, key: &str, answer: &mut Answer) -> Result<(), String> {
    if element.text("EncodingType") != Some("url") {
        // What XML cannot carry cannot be repeated in it.
        if !key.chars().all(is_of_xml) {
            has(element, "Key", answer);
            return Ok(());
        }
        return echoes(element, "Key", key, answer);
    }
    match has(element, "Key", answer).map(decoded).transpose()? {
        Some(told) if told != key => Err(format!("Key is `{told}` in {}, asked for `{key}`", element.name)),
        _ => Ok(()),
    }
}

/// Returns whether a document of XML 1.0 can hold the character.
fn is_of_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Asks for names in an encoding.
fn encoded(request: Request, encoding_type: Option<&String>) -> Request {
    match encoding_type {
        Some(encoding) => request.query("encoding-type", encoding),
        None => request,
    }
}

/// The checksums in an entry, by the names of their elements.
fn checksums(element: &Element) -> Vec<(String, String)> {
    let named = element
        .children
        .iter()
        .filter(|child| ["Checksum", "HashCrc64"].iter().any(|kind| child.name.starts_with(kind)));
    named.map(|child| (child.name.clone(), child.text.clone())).collect()
}

/// A name that came URL-encoded.
fn decoded(text: &str) -> Result<String, String> {
    let plain = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&plain).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| format!("`{text}` is not URL-encoded UTF-8"))
}

/// Whether a listing goes on; one that does not say so is whole.
fn truncated(element: &Element, answer: &mut Answer) -> Result<bool, String> {
    if has(element, "IsTruncated", answer).is_some() { element.truth("IsTruncated") } else { Ok(false) }
}

/// The text of an element that a client can do without. It is noted if it is missing.
fn has<'e>(element: &'e Element, name: &str, answer: &mut Answer) -> Option<&'e str> {
    let text = element.text(name).filter(|text| !text.is_empty());
    if text.is_none() {
        let missing = format!("{name} in {}", element.name);
        if !answer.missing.contains(&missing) {
            answer.notes.push(format!("{name} is missing in {}", element.name));
            answer.missing.push(missing);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_compared_where_xml_can_hold_it() {
        let told = |key: &str| {
            let child = Element { name: "Key".to_owned(), text: key.to_owned(), ..Element::default() };
            Element { name: "Result".to_owned(), children: vec![child], ..Element::default() }
        };
        let check =
            |told_key: &str, asked: &str| echoes_key(&told(told_key), asked, &mut Answer::default()).is_ok();
        assert!(check("a\tb\u{1f600}", "a\tb\u{1f600}") && !check("ab", "a\tb"));
        // Servers write U+FFFD, a reference or nothing in its place.
        assert!(check("a\u{fffd}b", "a\u{1}b") && check("ab", "a\u{1}b"));
    }
}
