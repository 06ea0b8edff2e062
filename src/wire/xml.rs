//! A strict reader of answers: a tree of elements, and notes about what is unusual but allowed.

use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// Deeper than any answer of S3.
const DEEPEST: usize = 16;
/// More elements than any answer of S3: a page has 1,000 entries at most.
const MOST: usize = 100_000;
/// Longer than any name in an answer of S3. Paths hold the names of all elements around a text.
const LONGEST_NAME: usize = 64;
/// The longest path, dots included.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) const LONGEST_PATH: usize = DEEPEST * (LONGEST_NAME + 1);
/// Whoever sends more unknown elements is not met by naming them all.
pub(crate) const MOST_UNKNOWN: usize = 16;

/// An element of an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

/// A document with what was noticed about it.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) root: Element,
    /// What stands in the place of S3's namespace, if it is not there.
    pub(crate) namespace: Option<String>,
    pub(crate) notes: Vec<String>,
}

/// Reads an answer. White space before the XML is allowed: S3 sends it to keep a connection alive.
pub(crate) fn read(bytes: &[u8]) -> Result<Document, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the body is not UTF-8".to_owned())?;
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Err("the body is empty where a document is due".to_owned());
    }
    let mut notes = Vec::new();
    if trimmed.len() < text.len() {
        notes.push("white space stands before the document".to_owned());
    }
    let mut odd_namespace = None;
    let mut reader = NsReader::from_str(trimmed);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut elements = 0;
    loop {
        let at = reader.buffer_position();
        let broken = |what: &str| format!("the document is broken at byte {at}: {what}");
        let (namespace, event) = reader.read_resolved_event().map_err(|error| broken(&error.to_string()))?;
        match &event {
            Event::Start(start) | Event::Empty(start) => {
                if root.is_some() {
                    return Err(broken("a second root"));
                }
                if open.len() == DEEPEST {
                    return Err(broken("it is nested too deeply"));
                }
                elements += 1;
                if elements > MOST {
                    return Err(broken(&format!("it has more than {MOST} elements")));
                }
                let name = start.local_name().into_inner().to_owned();
                if name.len() > LONGEST_NAME {
                    return Err(broken(&format!("an element's name has more than {LONGEST_NAME} bytes")));
                }
                if open.is_empty() && name != "Error" {
                    match namespace {
                        ResolveResult::Bound(namespace) if namespace.0 == NAMESPACE => {}
                        ResolveResult::Bound(namespace) => {
                            odd_namespace = Some(format!("`{}`", namespace.0));
                        }
                        _ => odd_namespace = Some("missing".to_owned()),
                    }
                }
                open.push(Element { name, ..Element::default() });
                if matches!(event, Event::Empty(_)) {
                    close(&mut open, &mut root);
                }
            }
            Event::End(_) => close(&mut open, &mut root),
            Event::Text(text) => add(&mut open, text).map_err(|what| broken(&what))?,
            Event::CData(text) => add(&mut open, text).map_err(|what| broken(&what))?,
            Event::GeneralRef(reference) => {
                let resolved =
                    match reference.resolve_char_ref().map_err(|error| broken(&error.to_string()))? {
                        // XML 1.0 cannot carry most controls, not even by their number.
                        Some(c) if c.is_control() && !c.is_ascii_whitespace() => {
                            // One of them says it.
                            if !notes.iter().any(|note| note.starts_with(ODD)) {
                                notes.push(format!("{ODD}: {c:?}"));
                            }
                            c.to_string()
                        }
                        Some(c) => c.to_string(),
                        None => quick_xml::escape::resolve_predefined_entity(reference)
                            .ok_or_else(|| broken("an entity that XML does not define"))?
                            .to_owned(),
                    };
                add(&mut open, &resolved).map_err(|what| broken(&what))?;
            }
            Event::DocType(_) => return Err(broken("a document type")),
            Event::Eof => break,
            _ => {}
        }
    }
    if let Some(unclosed) = open.last() {
        return Err(format!("the document ends inside {}", unclosed.name));
    }
    let root = root.ok_or_else(|| "there is no element in the document".to_owned())?;
    Ok(Document { root, namespace: odd_namespace, notes })
}

/// What is noted of a character that no document can hold.
const ODD: &str = "a character stands there that XML cannot carry";

fn close(open: &mut Vec<Element>, root: &mut Option<Element>) {
    if let Some(element) = open.pop() {
        match open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => *root = Some(element),
        }
    }
}

fn add(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside of the root".to_owned()),
    }
    Ok(())
}

impl Element {
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of a child.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    pub(crate) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Notes children that the documents do not know.
    pub(crate) fn note_unknown(&self, known: &[&str], notes: &mut Vec<String>) {
        let mut unknown = 0;
        for child in self.children.iter().filter(|child| !known.contains(&child.name.as_str())) {
            if unknown == MOST_UNKNOWN {
                return notes.push(format!("{} holds more that the documents do not know", self.name));
            }
            let note = format!("{} holds {}, which the documents do not know", self.name, child.name);
            if !notes.contains(&note) {
                unknown += 1;
                notes.push(note);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unusual_is_noted() {
        let document =
            read(b"  \n<?xml version=\"1.0\"?><A><B>&lt;&#65;</B><C/></A>").expect("it can be read");
        assert_eq!(document.root.text("B"), Some("<A"));
        assert_eq!(document.notes, ["white space stands before the document"]);
        assert_eq!(document.namespace.as_deref(), Some("missing"));
    }

    #[test]
    fn a_character_that_cannot_be_is_noted_once() {
        let document =
            read(format!("<A>{}</A>", "&#1;&#2;".repeat(10_000)).as_bytes()).expect("it can be read");
        assert_eq!(document.notes, [format!("{ODD}: '\\u{{1}}'")]);
        assert_eq!(document.root.text.len(), 20_000);
    }

    #[test]
    fn broken_documents_are_told_apart() {
        for (text, told) in [
            ("", "empty"),
            ("<a><b></a>", "broken"),
            ("<a>", "ends inside a"),
            ("<a/><b/>", "second root"),
            ("hello", "text outside"),
            ("<a>&unknown;</a>", "entity"),
        ] {
            let error = read(text.as_bytes()).expect_err(text);
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    #[test]
    fn depth_elements_and_notes_are_bounded() {
        let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert!(read(nested(DEEPEST).as_bytes()).is_ok());
        assert!(read(nested(DEEPEST + 1).as_bytes()).expect_err("too deep").contains("too deeply"));
        let flat: String = (0..MOST - 1).map(|i| format!("<b{i}/>")).collect();
        let document = read(format!("<a>{flat}</a>").as_bytes()).expect("the most that is read");
        let mut notes = Vec::new();
        document.root.note_unknown(&[], &mut notes);
        assert_eq!(notes.len(), MOST_UNKNOWN + 1);
        assert!(read(format!("<a>{flat}<b/></a>").as_bytes()).expect_err("too many").contains("elements"));
    }
}
