//! What an answer says, read strictly.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::xml::{self, Document, Element};

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What an answer says; what an operation does not tell is absent.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Why it is a refusal, if it is one.
    pub refusal: Option<Refusal>,
    /// All headers, by lowercase name.
    pub headers: Vec<(String, String)>,
    /// The root element of the document.
    pub root: Option<String>,
    /// Elements that the documents have and the document lacks. A client can do without them, so what
    /// else is in it can still be judged; a claim about the root holds them against the server.
    pub missing: Vec<String>,
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
    pub etag: String,
    /// Its size.
    pub size: u64,
    /// Its checksums, by the names of their elements.
    pub checksums: Vec<(String, String)>,
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
    /// Whether the operation succeeded.
    pub fn is_ok(&self) -> bool {
        self.refusal.is_none() && (200..300).contains(&self.status)
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
            Some(code) => code,
            None => self.status.to_string(),
        }
    }

    /// In one line, for messages.
    pub fn summary(&self) -> String {
        match &self.refusal {
            Some(refusal) => match (&refusal.code, refusal.inside_ok) {
                (Some(code), false) => format!("{} {code}", self.status),
                (Some(code), true) => format!("{} with an Error inside: {code}", self.status),
                (None, _) => format!("{} without an error code", self.status),
            },
            None => {
                let etag = self.etag.as_ref().map_or_else(String::new, |etag| format!(", ETag {etag}"));
                format!("{} success{etag}", self.status)
            }
        }
    }
}

/// The elements of an error document that are no surprise.
const ERROR_ROOT: &str = "Error";

impl Response {
    /// The part of an answer that all operations share: status, headers, refusal.
    pub(super) fn answer(&self) -> Answer {
        let headers: Vec<(String, String)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let mut answer = Answer {
            status: self.status.as_u16(),
            headers,
            body: self.body.clone(),
            pages: 1,
            ..Answer::default()
        };
        if !self.status.is_success() {
            answer.refusal = Some(self.refusal(&mut answer));
        }
        answer
    }

    fn refusal(&self, answer: &mut Answer) -> Refusal {
        let notes = &mut answer.notes;
        match xml::read(&self.body) {
            Ok(document) if document.root.name == ERROR_ROOT => {
                notes.extend(document.notes);
                texts(&document.root, "", &mut answer.fields);
                let code = document.root.text("Code").filter(|code| !code.is_empty()).map(str::to_owned);
                if code.is_none() {
                    notes.push("the Error document has no Code".to_owned());
                }
                let message = document.root.text("Message").unwrap_or_default().to_owned();
                Refusal { code, message, inside_ok: false }
            }
            Ok(document) => {
                notes.push(format!("a {} document stands where an Error is due", document.root.name));
                Refusal { code: None, message: String::new(), inside_ok: false }
            }
            Err(_) if self.body.is_empty() => {
                Refusal { code: None, message: String::new(), inside_ok: false }
            }
            Err(reason) => {
                notes.push(format!("no Error document: {reason}"));
                Refusal { code: None, message: String::new(), inside_ok: false }
            }
        }
    }

    /// Tells of the document of a success, if it is one.
    pub(super) fn any_document(&self, answer: &mut Answer) {
        if answer.refusal.is_none()
            && let Ok(Document { root, .. }) = xml::read(&self.body)
        {
            texts(&root, "", &mut answer.fields);
            answer.root = Some(root.name);
        }
    }

    /// Reads the document of a success. An `Error` in its place becomes a refusal, and `None`.
    pub(super) fn document(&self, root: &str, answer: &mut Answer) -> Result<Option<Element>, String> {
        if answer.refusal.is_some() {
            return Ok(None);
        }
        let Document { root: element, notes } = xml::read(&self.body)?;
        answer.notes.extend(notes);
        if element.name == ERROR_ROOT {
            texts(&element, "", &mut answer.fields);
            answer.refusal = Some(Refusal {
                code: element.text("Code").map(str::to_owned),
                message: element.text("Message").unwrap_or_default().to_owned(),
                inside_ok: true,
            });
            return Ok(None);
        }
        // SDKs do not look at the name of the root, so what is in it can still be judged;
        // a claim about the root is a case of its own.
        if element.name != root {
            answer.notes.push(format!("the document is a {}, where the documents have {root}", element.name));
        }
        answer.root = Some(element.name.clone());
        answer.fields = Vec::new();
        texts(&element, "", &mut answer.fields);
        Ok(Some(element))
    }
}

/// The elements that hold a text; of several on one path all are there, and the first is found.
fn texts(element: &Element, path: &str, found: &mut Vec<(String, String)>) {
    for child in &element.children {
        let path = if path.is_empty() { child.name.clone() } else { format!("{path}.{}", child.name) };
        if child.children.is_empty() {
            found.push((path, child.text.clone()));
        } else {
            texts(child, &path, found);
        }
    }
}
