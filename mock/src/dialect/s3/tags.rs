//! Tags as S3 wants them.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use super::super::documents::decoded;
use crate::http::{Request, S3Error};
use crate::model::Meta;

/// Refuses a header that is not one of tags.
pub(super) fn check_header(header: &str) -> Result<(), S3Error> {
    if are_well_formed(header) {
        return Ok(());
    }
    let message = "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.";
    Err(S3Error::invalid_argument(message, "x-amz-tagging", header))
}

/// Refuses a tag that has other characters than a tag may have.
pub(super) fn check(key: &str, value: &str) -> Result<(), S3Error> {
    let whole = |text: &str| text.chars().all(may_stand_in_tag);
    let message = match (whole(key), whole(value)) {
        (true, true) => return Ok(()),
        (true, false) => "The TagValue you have provided is invalid",
        (false, _) => "The TagKey you have provided is invalid",
    };
    Err(S3Error::new("InvalidTag", message).with("TagKey", key))
}

/// Lets a copy have the tags that it asks for: those of its source, unless a directive says otherwise.
pub(super) fn direct(request: &Request, source: &Meta, own: &Meta, meta: &mut Meta) -> Result<(), S3Error> {
    let name = "x-amz-tagging".to_owned();
    let tags = match request.header("x-amz-tagging-directive") {
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
