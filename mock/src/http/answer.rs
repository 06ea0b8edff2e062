//! What is sent back.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};

use super::Element;

/// A body that is sent in the pieces in which it is stored.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    pieces: VecDeque<Bytes>,
    left: u64,
}

impl Pieces {
    fn new(pieces: impl IntoIterator<Item = Bytes>) -> Self {
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

/// What follows the head of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    #[default]
    Nothing,
    Bytes(Vec<Bytes>),
    /// A document, written when the answer leaves.
    Document(Element),
}

/// An answer in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) content: Content,
}

impl Answer {
    pub(crate) fn new(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), content: Content::Nothing }
    }

    /// 200 with a document.
    pub(crate) fn xml(document: Element) -> Self {
        Self::new(StatusCode::OK).document(document)
    }

    pub(crate) fn document(self, document: Element) -> Self {
        Self { content: Content::Document(document), ..self.header("content-type", "application/xml") }
    }

    /// Sets a header; a value that HTTP can't carry is left out, as S3 leaves it out.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    pub(crate) fn bytes(self, pieces: impl IntoIterator<Item = Bytes>) -> Self {
        Self { content: Content::Bytes(pieces.into_iter().collect()), ..self }
    }

    /// The head alone.
    pub(crate) fn without_content(self) -> Self {
        Self { content: Content::Nothing, ..self }
    }

    pub(crate) fn into_response(self) -> Response<Pieces> {
        let mut response = Response::new(match self.content {
            Content::Nothing => Pieces::default(),
            Content::Bytes(pieces) => Pieces::new(pieces),
            Content::Document(document) => Pieces::new([Bytes::from(document.to_document())]),
        });
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}
