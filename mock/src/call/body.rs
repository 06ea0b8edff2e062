//! The body of a call, which can be read but once.

use bytes::Bytes;
use hyper::body::Incoming;

use super::Call;
use crate::http::{Element, Payload, Received, S3Error, receive, receive_small};
use crate::model::Algorithm;

/// A document that came with a request.
pub(crate) struct Document {
    /// Whether nothing came.
    pub(crate) is_empty: bool,
    /// None if it is not well-formed.
    pub(crate) root: Option<Element>,
}

impl<'s> Call<'s> {
    /// The body of an object or a part, with its checksum by the wanted algorithm.
    pub(crate) async fn content(&mut self, wanted: Algorithm) -> Result<Received, S3Error> {
        let (body, payload) = self.take_body()?;
        let checksums = !self.ignores_checksums();
        let received = receive(
            &self.request,
            payload,
            body,
            wanted,
            checksums,
            self.dialect().body_rules(),
            self.points(),
        )
        .await;
        self.points().body_ended(self);
        received
    }

    /// A short body.
    pub(crate) async fn text(&mut self) -> Result<Bytes, S3Error> {
        let (body, payload) = self.take_body()?;
        receive_small(&self.request, payload, body, self.dialect().body_rules(), self.points()).await
    }

    /// The document of a request, if it is well-formed.
    pub(crate) async fn document(&mut self) -> Result<Document, S3Error> {
        let text = self.text().await?;
        let mut root = Element::read(&text);
        self.points().document(self, &mut root);
        Ok(Document { is_empty: text.is_empty() && root.is_none(), root })
    }

    fn take_body(&mut self) -> Result<(&'s mut Incoming, Payload), S3Error> {
        let read = || S3Error::new("InternalError", "the body was read before");
        Ok((self.body.take().ok_or_else(read)?, self.payload.take().ok_or_else(read)?))
    }
}
