//! What an answer says, read strictly.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::deviation::Deviation;
use super::xml::{self, Document, Element};
use crate::visible::visible;

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// What an answer says; what an operation does not tell is absent.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Whether the call was sent before, and may have been carried out then.
    pub sent_before: bool,
    /// The operation that was asked for, in the words of S3.
    pub operation: &'static str,
    /// The status.
    pub status: u16,
    /// Why it is a refusal, if it is one.
    pub refusal: Option<Refusal>,
    /// All headers, by lowercase name.
    pub headers: Vec<(String, String)>,
    /// The root element of the document.
    pub root: Option<String>,
    /// What is missing, empty or odd, each aspect once. The rest of the answer can be judged all the same.
    pub deviations: Vec<Deviation>,
    /// The ETag, as it stands in the header or the document.
    pub etag: Option<String>,
    /// The upload ids that were created.
    pub upload_ids: Vec<String>,
    /// The body as it came.
    pub body: Bytes,
    /// The bytes of an object.
    pub content: Option<Bytes>,
    /// The size of an object.
    pub size: Option<u64>,
    /// The parts listed.
    pub parts: Option<Vec<ListedPart>>,
    /// The uploads listed.
    pub uploads: Option<Vec<ListedUpload>>,
    /// The common prefixes listed.
    pub prefixes: Option<Vec<String>>,
    /// Tags.
    pub tagging: Option<Vec<(String, String)>>,
    /// Who may do what.
    pub acl: Option<Vec<String>>,
    /// The objects listed.
    pub objects: Option<Vec<ListedObject>>,
    /// The keys listed, with their version ids if there are any.
    pub keys: Vec<(String, Option<String>)>,
    /// Whether a listing goes on.
    pub truncated: bool,
    /// How many pages a walk took.
    pub pages: u32,
    /// Elements of the document that hold a text, by their path below the root.
    pub fields: Vec<(String, String)>,
    /// What is unusual but allowed.
    pub notes: Vec<String>,
}

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code; an answer to HEAD has none.
    pub code: Option<String>,
    /// The message.
    pub message: String,
    /// Whether it came inside an answer with status 200.
    pub inside_ok: bool,
}

/// A part in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPart {
    /// Its number.
    pub number: u64,
    /// Its ETag, as it stands there.
    pub etag: Option<String>,
    /// Its size.
    pub size: Option<u64>,
    /// Its checksums, by the names of their elements.
    pub checksums: Vec<(String, String)>,
}

/// An object in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// Its ETag, as it stands there.
    pub etag: Option<String>,
    /// Its size.
    pub size: Option<u64>,
}

/// An upload in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUpload {
    /// Its key.
    pub key: String,
    /// Its id.
    pub id: String,
}

impl Answer {
    /// Returns how an aspect deviates, if it does.
    pub fn deviation(&self, aspect: &str) -> Option<&Deviation> {
        self.deviations.iter().find(|deviation| deviation.aspect == aspect)
    }

    /// Notes that an aspect is not as promised.
    pub(crate) fn deviates(&mut self, aspect: &'static str, seen: impl Into<String>) {
        let operation = if self.refusal.is_some() { ERROR_ROOT } else { self.operation };
        if self.deviation(aspect).is_none() {
            let seen: String = seen.into();
            self.deviations.push(Deviation { operation, aspect, seen: cut(seen, LONGEST_SEEN) });
        }
    }

    /// Whether the operation succeeded.
    pub fn is_ok(&self) -> bool {
        self.refusal.is_none() && (200..300).contains(&self.status)
    }

    /// Whether it says that the operation is not there.
    pub fn is_not_implemented(&self) -> bool {
        matches!(self.status, 405 | 501)
            || matches!(self.code().as_str(), "NotImplemented" | "MethodNotAllowed")
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The text of an element.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The code of the refusal, or the status.
    pub fn code(&self) -> String {
        match self.refusal.as_ref().and_then(|refusal| refusal.code.clone()) {
            Some(code) => visible(&code),
            None => self.status.to_string(),
        }
    }

    /// Whether it bears a checksum, or says that its upload has one.
    pub fn bears_checksums(&self) -> bool {
        let begins = |name: &str, with: [&str; 2]| with.iter().any(|beginning| name.starts_with(beginning));
        self.headers.iter().any(|(name, _)| begins(name, ["x-amz-checksum-", "x-oss-hash-"]))
            || self.fields.iter().any(|(name, _)| begins(name, ["Checksum", "Part.HashCrc64"]))
    }

    /// In one line, for messages.
    pub fn summary(&self) -> String {
        match &self.refusal {
            Some(refusal) => match (&refusal.code, refusal.inside_ok) {
                (Some(code), false) => format!("{} {}", self.status, visible(code)),
                (Some(code), true) => format!("{} with an Error inside: {}", self.status, visible(code)),
                (None, _) => format!("{} without an error code", self.status),
            },
            None => {
                let etag =
                    self.etag.as_ref().map_or_else(String::new, |etag| format!(", ETag {}", visible(etag)));
                format!("{} success{etag}", self.status)
            }
        }
    }
}

/// An ETag without its quotes.
pub fn unquoted(etag: &str) -> &str {
    etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"')).unwrap_or(etag)
}

/// The most characters of an odd value that are kept.
const LONGEST_SEEN: usize = 200;

/// The most characters of the message of a refusal, and of an element, that are kept: names of keys have fewer.
const LONGEST_MESSAGE: usize = 2_000;
const LONGEST_FIELD: usize = 16 << 10;

/// A text of up to so many characters; of a longer one nothing is kept: a secret that is cut is found no more.
fn cut(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => format!("({} characters)", text.chars().count()),
        None => text,
    }
}

/// The root of the document of a refusal.
const ERROR_ROOT: &str = "Error";

impl Response {
    /// The part of an answer that all operations share: status, headers, refusal.
    pub(crate) fn answer(&self, operation: &'static str) -> Answer {
        let headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let mut answer = Answer {
            operation,
            status: self.status.as_u16(),
            headers,
            body: self.body.clone(),
            pages: 1,
            ..Answer::default()
        };
        if !self.status.is_success() {
            self.refusal(&mut answer);
        }
        answer
    }

    /// Reads the document of a refusal. An answer to HEAD has none.
    fn refusal(&self, answer: &mut Answer) {
        let blank = Refusal { code: None, message: String::new(), inside_ok: false };
        answer.refusal = Some(blank);
        match xml::read(&self.body) {
            Ok(document) if document.root.name == ERROR_ROOT => {
                answer.notes.extend(document.notes);
                self.error(&document.root, answer, false);
            }
            // SDKs do not look at the name of the root, so what is in it can still be judged.
            Ok(document) => {
                answer.deviates("root", format!("`{}`", document.root.name));
                self.error(&document.root, answer, false);
            }
            // An answer to HEAD has no body, and 304 none either.
            Err(_) if self.body.is_empty() => {}
            Err(reason) => answer.deviates("root", format!("no document: {reason}")),
        }
    }

    /// Takes the refusal from an Error document.
    fn error(&self, root: &Element, answer: &mut Answer, inside_ok: bool) {
        answer.fields = Vec::new();
        texts(root, "", &mut answer.fields);
        let text = |name: &str| root.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let (code, message) = (text("Code"), text("Message"));
        // Both are repeated in many places.
        let code = code.map(|code| cut(code, LONGEST_SEEN));
        let message = message.map(|message| cut(message, LONGEST_MESSAGE));
        let (no_code, no_message) = (code.is_none(), message.is_none());
        answer.refusal = Some(Refusal { code, message: message.unwrap_or_default(), inside_ok });
        for (aspect, missing) in [("Code", no_code), ("Message", no_message)] {
            if missing {
                answer.deviates(aspect, MISSING);
            }
        }
    }

    /// Tells of the document of a success, if it is one.
    pub(crate) fn any_document(&self, answer: &mut Answer) {
        if answer.refusal.is_none()
            && let Ok(Document { root, .. }) = xml::read(&self.body)
        {
            texts(&root, "", &mut answer.fields);
            answer.root = Some(root.name);
        }
    }

    /// Reads the document of a success. An `Error` in its place becomes a refusal, and `None`.
    ///
    /// An empty body is read as a document in which everything is missing: the operation succeeded.
    pub(crate) fn document(
        &self,
        root: &'static str,
        answer: &mut Answer,
    ) -> Result<Option<Element>, String> {
        if answer.refusal.is_some() {
            return Ok(None);
        }
        if self.body.iter().all(u8::is_ascii_whitespace) {
            answer.deviates("root", "missing: the body is empty");
            return Ok(Some(Element { name: root.to_owned(), ..Element::default() }));
        }
        let Document { root: element, namespace, notes } = xml::read(&self.body)?;
        answer.notes.extend(notes);
        if element.name == ERROR_ROOT {
            self.error(&element, answer, true);
            return Ok(None);
        }
        // SDKs do not look at the name of the root, so what is in it can still be judged.
        if element.name != root {
            answer.deviates("root", format!("`{}`", element.name));
        }
        if let Some(odd) = namespace {
            answer.deviates("xmlns", odd);
        }
        answer.root = Some(element.name.clone());
        answer.fields = Vec::new();
        texts(&element, "", &mut answer.fields);
        Ok(Some(element))
    }
}

/// What a deviation says of an aspect that is not there.
pub(crate) const MISSING: &str = "missing";

/// The elements that hold a text; of several on one path all are there, and the first is found.
fn texts(element: &Element, path: &str, found: &mut Vec<(String, String)>) {
    let mut left = LONGEST_PATHS;
    texts_within(element, path, found, &mut left);
}

/// The paths of a document have at most so many bytes together; what is beyond is in the body alone.
const LONGEST_PATHS: usize = 4 << 20;

fn texts_within(element: &Element, path: &str, found: &mut Vec<(String, String)>, left: &mut usize) {
    for child in &element.children {
        let path = if path.is_empty() { child.name.clone() } else { format!("{path}.{}", child.name) };
        let Some(rest) = left.checked_sub(path.len()) else { return };
        if child.children.is_empty() {
            *left = rest;
            found.push((path, cut(child.text.clone(), LONGEST_FIELD)));
        } else {
            texts_within(child, &path, found, left);
        }
    }
}
