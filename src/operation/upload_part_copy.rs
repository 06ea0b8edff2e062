//! UploadPartCopy.

use std::sync::Arc;

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::headers::bounds;
use super::upload_part::{listed, stored};
use super::{Arguments, Cost, Elsewhere, Headers, Named, Operation, Prepared, Profile, Scope, number_text};
use crate::history::{Ask, Saw};
use crate::language::{ByteRange, CopySource, Expr, KeyName, Missing, Offset, PartNumber, Sizes, UploadRef};
use crate::row::{RowState, Sent, Unavailable, Witness, Written, etag_of, pieces_between};
use crate::wire::dialect::{Dialect, own};
use crate::wire::reader::{etag, told};
use crate::wire::{Answer, Blob, Call, Request, Response, encode_path};

/// The arguments of `upload_part_copy`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadPartCopy {
    /// The part number.
    pub number: PartNumber,
    /// The key of the source, or an object of the run.
    pub source: CopySource,
    /// Whether the source is URL-encoded, as it has to be; it is by default.
    pub source_encoded: Option<bool>,
    /// First and last byte of the source.
    pub range: Option<ByteRange>,
    /// The name of the step whose ETag the source must have, or `wrong`.
    pub if_match: Option<String>,
    /// The name of the step whose ETag the source must not have, or `wrong`.
    pub if_none_match: Option<String>,
    /// A time from now, such as -1h, since which the source must have changed.
    pub if_modified_since: Option<Offset>,
    /// A time from now since which the source must not have changed.
    pub if_unmodified_since: Option<Offset>,
    /// The upload.
    pub upload: Option<UploadRef>,
    /// The key.
    pub key: Option<KeyName>,
    /// A name for the bytes.
    pub r#as: Option<String>,
}

impl Named for UploadPartCopy {
    const WORD: &'static str = "upload_part_copy";
    const NAME: &'static str = "UploadPartCopy";
    const ASPECTS: &'static [&'static str] =
        &["answer", "root", "xmlns", "ETag", "ETag.quotes", "LastModified"];
}

impl Arguments for UploadPartCopy {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { modelled: true, late_error: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "checksum"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.upload(self.upload.as_ref(), at);
        scope.condition(self.if_match.as_deref(), &at.key("if_match"));
        scope.condition(self.if_none_match.as_deref(), &at.key("if_none_match"));
        scope.send(self.upload.as_ref(), &number_text(&self.number), self.r#as.as_deref(), at);
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        Some("upload_part_copy")
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(1))
    }

    fn shared(&self) -> Option<&Expr> {
        match &self.source {
            CopySource::Shared(size) => Some(size),
            CopySource::Key(_) => None,
        }
    }
}

impl Operation for UploadPartCopy {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let number = row.number(&self.number)?;
        let range = row.range(self.range.as_ref())?;
        let mut copying = Copying::of(row, number, &self.source, (self.upload.as_ref(), self.key.as_ref()))?;
        row.sent[copying.at].name.clone_from(&self.r#as);
        row.sent[copying.at].range = range;
        let request = &mut copying.request;
        request.range = row.range_as_sent(self.range.as_ref())?;
        request.raw_source = self.source_encoded == Some(false);
        let of_source = row.own_header("copy-source-");
        request.headers = row.conditions(&of_source, self.if_match.as_ref(), self.if_none_match.as_ref())?;
        for (name, offset) in
            [("if-modified-since", self.if_modified_since), ("if-unmodified-since", self.if_unmodified_since)]
        {
            request.headers.extend(offset.map(|o| (format!("{of_source}{name}"), http_date(o.0))));
        }
        Ok(Box::new(copying))
    }
}

/// The time at an offset in seconds from now, as headers write it.
fn http_date(offset: i64) -> String {
    let time = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(offset);
    time.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A part on its way, with its position in what was sent.
pub(super) struct Copying {
    request: UploadPartCopyRequest,
    at: usize,
    /// The key of the source.
    source: String,
    /// What the source holds, where nothing changes it.
    constant: Option<Arc<Blob>>,
}

impl Copying {
    /// A part that is copied from a whole object.
    pub(super) fn of(
        row: &mut RowState<'_>,
        number: String,
        source: &CopySource,
        (upload, key): (Option<&UploadRef>, Option<&KeyName>),
    ) -> Result<Self, Unavailable> {
        let (upload_id, own_key) = row.upload(upload)?;
        let key = row.key_or(key, own_key)?;
        row.may_make(&key);
        let (source, blob, constant) = match source {
            CopySource::Key(source) => {
                let source = row.key(source)?;
                let from = row.sources.get(&source).copied();
                let from = from.ok_or_else(|| Unavailable("the source of the copy".to_owned()))?;
                (source, row.sent[from].blob.clone(), None)
            }
            CopySource::Shared(size) => {
                let shared = row.shared(size)?;
                (shared.key, shared.blob.clone(), Some(shared.blob))
            }
        };
        row.sent.push(Sent {
            upload: row.upload_name(upload, &upload_id),
            number: Some(number.clone()),
            ..Sent::new(blob)
        });
        let path = format!("{}/{source}", row.setting.target.bucket);
        let request = UploadPartCopyRequest { key, upload_id, number, source: path, ..Default::default() };
        Ok(Self { request, at: row.sent.len() - 1, source, constant })
    }
}

impl Prepared for Copying {
    fn call(&self) -> &dyn Call {
        &self.request
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        let UploadPartCopyRequest { key, upload_id, number, .. } = &self.request;
        let range = self.request.range.as_deref().and_then(bounds);
        let content = self.constant.as_ref().map(|blob| {
            let (whole, _) = witness.content(blob);
            match range {
                Some((first, last)) => pieces_between(&whole, first, last.saturating_add(1)),
                None => whole,
            }
        });
        vec![Ask::UploadPartCopy {
            key: witness.below(key),
            upload: upload_id.clone(),
            number: number.parse().unwrap_or(-1),
            source: witness.below(&self.source),
            range,
            content,
        }]
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
#[derive(Clone, Debug, Default)]
pub struct UploadPartCopyRequest {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// The number, as it is sent.
    pub number: String,
    /// Bucket and key of the source.
    pub source: String,
    /// Sends the source as it is, without URL encoding.
    pub raw_source: bool,
    /// The range of the source, as it is sent.
    pub range: Option<String>,
    /// Further headers.
    pub headers: Headers,
}

impl Call for UploadPartCopyRequest {
    fn name(&self) -> &'static str {
        "UploadPartCopy"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let source = if self.raw_source { self.source.clone() } else { encode_path(&self.source) };
        let request = Request { headers: self.headers.clone(), ..Request::key(Method::PUT, &self.key) }
            .query("partNumber", &self.number)
            .query("uploadId", &self.upload_id)
            .header(&own(dialect, "copy-source"), &source);
        match &self.range {
            Some(range) => request.header(&own(dialect, "copy-source-range"), range),
            None => request,
        }
    }

    fn read(&self, response: &Response, _: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("CopyPartResult", &mut answer)? else { return Ok(answer) };
        answer.etag = etag(&root, "ETag", "ETag.quotes", &mut answer);
        told(&root, "LastModified", "LastModified", &mut answer);
        Ok(answer)
    }
}
