//! UploadPart.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::headers::{capability_of, checksum_headers, content_md5, optional};
use super::list_parts::ListPartsRequest;
use super::{
    Arguments, Bounded, ContentMd5, Cost, Elsewhere, Headers, Named, Operation, Prepared, Profile, Scope,
    Stop, number_text,
};
use crate::history::{Ask, Saw};
use crate::language::{Algorithm, Expr, KeyName, Missing, PartNumber, PartRef, Rightness, Sizes, UploadRef};
use crate::row::{RowState, Sent, Unavailable, Witness, Written, etag_of};
use crate::wire::dialect::Dialect;
use crate::wire::reader::with_etag;
use crate::wire::{Answer, Blob, Body, Call, Checksum, Framing, Request, Response};

/// The arguments of `upload_part`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadPart {
    /// The part number.
    pub number: PartNumber,
    /// The size of the body; `full` by default.
    pub size: Option<Expr>,
    /// The upload.
    pub upload: Option<UploadRef>,
    /// The key.
    pub key: Option<KeyName>,
    /// A name for the bytes.
    pub r#as: Option<String>,
    /// Bytes that were sent before, which are sent once more.
    pub bytes_of: Option<PartRef>,
    /// The Content-MD5 header.
    pub content_md5: Option<ContentMd5>,
    /// Checksums to send.
    #[serde(default)]
    pub checksum: BTreeMap<Algorithm, Rightness>,
    /// User metadata, which belongs to the creation.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// How the server shall encrypt the part, which belongs to the creation.
    pub encryption: Option<String>,
    /// How the body is framed and signed.
    pub sent_as: Option<SentAs>,
    /// The length that a body in chunks declares for its content, where it is not the right one.
    pub decoded_length: Option<Expr>,
    /// Closes the connection in the middle of the body.
    pub cut: Option<Half>,
    /// Waits in the middle of the body for a `release`.
    pub hold: Option<Half>,
}

/// How a body is framed and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SentAs {
    /// As it is, with its digest signed.
    Plain,
    /// In chunks with a signature each.
    SignedChunks,
    /// In signed chunks with a signed trailer.
    SignedTrailer,
    /// In chunks without signatures, with a trailer.
    UnsignedTrailer,
}

/// The one place where a body can be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// After half of its bytes.
    Half,
}

impl Named for UploadPart {
    const WORD: &'static str = "upload_part";
    const NAME: &'static str = "UploadPart";
    const ASPECTS: &'static [&'static str] = &["answer", "ETag", "ETag.quotes"];
}

impl Arguments for UploadPart {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        let stop = match (self.hold, &self.r#as, self.cut) {
            (Some(Half::Half), Some(name), _) => Some(Stop::Hold(name)),
            (None, _, None) => None,
            _ => Some(Stop::Cut),
        };
        Profile { modelled: true, stop, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "checksum"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.upload(self.upload.as_ref(), at);
        scope.send(self.upload.as_ref(), &number_text(&self.number), self.r#as.as_deref(), at);
        if self.decoded_length.is_some() && self.sent_as.is_none_or(|sent_as| sent_as == SentAs::Plain) {
            scope.mistake_at_key(
                &at.key("decoded_length"),
                "only a body in chunks declares it; add `sent_as`",
            );
        }
        if let Some(part) = &self.bytes_of {
            scope.part(part, self.upload.as_ref(), &at.key("bytes_of"));
        }
        if self.hold.is_some() {
            scope.hold(self.r#as.as_deref(), &at.key("hold"));
        }
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        let of_framing = |sent_as: SentAs| match sent_as {
            SentAs::Plain => None,
            SentAs::SignedChunks => Some("streaming_signatures"),
            SentAs::SignedTrailer | SentAs::UnsignedTrailer => Some("streaming_trailers"),
        };
        capability_of(&self.checksum).or_else(|| self.sent_as.and_then(of_framing))
    }

    fn cost(&self, sizes: &Sizes<'_>) -> Result<Cost, Missing> {
        if let PartNumber::Expr(number) = &self.number {
            number.value(sizes)?;
        }
        let bytes = self.size.clone().unwrap_or_else(Expr::full).size(sizes)?;
        Ok(Cost { bytes, ..Cost::requests(1) })
    }

    fn bounded(&self) -> Vec<Bounded<'_>> {
        let number = match &self.number {
            PartNumber::Expr(number) => Some(Bounded::Number(number)),
            PartNumber::Raw(_) => None,
        };
        number.into_iter().chain(self.size.as_ref().map(Bounded::Size)).collect()
    }
}

impl Operation for UploadPart {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let body = match &self.bytes_of {
            Some(part) => row.sent(part)?.blob.clone(),
            None => {
                let size = row.size_or_full(self.size.as_ref())?;
                row.blob(size)
            }
        };
        let number = row.number(&self.number)?;
        let Sending { mut request, at } = Sending::of(
            row,
            number,
            body,
            (self.upload.as_ref(), self.key.as_ref()),
            self.r#as.clone(),
            &self.checksum,
        )?;
        request.headers.extend(row.metadata(&self.metadata));
        let encryption = (row.own_header("server-side-encryption"), self.encryption.as_ref());
        request.headers.extend(optional([encryption]));
        if let Some(sent_as) = self.sent_as.filter(|sent_as| *sent_as != SentAs::Plain) {
            let declared = self.decoded_length.as_ref().map(|length| row.size(length)).transpose()?;
            request.framing =
                Some(Framing { declared, ..framing(sent_as, &mut request.headers, &request.body) });
        }
        request.headers.extend(self.content_md5.map(|form| content_md5(form, request.body.md5())));
        Ok(Box::new(Sending { request, at }))
    }
}

/// Cuts the body into chunks. Where a trailer is asked for, a checksum moves into it.
fn framing(sent_as: SentAs, headers: &mut Headers, body: &Blob) -> Framing {
    if sent_as == SentAs::SignedChunks {
        return Framing { signed: true, ..Framing::default() };
    }
    let at = headers.iter().position(|(name, _)| name.starts_with("x-amz-checksum-"));
    let trailer = match at {
        Some(at) => headers.remove(at),
        None => (Checksum::Crc32.header(), Checksum::Crc32.of(&body.bytes)),
    };
    Framing { signed: sent_as == SentAs::SignedTrailer, trailer: Some(trailer), ..Framing::default() }
}

/// A part on its way, with its position in what was sent.
pub(super) struct Sending {
    pub(super) request: UploadPartRequest,
    pub(super) at: usize,
}

impl Sending {
    /// A part of an upload.
    pub(super) fn of(
        row: &mut RowState<'_>,
        number: String,
        body: Arc<Blob>,
        (upload, key): (Option<&UploadRef>, Option<&KeyName>),
        name: Option<String>,
        checksum: &BTreeMap<Algorithm, Rightness>,
    ) -> Result<Self, Unavailable> {
        let (upload_id, own_key) = row.upload(upload)?;
        let key = row.key_or(key, own_key)?;
        // A server that mistakes the request would make an object.
        row.may_make(&key);
        row.sent.push(Sent {
            name,
            upload: row.upload_name(upload, &upload_id),
            number: Some(number.clone()),
            checksums: checksum.keys().copied().collect(),
            ..Sent::new(body.clone())
        });
        let headers = checksum_headers(checksum, &body);
        let request = UploadPartRequest { key, upload_id, number, body, headers, framing: None };
        Ok(Self { request, at: row.sent.len() - 1 })
    }
}

/// An answer says that the server has what was sent.
pub(super) fn stored(at: usize, answer: &Answer, row: &mut RowState<'_>) {
    if answer.is_ok() {
        row.sent[at].etag.clone_from(&answer.etag);
        row.sent[at].stored = true;
    }
}

/// The listing that shows the ETag of a part.
pub(super) fn listed(at: usize, row: &RowState<'_>) -> Option<Elsewhere> {
    let sent = &row.sent[at];
    let upload = sent.upload.clone().map(UploadRef::Named);
    let (upload_id, key) = row.upload(upload.as_ref()).ok()?;
    let number: u64 = sent.number.as_ref()?.parse().ok()?;
    let call = ListPartsRequest {
        key: key?,
        upload_id,
        part_number_marker: number.checked_sub(1).map(|marker| marker.to_string()),
        ..Default::default()
    };
    Some(Elsewhere { call: Box::new(call), number: Some(number), of_object: false })
}

impl Prepared for Sending {
    fn call(&self) -> &dyn Call {
        &self.request
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        let UploadPartRequest { key, upload_id, number, body, .. } = &self.request;
        let (content, md5) = witness.content(body);
        let number = number.parse().unwrap_or(-1);
        vec![Ask::UploadPart { key: witness.below(key), upload: upload_id.clone(), number, content, md5 }]
    }

    fn saw(&self, _: &Witness, _: &Ask, answer: &Answer) -> Saw {
        Saw::Stored { etag: etag_of(answer) }
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>) {
        stored(self.at, answer, row);
    }

    fn etag_elsewhere(&self, row: &RowState<'_>) -> Option<Elsewhere> {
        listed(self.at, row)
    }
}

/// The request.
#[derive(Clone, Debug)]
pub struct UploadPartRequest {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// The number, as it is sent.
    pub number: String,
    /// The bytes.
    pub body: Arc<Blob>,
    /// Further headers.
    pub headers: Headers,
    /// How the body is cut into chunks.
    pub framing: Option<Framing>,
}

impl Call for UploadPartRequest {
    fn name(&self) -> &'static str {
        "UploadPart"
    }

    fn request(&self, _: Dialect) -> Request {
        let request = Request::key(Method::PUT, &self.key);
        let request = request.query("partNumber", &self.number).query("uploadId", &self.upload_id);
        let body = match &self.framing {
            Some(framing) => Body::Framed(self.body.clone(), framing.clone()),
            None => Body::Blob(self.body.clone()),
        };
        Request { headers: self.headers.clone(), ..request }.body(body)
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        Ok(with_etag(response, self.name()))
    }
}
