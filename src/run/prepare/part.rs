//! The calls that send parts.

use std::collections::BTreeMap;

use super::super::headers::{checksum_headers, content_md5, framing, http_date, optional};
use super::super::perform::Fault;
use super::super::row::Round;
use super::super::state::Sent;
use super::{After, Call};
use crate::case::{SentAs, UploadPart, UploadPartCopy};
use crate::language::{Algorithm, KeyName, Rightness, UploadRef};
use crate::wire::{Framing, s3};

impl Round<'_> {
    pub(in super::super) fn prepare_part(
        &mut self,
        number: String,
        size: u64,
        upload: Option<&UploadRef>,
        key: Option<&KeyName>,
        name: Option<String>,
        checksum: &BTreeMap<Algorithm, Rightness>,
    ) -> Result<(s3::UploadPart, usize), Fault> {
        let (id, own_key) = self.state.upload(upload)?;
        let key = self.key_or(key, own_key)?;
        // A server that mistakes the request would make an object.
        self.may_make(&key);
        let body = self.blob(size);
        let upload = self.upload_name(upload, &id);
        self.state.sent.push(Sent {
            name,
            upload,
            number: Some(number.clone()),
            blob: body.clone(),
            etag: None,
            stored: false,
            range: None,
            checksums: checksum.keys().copied().collect(),
        });
        let headers = checksum_headers(checksum, &body);
        let call = s3::UploadPart { key, upload_id: id, number, body, headers, framing: None };
        Ok((call, self.state.sent.len() - 1))
    }

    pub(super) fn upload_part(&mut self, args: &UploadPart) -> Result<(Call, After), Fault> {
        let size = self.size_or_full(args.size.as_ref())?;
        let number = self.number(&args.number)?;
        let (mut call, at) = self.prepare_part(
            number,
            size,
            args.upload.as_ref(),
            args.key.as_ref(),
            args.r#as.clone(),
            &args.checksum,
        )?;
        call.headers.extend(self.metadata(&args.metadata));
        call.headers
            .extend(optional([(self.own_header("server-side-encryption"), args.encryption.as_ref())]));
        if let Some(sent_as) = args.sent_as.filter(|sent_as| *sent_as != SentAs::Plain) {
            let declared = args.decoded_length.as_ref().map(|length| self.size(length)).transpose()?;
            call.framing = Some(Framing { declared, ..framing(sent_as, &mut call.headers, &call.body) });
        }
        if let Some(md5) = args.content_md5 {
            call.headers.push(("content-md5".to_owned(), content_md5(md5, call.body.md5())));
        }
        Ok((Box::new(call), After::Sent(at)))
    }

    pub(super) fn upload_part_copy(&mut self, args: &UploadPartCopy) -> Result<(Call, After), Fault> {
        let number = self.number(&args.number)?;
        let range = self.range(args.range.as_ref())?;
        let (mut call, at) =
            self.prepare_copy(number, &args.source, args.upload.as_ref(), args.key.as_ref())?;
        self.state.sent[at].name.clone_from(&args.r#as);
        self.state.sent[at].range = range;
        call.range = self.range_as_sent(args.range.as_ref())?;
        call.raw_source = args.source_encoded == Some(false);
        let of_source = self.own_header("copy-source-");
        call.headers = self.conditions(&of_source, args.if_match.as_ref(), args.if_none_match.as_ref())?;
        for (name, offset) in
            [("if-modified-since", args.if_modified_since), ("if-unmodified-since", args.if_unmodified_since)]
        {
            call.headers.extend(offset.map(|o| (format!("{of_source}{name}"), http_date(o.0))));
        }
        Ok((Box::new(call), After::Sent(at)))
    }

    /// Prepares the copy of a whole object into a part.
    pub(in super::super) fn prepare_copy(
        &mut self,
        number: String,
        source: &KeyName,
        upload: Option<&UploadRef>,
        key: Option<&KeyName>,
    ) -> Result<(s3::UploadPartCopy, usize), Fault> {
        let (id, own_key) = self.state.upload(upload)?;
        let key = self.key_or(key, own_key)?;
        self.may_make(&key);
        let source = self.key(source)?;
        let from = self.sources.get(&source).copied();
        let from = from.ok_or_else(|| Fault::Unavailable("the source of the copy".to_owned()))?;
        let blob = self.state.sent[from].blob.clone();
        let upload = self.upload_name(upload, &id);
        self.state.sent.push(Sent {
            name: None,
            upload,
            number: Some(number.clone()),
            blob,
            etag: None,
            stored: false,
            range: None,
            checksums: Vec::new(),
        });
        let source = format!("{}/{source}", self.context.client.target.bucket);
        let call = s3::UploadPartCopy { key, upload_id: id, number, source, ..Default::default() };
        Ok((call, self.state.sent.len() - 1))
    }
}
