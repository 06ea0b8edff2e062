use std::collections::BTreeMap;

use bytes::Bytes;
use http::HeaderMap;
use mpuspec_mock::yaml::{Mapping, Value};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::language::{Answers, Text, resolve};

/// What came back.
#[derive(Debug)]
pub(super) struct Observed {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// A place where the answer is not as recorded.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) at: String,
    pub(super) recorded: String,
    pub(super) answered: String,
}

impl Difference {
    fn new(at: impl Into<String>, recorded: impl Into<String>, answered: impl Into<String>) -> Self {
        Self { at: at.into(), recorded: recorded.into(), answered: answered.into() }
    }
}

/// An element without its attributes.
#[derive(Debug, Default)]
pub(super) struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// Reads a document; what is none gives nothing.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut reader = Reader::from_str(std::str::from_utf8(body).ok()?.trim_start());
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => {
                    let name = start.local_name().into_inner().to_owned();
                    open.push(Self { name, ..Self::default() });
                }
                Event::Empty(start) => {
                    let name = start.local_name().into_inner().to_owned();
                    open.last_mut()?.children.push(Self { name, ..Self::default() });
                }
                Event::End(_) => {
                    let element = open.pop()?;
                    open.last_mut()?.children.push(element);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text),
                Event::GeneralRef(reference) => {
                    let text = match reference.resolve_char_ref().ok()? {
                        Some(c) => c.to_string(),
                        None => quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned(),
                    };
                    open.last_mut()?.text.push_str(&text);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        open.pop()?.children.pop()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.children.iter().find(|child| child.name == name).map(|child| child.text.as_str())
    }

    fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Compares an answer with the record. With another status, or another code, the rest is another answer too.
pub(super) fn compare(
    answers: &Answers,
    observed: &Observed,
    names: &BTreeMap<String, String>,
) -> Vec<Difference> {
    let document = Element::read(&observed.body).unwrap_or_default();
    let code = document.text("Code").filter(|_| document.name == "Error").unwrap_or_default();
    let told = format!("{} {code}", observed.status);
    if observed.status != answers.status {
        let recorded = format!("{} {}", answers.status, answers.code.as_deref().unwrap_or_default());
        return vec![Difference::new("status", recorded.trim_end(), told.trim_end())];
    }
    if let Some(recorded) = answers.code.as_deref().filter(|recorded| *recorded != code) {
        return vec![Difference::new("code", recorded, code)];
    }
    let mut found = Vec::new();
    if let Some(message) = &answers.message {
        scalar("message", &resolve(message, names), document.text("Message"), &mut found);
    }
    for (name, Text(recorded)) in &answers.headers {
        let value = observed.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
        scalar(&format!("header {name}"), &resolve(recorded, names), value.as_deref(), &mut found);
    }
    fields(&document, &answers.fields, "", names, &mut found);
    if let Some(content) = answers.body.as_ref().filter(|content| content.0 != observed.body) {
        let (recorded, answered) = (content.0.len(), observed.body.len());
        found.push(Difference::new("body", format!("{recorded} bytes"), format!("other {answered} bytes")));
    }
    found
}

fn fields(
    element: &Element,
    recorded: &Mapping,
    path: &str,
    names: &BTreeMap<String, String>,
    found: &mut Vec<Difference>,
) {
    for (name, recorded) in recorded {
        let name = name.as_str().expect("names of elements are texts");
        let at = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match recorded {
            Value::Mapping(inner) => match element.all(name).next() {
                Some(child) => fields(child, inner, &at, names, found),
                None => found.push(Difference::new(at, "present", "absent")),
            },
            Value::Sequence(list) => {
                let children: Vec<&Element> = element.all(name).collect();
                if children.len() != list.len() {
                    let (recorded, answered) = (list.len(), children.len());
                    found.push(Difference::new(at, format!("{recorded} of them"), answered.to_string()));
                    continue;
                }
                for (index, (inner, child)) in list.iter().zip(children).enumerate() {
                    let inner = inner.as_mapping().expect("lists hold mappings");
                    fields(child, inner, &format!("{at}[{index}]"), names, found);
                }
            }
            other => {
                let Text(recorded) = other.clone().try_into().expect("a scalar");
                let nested = element.all(name).next().is_some_and(|child| !child.children.is_empty());
                if recorded == "present" && nested {
                    continue;
                }
                scalar(&at, &resolve(&recorded, names), element.text(name), found);
            }
        }
    }
}

fn scalar(at: &str, recorded: &str, answered: Option<&str>, found: &mut Vec<Difference>) {
    let agrees = match (recorded, answered) {
        ("present", answered) => answered.is_some_and(|text| !text.is_empty()),
        ("absent", answered) => answered.is_none(),
        (recorded, Some(answered)) => match recorded.strip_prefix('*') {
            Some(end) => answered.ends_with(end),
            None => answered == recorded,
        },
        (_, None) => false,
    };
    if !agrees {
        found.push(Difference::new(at, format!("`{recorded}`"), format!("{answered:?}")));
    }
}
