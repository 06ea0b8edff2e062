//! XML documents: small trees, read from text and written as S3 writes them.

use std::borrow::Cow;

use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};

/// A document that is being written: the elements that are open, the innermost last.
pub(crate) struct Xml(Vec<Element>);

impl Xml {
    /// Writes a result document. Those of OSS bear no namespace.
    pub(crate) fn document(
        namespace: Option<&'static str>,
        root: &'static str,
        content: impl FnOnce(&mut Self),
    ) -> Element {
        let namespace = namespace.map(|namespace| ("xmlns", namespace));
        Self::write(Element { attributes: namespace.into_iter().collect(), ..Element::named(root) }, content)
    }

    /// Writes an error document, which bears no namespace.
    pub(crate) fn error(content: impl FnOnce(&mut Self)) -> Element {
        Self::write(Element::named("Error"), content)
    }

    fn write(root: Element, content: impl FnOnce(&mut Self)) -> Element {
        let mut xml = Self(vec![root]);
        content(&mut xml);
        xml.0.swap_remove(0)
    }

    fn add(&mut self, element: Element) {
        if let Some(open) = self.0.last_mut() {
            open.children.push(element);
        }
    }

    /// Writes an element with a text.
    pub(crate) fn text(&mut self, name: impl Into<Cow<'static, str>>, text: impl Into<String>) {
        self.add(Element::of_text(name, text));
    }

    /// Writes text into the element that is open.
    pub(crate) fn content(&mut self, text: &str) {
        if let Some(open) = self.0.last_mut() {
            open.text.push_str(text);
        }
    }

    /// Writes an element with a number or a truth value.
    pub(crate) fn value(&mut self, name: &'static str, value: impl ToString) {
        self.text(name, value.to_string());
    }

    /// Writes an element with elements in it.
    pub(crate) fn nest(&mut self, name: &'static str, content: impl FnOnce(&mut Self)) {
        self.nest_in(Element::named(name), content);
    }

    fn nest_in(&mut self, element: Element, content: impl FnOnce(&mut Self)) {
        self.0.push(element);
        content(self);
        if let Some(element) = self.0.pop() {
            self.add(element);
        }
    }

    /// Writes a grantee of an ACL, whose type is an attribute.
    pub(crate) fn grantee(&mut self, of_type: &'static str, element: &'static str, value: &str) {
        let attributes =
            vec![("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"), ("xsi:type", of_type)];
        self.nest_in(Element { attributes, ..Element::named("Grantee") }, |xml| xml.text(element, value));
    }

    /// Writes who owns something; accounts are named by their access key.
    pub(crate) fn owner(&mut self, id: &str) {
        self.nest("Owner", |xml| xml.text("ID", id));
    }

    /// Writes who owns something as OSS does, by id and name.
    pub(crate) fn named_owner(&mut self, id: &str) {
        self.nest("Owner", |xml| {
            xml.text("ID", id);
            xml.text("DisplayName", id);
        });
    }

    /// Writes who started something.
    pub(crate) fn initiator(&mut self, id: &str) {
        self.nest("Initiator", |xml| {
            xml.text("ID", id);
            xml.text("DisplayName", id);
        });
    }
}

/// Control characters are told by number: raw ones would be lost or changed by a reader.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in quick_xml::escape::escape(text).chars() {
        match c {
            c if c.is_control() => escaped.push_str(&format!("&#x{:X};", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}

/// An element of a document, read or to be written. One that has elements in it has no text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: Cow<'static, str>,
    /// Only written; those that are read are passed over.
    pub(crate) attributes: Vec<(&'static str, &'static str)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

/// More elements than any request document of S3: 10,000 parts with all that can be said of each.
const MOST: usize = 100_000;

impl Element {
    /// Deeper than any request document of S3.
    pub(crate) const DEEPEST: usize = 8;

    /// An element without content.
    pub(crate) fn named(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// An element with a text.
    pub(crate) fn of_text(name: impl Into<Cow<'static, str>>, text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::named(name) }
    }

    /// The text of a document with this root.
    pub(crate) fn to_document(&self) -> String {
        let mut writer = Writer::new(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_vec());
        self.write(&mut writer).expect("writing to memory does not fail");
        String::from_utf8(writer.into_inner()).unwrap_or_default()
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let start = BytesStart::new(&*self.name).with_attributes(self.attributes.iter().copied());
        writer.write_event(Event::Start(start))?;
        if !self.text.is_empty() {
            writer.write_event(Event::Text(BytesText::from_escaped(escaped(&self.text))))?;
        }
        self.children.iter().try_for_each(|child| child.write(writer))?;
        writer.write_event(Event::End(BytesEnd::new(&*self.name)))
    }

    /// Reads a document; anything that is not well-formed is `None`.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_str(std::str::from_utf8(bytes).ok()?);
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        let mut elements = 0;
        loop {
            let event = reader.read_event().ok()?;
            match event {
                Event::Start(ref start) | Event::Empty(ref start) => {
                    elements += 1;
                    if root.is_some() || open.len() == Self::DEEPEST || elements > MOST {
                        return None;
                    }
                    open.push(Self::named(start.local_name().into_inner().to_owned()));
                    if matches!(event, Event::Empty(_)) {
                        close(&mut open, &mut root)?;
                    }
                }
                Event::End(_) => close(&mut open, &mut root)?,
                Event::Text(text) => add(&mut open, &text)?,
                Event::CData(text) => add(&mut open, &text)?,
                Event::GeneralRef(reference) => {
                    let resolved = match reference.resolve_char_ref().ok()? {
                        Some(c) => c.to_string(),
                        None => quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned(),
                    };
                    add(&mut open, &resolved)?;
                }
                // A document type could define entities; no S3 request has one.
                Event::DocType(_) => return None,
                Event::Eof => return if open.is_empty() { root } else { None },
                _ => {}
            }
        }
    }

    /// How many elements there are from here to the deepest, this one included.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn depth(&self) -> usize {
        1 + self.children.iter().map(Self::depth).max().unwrap_or(0)
    }

    /// The text of the child of this name, without white space around it.
    pub(crate) fn child(&self, name: &str) -> Option<&str> {
        self.element(name).map(|child| child.text.trim())
    }

    /// Returns the child of this name.
    pub(crate) fn element(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
}

fn close(open: &mut Vec<Element>, root: &mut Option<Element>) -> Option<()> {
    let element = open.pop()?;
    match open.last_mut() {
        Some(parent) => parent.children.push(element),
        None => *root = Some(element),
    }
    Some(())
}

fn add(open: &mut [Element], text: &str) -> Option<()> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_of_parts_is_read() {
        let text = b"<?xml version=\"1.0\"?><CompleteMultipartUpload xmlns=\"x\">\n<Part><PartNumber>1</PartNumber><ETag>&quot;a&#34;</ETag></Part></CompleteMultipartUpload>";
        let root = Element::read(text).expect("well-formed");
        assert_eq!(root.name, "CompleteMultipartUpload");
        assert_eq!(root.children[0].child("ETag"), Some("\"a\""));
    }

    #[test]
    fn broken_documents_are_refused() {
        for text in ["", "text", "<a>", "<a></b>", "<a/><b/>", "<!DOCTYPE a []><a/>", "<a>&b;</a>"] {
            assert!(Element::read(text.as_bytes()).is_none(), "{text}");
        }
    }

    #[test]
    fn depth_and_number_of_elements_are_bounded() {
        let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert!(Element::read(nested(Element::DEEPEST).as_bytes()).is_some());
        assert!(Element::read(nested(Element::DEEPEST + 1).as_bytes()).is_none());
        let flat = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count));
        assert!(Element::read(flat(MOST - 1).as_bytes()).is_some());
        assert!(Element::read(flat(MOST).as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Element::read(&bytes);
        }

        #[test]
        fn no_tags_make_it_panic_or_go_deep(text in "(<[ab]( x='y')?>|</[ab]>|<a/>|&(#x?[0-9a-f]{1,6}|lt|b);|<!--|-->|<!\\[CDATA\\[|]]>|<\\?|[a-z ]){0,60}") {
            if let Some(root) = Element::read(text.as_bytes()) {
                prop_assert!(root.depth() <= Element::DEEPEST);
            }
        }
    }
}
