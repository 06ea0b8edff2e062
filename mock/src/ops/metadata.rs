//! Headers that an object keeps and gives back.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use super::{Call, acl, encryption};
use crate::defects::Defect;
use crate::http::{Answer, S3Error, encoded_words};
use crate::model::Meta;
use crate::provider::Dialect;

/// The headers of HTTP that are kept with an object. A read can have them answered as it likes.
pub(super) const KEPT: &[&str] = &[
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];

/// Those of the dialect's own that are kept beside metadata of the user's.
const OWN_KEPT: &[&str] =
    &["server-side-encryption", "storage-class", "tagging", "website-redirect-location"];

/// The storage classes whose objects have to be restored before they can be read.
const ARCHIVED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

/// The most tags of an object.
const MOST_TAGS: usize = 10;

/// The most bytes of user metadata, names and values together.
fn most_metadata(dialect: Dialect) -> usize {
    match dialect {
        Dialect::S3 => 2 << 10,
        Dialect::Oss => 8 << 10,
    }
}

fn storage_classes(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::S3 => &[
            "STANDARD",
            "REDUCED_REDUNDANCY",
            "STANDARD_IA",
            "ONEZONE_IA",
            "INTELLIGENT_TIERING",
            "GLACIER",
            "DEEP_ARCHIVE",
            "GLACIER_IR",
        ],
        Dialect::Oss => &["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"],
    }
}

fn is_kept(dialect: Dialect, name: &str) -> bool {
    let own = name.strip_prefix(dialect.prefix());
    KEPT.contains(&name)
        || own.is_some_and(|own| OWN_KEPT.contains(&own) || own.starts_with("meta-"))
        || acl::is_header(dialect, name)
        || (dialect == Dialect::Oss && encryption::HEADERS.contains(&name))
}

/// Whether a header is user metadata that may go beyond ASCII, in encoded words: S3 describes them, OSS does not.
fn is_user_metadata(dialect: Dialect, name: &str) -> bool {
    dialect == Dialect::S3 && name.strip_prefix(dialect.prefix()).is_some_and(|own| own.starts_with("meta-"))
}

/// What a PutObject or CreateMultipartUpload request says about its object.
pub(super) fn of(call: &Call<'_>) -> Result<Meta, S3Error> {
    let dialect = call.dialect();
    let mut meta = Meta::new();
    for (name, value) in &call.request.headers {
        let name = name.as_str();
        if is_kept(dialect, name) {
            let value = match is_user_metadata(dialect, name) {
                true => encoded_words::decode(value.as_bytes()).into(),
                false => String::from_utf8_lossy(value.as_bytes()),
            };
            meta.entry(name.to_owned())
                .and_modify(|all| {
                    all.push(',');
                    all.push_str(&value);
                })
                .or_insert(value.into_owned());
        }
    }
    check_storage_class(call, &mut meta)?;
    check_size(call, &meta)?;
    // In chunks came the body, not the object.
    if let Some(coding) = meta.remove("content-encoding") {
        let kept: Vec<&str> =
            coding.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect();
        if !kept.is_empty() {
            meta.insert("content-encoding".to_owned(), kept.join(","));
        }
    }
    acl::check(dialect, &meta)
        .or_else(|error| if call.has(Defect::TakeUnknownAcl) { Ok(()) } else { Err(error) })?;
    encryption::check(call, &meta)?;
    check_tags(call, &meta)
        .or_else(|error| if call.has(Defect::TakeAnyTags) { Ok(()) } else { Err(error) })?;
    let untold = if call.has(Defect::TellOtherContentType) { Dialect::S3 } else { dialect };
    meta.entry("content-type".to_owned()).or_insert_with(|| untold.default_content_type().to_owned());
    Ok(meta)
}

/// Lets the metadata of a later request replace that of the creation, by a deliberate mistake.
pub(super) fn take(call: &Call<'_>) -> Result<(), S3Error> {
    let prefix = call.dialect().header("meta-");
    let own = of(call)?;
    call.change(|state| {
        if let Some(upload) = state.uploads.get_mut(&call.upload()) {
            upload.meta.extend(own.into_iter().filter(|(name, _)| name.starts_with(&prefix)));
        }
    });
    Ok(())
}

fn check_storage_class(call: &Call<'_>, meta: &mut Meta) -> Result<(), S3Error> {
    let dialect = call.dialect();
    let name = dialect.header("storage-class");
    let Some(class) = meta.get(&name) else { return Ok(()) };
    if !storage_classes(dialect).contains(&class.as_str()) && !call.has(Defect::TakeUnknownStorageClass) {
        let message = "The storage class you specified is not valid";
        return Err(match dialect {
            Dialect::S3 => S3Error::new("InvalidStorageClass", message).with("StorageClassRequested", class),
            Dialect::Oss => S3Error::invalid_argument(message, &name, class),
        });
    }
    if class == dialect.standard_class() || call.has(Defect::LoseStorageClass) {
        meta.remove(&name);
    }
    Ok(())
}

fn check_size(call: &Call<'_>, meta: &Meta) -> Result<(), S3Error> {
    let prefix = call.dialect().header("meta-");
    let user = meta.iter().filter_map(|(name, value)| Some(name.strip_prefix(&prefix)?.len() + value.len()));
    let size: usize = user.sum();
    let most = most_metadata(call.dialect());
    if size <= most {
        return Ok(());
    }
    let message = "Your metadata headers exceed the maximum allowed metadata size";
    let error = match call.dialect() {
        Dialect::S3 => S3Error::new("MetadataTooLarge", message),
        Dialect::Oss => S3Error::new("InvalidArgument", message).ec("0011-00000002"),
    };
    Err(error.with("Size", size).with("MaxSizeAllowed", most))
}

/// The storage class as listings show it.
pub(super) fn storage_class(dialect: Dialect, meta: &Meta) -> &str {
    meta.get(&dialect.header("storage-class")).map_or(dialect.standard_class(), String::as_str)
}

/// Refuses an object whose storage class cannot be read at once. The mock restores none.
pub(super) fn check_readable(dialect: Dialect, meta: &Meta, message: &str) -> Result<(), S3Error> {
    let class = storage_class(dialect, meta);
    match dialect == Dialect::S3 && ARCHIVED.contains(&class) {
        true => Err(S3Error::new("InvalidObjectState", message).with("StorageClass", class)),
        false => Ok(()),
    }
}

/// The metadata of a copy: the source's, but storage class, encryption and ACL as the copy asks.
pub(super) fn copied(dialect: Dialect, source: &Meta, own: Meta) -> Meta {
    let class = dialect.header("storage-class");
    let of_copy =
        |name: &str| name == class || name == encryption::HEADER_OF_S3 || acl::is_header(dialect, name);
    let kept =
        source.iter().filter(|(name, _)| !of_copy(name)).map(|(name, value)| (name.clone(), value.clone()));
    kept.chain(own.into_iter().filter(|(name, _)| of_copy(name))).collect()
}

/// The tags, as the header of a creation gave them.
pub(super) fn tags(dialect: Dialect, meta: &Meta) -> Vec<(String, String)> {
    read_tags(dialect, meta, decoded)
}

/// The tags as they stand in the header, by a deliberate mistake.
pub(super) fn raw_tags(dialect: Dialect, meta: &Meta) -> Vec<(String, String)> {
    read_tags(dialect, meta, str::to_owned)
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn read_tags(dialect: Dialect, meta: &Meta, decode: fn(&str) -> String) -> Vec<(String, String)> {
    let header = meta.get(&dialect.header("tagging")).map_or("", String::as_str);
    let pairs = header.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(k, v)| (decode(k), decode(v)))
        .collect()
}

/// Lets a copy have the tags that it asks for: those of its source, unless a directive says otherwise.
pub(super) fn direct_tags(
    call: &Call<'_>,
    source: &Meta,
    own: &Meta,
    meta: &mut Meta,
) -> Result<(), S3Error> {
    let name = Dialect::S3.header("tagging");
    let tags = match call.request.header("x-amz-tagging-directive") {
        None | Some("COPY") => source.get(&name),
        Some("REPLACE") => own.get(&name),
        Some(other) => {
            let message = "Unknown tagging directive.";
            return Err(S3Error::invalid_argument(message, "x-amz-tagging-directive", other));
        }
    };
    match tags {
        Some(tags) => meta.insert(name, tags.clone()),
        None => meta.remove(&name),
    };
    Ok(())
}

/// Returns whether tags are written as S3 wants them: in pairs, percent-encoded, each key once.
fn are_well_formed(header: &str) -> bool {
    let decodes = |text: &str| percent_decode_str(text).decode_utf8().is_ok();
    let pairs: Vec<&str> = header.split('&').collect();
    let keys: BTreeSet<String> =
        pairs.iter().map(|pair| decoded(pair.split('=').next().unwrap_or_default())).collect();
    header.is_empty()
        || (keys.len() == pairs.len()
            && pairs.iter().all(|pair| !pair.is_empty() && pair.matches('=').count() <= 1 && decodes(pair)))
}

/// Returns whether S3 takes a character in a tag.
fn may_stand_in_tag(c: char) -> bool {
    c.is_alphanumeric() || c.is_whitespace() || "+-=._:/@".contains(c)
}

pub(super) fn check_tags(call: &Call<'_>, meta: &Meta) -> Result<(), S3Error> {
    let dialect = call.dialect();
    let longest = if call.has(Defect::RefuseLongTags) { 64 } else { 128 };
    let invalid = |message| S3Error::new("InvalidTag", message).ec("0010-00000217");
    let header = meta.get(&dialect.header("tagging")).map_or("", String::as_str);
    if dialect == Dialect::Oss && header.split('&').any(|pair| pair.matches('=').count() > 1) {
        let message = "Tags are written as key or key=value, and joined with &.";
        return Err(S3Error::invalid_argument(message, "x-oss-tagging", header).ec("0010-00000219"));
    }
    if dialect == Dialect::S3 && !are_well_formed(header) {
        let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
        return Err(S3Error::invalid_argument(message, "x-amz-tagging", header));
    }
    let tags = tags(dialect, meta);
    let whole = |text: &str| text.chars().all(may_stand_in_tag);
    if let Some((key, _)) = tags.iter().find(|(key, value)| !whole(key) || !whole(value))
        && dialect == Dialect::S3
    {
        let message = if whole(key) {
            "The TagValue you have provided is invalid"
        } else {
            "The TagKey you have provided is invalid"
        };
        return Err(invalid(message).with("TagKey", key));
    }
    if tags.len() > MOST_TAGS {
        return Err(invalid("Object tags cannot be greater than 10"));
    }
    let mut keys: Vec<&String> = tags.iter().map(|(key, _)| key).collect();
    keys.sort();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(invalid("Cannot provide multiple Tags with the same key"));
    }
    if tags
        .iter()
        .any(|(key, value)| key.is_empty() || key.chars().count() > longest || value.chars().count() > 256)
    {
        return Err(invalid("The tag that you have specified is invalid"));
    }
    Ok(())
}

/// Gives the headers back.
pub(super) fn show(call: &Call<'_>, meta: &Meta, answer: Answer) -> Answer {
    let dialect = call.dialect();
    let tagging = dialect.header("tagging");
    let hidden = |name: &str| {
        name == tagging
            || acl::is_header(dialect, name)
            || (call.has(Defect::OmitEncryption) && encryption::HEADERS.contains(&name))
    };
    let shown = meta.iter().filter(|(name, _)| !hidden(name));
    let encodes = |name: &str| is_user_metadata(dialect, name) && !call.has(Defect::TellRawMetadata);
    let answer = shown.fold(answer, |answer, (name, value)| match encodes(name) {
        true => answer.header(name, &encoded_words::encode(value)),
        false => answer.header(name, value),
    });
    let answer = match dialect {
        Dialect::S3 => answer,
        Dialect::Oss if call.has(Defect::OmitUsualStorageClass) => answer,
        // OSS tells the usual class as well.
        Dialect::Oss => answer.header(&dialect.header("storage-class"), storage_class(dialect, meta)),
    };
    match tags(dialect, meta).len() {
        0 => answer,
        count => answer.header(&dialect.header("tagging-count"), &count.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_pairs_of_which_each_key_comes_once() {
        for right in ["", "a=1", "a=1&b=", "a", "cost%20center=a%2Bb%3Dc", "a+b=c"] {
            assert!(are_well_formed(right), "{right}");
        }
        for wrong in ["TagSet=[{Key=a,Value=b}]", "a=1&a=2", "a=1&%61=2", "a=1&&b=2", "a=1&", "a=%FF"] {
            assert!(!are_well_formed(wrong), "{wrong}");
        }
    }
}
