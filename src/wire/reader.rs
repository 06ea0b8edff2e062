//! What the readers of answers share: elements and headers that have to be there, and those that repeat what was
//! asked for.

use super::Answer;
use super::answer::{MISSING, Response};
use super::xml::Element;

/// Reads an answer without a document, whose ETag stands in a header.
pub(crate) fn plain(response: &Response, operation: &'static str) -> Answer {
    let mut answer = response.answer(operation);
    answer.etag = answer.header("etag").filter(|etag| !etag.is_empty()).map(str::to_owned);
    answer
}

/// As [`plain`], for operations whose answer has to bear an ETag.
pub(crate) fn with_etag(response: &Response, operation: &'static str) -> Answer {
    let mut answer = plain(response, operation);
    if answer.is_ok() {
        match answer.etag.clone() {
            Some(etag) => check_quotes(&etag, "ETag.quotes", &mut answer),
            None if answer.header("etag").is_some() => answer.deviates("ETag", EMPTY),
            None => answer.deviates("ETag", MISSING),
        }
    }
    answer
}

/// An answer about an object says when that was written.
pub(crate) fn with_times(answer: &mut Answer) {
    if answer.is_ok() && answer.header("last-modified").is_none_or(str::is_empty) {
        answer.deviates("Last-Modified", MISSING);
    }
}

/// An answer about an object says how long that is.
pub(crate) fn with_length(answer: &mut Answer) {
    answer.size = answer.header("content-length").and_then(|text| text.parse().ok());
    if answer.is_ok() && answer.size.is_none() {
        answer.deviates("Content-Length", MISSING);
    }
}

/// Returns an ETag that has to be there; `of_quotes` is the aspect of its quotes.
pub(crate) fn etag(
    element: &Element,
    aspect: &'static str,
    of_quotes: &'static str,
    answer: &mut Answer,
) -> Option<String> {
    let etag = told(element, "ETag", aspect, answer)?.to_owned();
    check_quotes(&etag, of_quotes, answer);
    Some(etag)
}

/// An ETag is a quoted text (RFC 9110, section 8.8.3).
fn check_quotes(etag: &str, aspect: &'static str, answer: &mut Answer) {
    let is_quoted = etag.len() > 1 && etag.starts_with('"') && etag.ends_with('"');
    if !is_quoted {
        answer.deviates(aspect, format!("missing in `{etag}`"));
    }
}

/// No key, id or ETag is longer, in bytes: it could not be sent back.
const LONGEST: usize = 16 << 10;
/// What a deviation says of an aspect without a value.
const EMPTY: &str = "empty";

/// Returns the text of an element that has to be there and not empty; otherwise the answer deviates.
pub(crate) fn told<'e>(
    element: &'e Element,
    name: &str,
    aspect: &'static str,
    answer: &mut Answer,
) -> Option<&'e str> {
    match element.text(name) {
        Some("") => answer.deviates(aspect, EMPTY),
        Some(text) if text.len() > LONGEST => answer.deviates(aspect, format!("{} bytes long", text.len())),
        Some(text) => return Some(text),
        None => answer.deviates(aspect, MISSING),
    }
    None
}

/// Returns the number in an element that has to be there; otherwise the answer deviates.
pub(crate) fn number(
    element: &Element,
    name: &str,
    aspect: &'static str,
    answer: &mut Answer,
) -> Option<u64> {
    let text = told(element, name, aspect, answer)?;
    match text.trim().parse::<i64>() {
        Ok(number) if number < 0 => answer.deviates(aspect, format!("`{text}`, below zero")),
        Ok(number) => return Some(number.unsigned_abs()),
        Err(_) => answer.deviates(aspect, format!("`{text}`, not a number")),
    }
    None
}

/// Looks at the page size that is repeated. What the caller asked for by mistake is no mistake of the answer.
pub(crate) fn page_size(element: &Element, name: &'static str, asked: Option<&String>, answer: &mut Answer) {
    if asked.is_none_or(|asked| element.text(name) != Some(asked)) {
        number(element, name, name, answer);
    }
}

/// Compares an element that repeats what was asked.
pub(crate) fn echoes(element: &Element, name: &'static str, asked: &str, answer: &mut Answer) {
    if let Some(repeated) = told(element, name, name, answer)
        && repeated != asked
    {
        answer.deviates(name, format!("`{repeated}`, asked for `{asked}`"));
    }
}

/// Compares the key that is repeated, which may come URL-encoded.
pub(crate) fn echoes_key(element: &Element, key: &str, answer: &mut Answer) {
    let Some(repeated) = told(element, "Key", "Key", answer) else { return };
    let is_encoded = element.text("EncodingType") == Some("url");
    // Without an encoding, XML 1.0 has no way to write some characters of a key.
    if !is_encoded && !key.chars().all(is_of_xml) {
        return;
    }
    let decoded = if is_encoded { decoded(repeated) } else { Some(repeated.to_owned()) };
    if decoded.as_deref() != Some(key) {
        answer.deviates("Key", format!("`{repeated}`, asked for `{key}`"));
    }
}

/// Returns whether a document of XML 1.0 can hold the character.
fn is_of_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The checksums in an entry, by the names of their elements.
pub(crate) fn checksums(element: &Element) -> Vec<(String, String)> {
    let named = element
        .children
        .iter()
        .filter(|child| ["Checksum", "HashCrc64"].iter().any(|kind| child.name.starts_with(kind)));
    named.map(|child| (child.name.clone(), child.text.clone())).collect()
}

/// Decodes a name that came URL-encoded; none if it is no URL-encoded UTF-8.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let plain = text.replace('+', " ");
    let decoded = percent_encoding::percent_decode_str(&plain).decode_utf8();
    decoded.ok().map(std::borrow::Cow::into_owned)
}

/// Returns a name of a listing, decoded where the listing says that names are encoded.
pub(crate) fn name(
    element: &Element,
    is_encoded: bool,
    aspect: &'static str,
    answer: &mut Answer,
) -> Option<String> {
    let child = aspect.rsplit('.').next().unwrap_or(aspect);
    let text = told(element, child, aspect, answer)?;
    if !is_encoded {
        return Some(text.to_owned());
    }
    let name = decoded(text);
    if name.is_none() {
        answer.deviates(aspect, format!("`{text}`, which is no URL-encoded UTF-8"));
    }
    name
}

/// Returns whether a listing goes on; one that does not say so is whole.
pub(crate) fn truncated(element: &Element, answer: &mut Answer) -> bool {
    match told(element, "IsTruncated", "IsTruncated", answer).map(str::trim) {
        Some("true") => true,
        Some("false") | None => false,
        Some(other) => {
            answer.deviates("IsTruncated", format!("`{other}`, neither true nor false"));
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_compared_where_xml_can_hold_it() {
        let told_key = |key: &str| {
            let child = Element { name: "Key".to_owned(), text: key.to_owned(), ..Element::default() };
            Element { name: "Result".to_owned(), children: vec![child], ..Element::default() }
        };
        let check = |repeated: &str, asked: &str| {
            let mut answer = Answer::default();
            echoes_key(&told_key(repeated), asked, &mut answer);
            answer.deviations.is_empty()
        };
        assert!(check("a\tb\u{1f600}", "a\tb\u{1f600}") && !check("ab", "a\tb"));
        // Servers write U+FFFD, a reference or nothing in its place.
        assert!(check("a\u{fffd}b", "a\u{1}b") && check("ab", "a\u{1}b"));
    }
}
