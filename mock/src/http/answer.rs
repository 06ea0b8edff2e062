//! What is sent back.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};

/// A body that is sent in the pieces in which it is stored.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    left: u64,
}

impl Pieces {
    pub(crate) fn new(pieces: impl IntoIterator<Item = Bytes>) -> Self {
        let pieces: VecDeque<_> = pieces.into_iter().collect();
        let left = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self { pieces, left }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.pieces.pop_front();
        self.left -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// An answer in the making.
#[derive(Debug)]
pub(crate) struct Answer(Response<Pieces>);

impl Answer {
    pub(crate) fn new(status: StatusCode) -> Self {
        let mut response = Response::new(Pieces::default());
        *response.status_mut() = status;
        Self(response)
    }

    /// 200 with a document.
    pub(crate) fn xml(document: String) -> Self {
        Self::new(StatusCode::OK).document(document)
    }

    pub(crate) fn document(self, document: String) -> Self {
        self.header("content-type", "application/xml").body(Pieces::new([Bytes::from(document)]))
    }

    /// Sets a header; a value that HTTP can't carry is left out, as S3 leaves it out.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }

    pub(crate) fn body(mut self, body: Pieces) -> Self {
        *self.0.body_mut() = body;
        self
    }

    /// Takes a header away again.
    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.0.headers_mut().remove(name);
        self
    }

    /// Changes the document, if the body is one.
    pub(crate) fn map_document(self, change: impl FnOnce(&str) -> String) -> Self {
        let is_xml = self.0.headers().get("content-type").is_some_and(|of| of == "application/xml");
        let body: Vec<u8> = self.0.body().pieces.iter().flatten().copied().collect();
        match std::str::from_utf8(&body) {
            Ok(document) if is_xml && !body.is_empty() => {
                let changed = change(document);
                self.body(Pieces::new([Bytes::from(changed)]))
            }
            _ => self,
        }
    }

    pub(crate) fn into_response(self) -> Response<Pieces> {
        self.0
    }
}
