//! What is written down of requests and answers, without secrets.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::answer::Response;
use super::exchange::{Body as Recorded, Exchange, LONGEST_TEXT, RecordedRequest, RecordedResponse, kept};
use super::{Body, Client, Log, Signing};

/// The largest body that is hashed for the evidence before anybody asks for it.
const LARGEST_HASHED: usize = 1 << 20;

/// The most that is kept of the headers of a request or an answer, in bytes; behind it the names alone.
const LONGEST_HEADERS: usize = 16 << 10;

impl Log {
    /// Adds the digest of the object that the newest exchange brought.
    pub fn hash_newest(&self, bytes: &[u8]) {
        let response = |exchange: &mut Exchange| -> Option<()> {
            let body = &mut exchange.response.as_mut()?.body;
            if body.bytes == bytes.len() as u64 && body.text.is_none() {
                body.sha256.get_or_insert_with(|| hex::encode(Sha256::digest(bytes)));
            }
            Some(())
        };
        self.change_newest(response);
    }
}

impl Client {
    /// Writes down a request as it is sent: its body may have been changed since it was made.
    pub(super) fn record_request(
        &self,
        request: &http::Request<()>,
        made: &Body,
        sent: Option<&Bytes>,
        signing: &Signing,
    ) -> RecordedRequest {
        let target = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let changed = match (made, sent) {
            (Body::Document(bytes), Some(sent)) if bytes.as_ptr() != sent.as_ptr() => Some(sent),
            (Body::Blob(blob), Some(sent)) if blob.bytes.as_ptr() != sent.as_ptr() => Some(sent),
            _ => None,
        };
        let body = match (changed, made) {
            (Some(sent), _) => self.record_body(sent, true),
            (None, Body::Empty) => Recorded::default(),
            (None, Body::Document(bytes)) => self.record_body(bytes, true),
            (None, Body::Blob(blob) | Body::Framed(blob, _)) => Recorded {
                bytes: blob.len(),
                sha256: Some(blob.sha256().to_owned()),
                made_from: Some(blob.made_from.clone()),
                text: None,
            },
        };
        RecordedRequest {
            method: request.method().to_string(),
            target: self.redactor.clean_target(target),
            headers: self.record_headers(request.headers()),
            body,
            signed_otherwise: !signing.is_usual(),
        }
    }

    pub(super) fn record_response(&self, response: &Response, whole: bool) -> RecordedResponse {
        RecordedResponse {
            status: response.status.as_u16(),
            headers: self.record_headers(&response.headers),
            body: self.record_body(&response.body, whole),
        }
    }

    fn record_headers(&self, headers: &http::HeaderMap) -> Vec<(String, String)> {
        let mut room = LONGEST_HEADERS;
        let mut recorded = Vec::new();
        for (name, value) in headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            let clean = |text: &str| self.redactor.clean_header(name.as_str(), text);
            let value = kept(&value, room, self.redactor.longest(), clean);
            room = room.saturating_sub(name.as_str().len() + value.len());
            recorded.push((name.as_str().to_owned(), value));
        }
        recorded
    }

    fn record_body(&self, bytes: &Bytes, whole: bool) -> Recorded {
        if bytes.is_empty() {
            return Recorded::default();
        }
        // Made bytes are random, and so no text.
        let clean = |text: &str| self.redactor.clean(text);
        let text = std::str::from_utf8(bytes)
            .ok()
            .map(|text| kept(text, LONGEST_TEXT, self.redactor.longest(), clean));
        // Where a secret was taken out, a digest of the whole would let it be guessed at. That of a large
        // object is computed if its row needs it.
        let hashed = whole && text.is_none() && bytes.len() <= LARGEST_HASHED;
        let sha256 = hashed.then(|| hex::encode(Sha256::digest(bytes)));
        Recorded { bytes: bytes.len() as u64, sha256, made_from: None, text }
    }
}
