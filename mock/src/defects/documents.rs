//! Changes of answers that are otherwise right.

use http::{HeaderName, HeaderValue};

use crate::call::points::Answered;
use crate::http::{Answer, Content, Element};
use crate::ops::route;

/// Returns whether an answer is that of an operation that was carried out.
pub(super) fn is_of(told: Answered<'_>, operation: &str) -> bool {
    !told.refused && route::operation(told.request) == operation
}

/// Returns the document of an answer.
pub(super) fn root(answer: &mut Answer) -> Option<&mut Element> {
    match &mut answer.content {
        Content::Document(root) => Some(root),
        _ => None,
    }
}

/// Returns the document of an answer of an operation.
pub(super) fn root_of<'a>(
    told: Answered<'_>,
    answer: &'a mut Answer,
    operation: &str,
) -> Option<&'a mut Element> {
    root(answer).filter(|_| is_of(told, operation))
}

/// Changes each element of a path below another one: `Part.ETag`.
pub(super) fn each(element: &mut Element, path: &str, change: &mut dyn FnMut(&mut Element)) {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    for child in element.children.iter_mut().filter(|child| child.name == name) {
        match rest {
            "" => change(child),
            rest => each(child, rest, change),
        }
    }
}

/// Leaves out the elements of a path.
pub(super) fn remove(element: &mut Element, path: &str) {
    match path.rsplit_once('.') {
        None => element.children.retain(|child| child.name != path),
        Some((parents, name)) => each(element, parents, &mut |parent| remove(parent, name)),
    }
}

/// Leaves out elements of an answer.
pub(super) fn without(told: Answered<'_>, answer: &mut Answer, operation: &str, path: &str) {
    if let Some(root) = root_of(told, answer, operation) {
        remove(root, path);
    }
}

/// Changes the texts of elements of an answer.
pub(super) fn each_text(
    told: Answered<'_>,
    answer: &mut Answer,
    operation: &str,
    path: &str,
    text: fn(&str) -> String,
) {
    if let Some(root) = root_of(told, answer, operation) {
        each(root, path, &mut |element| element.text = text(&element.text));
    }
}

/// Gives the root of an answer a name that no answer of S3 has.
pub(super) fn misname(told: Answered<'_>, answer: &mut Answer, operation: &str) {
    if let Some(root) = root_of(told, answer, operation) {
        root.name = "Result".into();
    }
}

/// Takes the namespace from the root of an answer.
pub(super) fn without_namespace(told: Answered<'_>, answer: &mut Answer, operation: &str) {
    if let Some(root) = root_of(told, answer, operation) {
        root.attributes.clear();
    }
}

/// Leaves out a header of an answer.
pub(super) fn without_header(told: Answered<'_>, answer: &mut Answer, operation: &str, name: &str) {
    if is_of(told, operation) {
        answer.headers.remove(name);
    }
}

/// Returns a header of an answer.
pub(super) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    answer.headers.get(name)?.to_str().ok()
}

/// Sets a header of an answer.
pub(super) fn set_header(answer: &mut Answer, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        answer.headers.insert(name, value);
    }
}

/// A text without quotes.
pub(super) fn unquoted(text: &str) -> String {
    text.replace('"', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &[u8] = b"<A><B>1</B><C><B>2</B><D>3</D></C></A>";

    #[test]
    fn one_thing_is_changed_and_the_rest_stays() {
        let changed = |change: fn(&mut Element)| {
            let mut root = Element::read(DOCUMENT).expect("well-formed");
            change(&mut root);
            root.to_document().lines().last().unwrap_or_default().to_owned()
        };
        let without_first = changed(|root| remove(root, "B"));
        assert_eq!(without_first, "<A><C><B>2</B><D>3</D></C></A>");
        assert_eq!(changed(|root| remove(root, "C.B")), "<A><B>1</B><C><D>3</D></C></A>");
        let emptied = changed(|root| each(root, "C.B", &mut |element| element.text.clear()));
        assert_eq!(emptied, "<A><B>1</B><C><B></B><D>3</D></C></A>");
    }
}
