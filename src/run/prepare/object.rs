//! The calls about an object.

use super::super::headers::{checksum_headers, checksum_mode, optional};
use super::super::journal::Made;
use super::super::perform::Fault;
use super::super::row::Round;
use super::super::state::Sent;
use super::{After, Call};
use crate::case::{CopyObject, GetObject, GetObjectAttributes, HeadObject, PutObject, Raw, RawAddressing};
use crate::wire::{Addressing, Body, s3};

impl Round<'_> {
    pub(super) fn put_object(&mut self, args: &PutObject) -> Result<(Call, After), Fault> {
        let key = self.key_or(args.key.as_ref(), None)?;
        self.may_make(&key);
        let size = self.size_or_full(args.size.as_ref())?;
        let body = self.blob(size);
        self.state.sent.push(Sent {
            name: args.r#as.clone(),
            upload: None,
            number: None,
            blob: body.clone(),
            etag: None,
            stored: false,
            range: None,
            checksums: Vec::new(),
        });
        let at = self.state.sent.len() - 1;
        self.sources.insert(key.clone(), at);
        let mut headers = self.metadata(&args.metadata);
        headers.extend(checksum_headers(&args.checksum, &body));
        headers.extend(optional([
            ("content-type".to_owned(), args.content_type.as_ref()),
            (self.acl_header(), args.acl.as_ref()),
        ]));
        headers.extend(self.forbid_overwrite(args.forbid_overwrite));
        Ok((Box::new(s3::PutObject { key, body, headers }), After::Sent(at)))
    }

    pub(super) fn get_object(&self, args: &GetObject) -> Result<(Call, After), Fault> {
        let key = self.key_or(args.key.as_ref(), None)?;
        let range = self.range_as_sent(args.range.as_ref())?;
        let part_number = args.part_number.as_ref().map(|number| self.number(number)).transpose()?;
        let mut headers = checksum_mode(args.checksum_mode);
        headers.extend(self.conditions("", args.if_match.as_ref(), args.if_none_match.as_ref())?);
        let sent: u64 = self.state.sent.iter().map(|sent| sent.blob.len()).sum();
        // Every byte of the row and an error document are less than this.
        let longest = sent + (1 << 20);
        Ok((Box::new(s3::GetObject { key, range, part_number, headers, longest }), After::Nothing))
    }

    pub(super) fn head_object(&self, args: &HeadObject) -> Result<(Call, After), Fault> {
        let key = self.key_or(args.key.as_ref(), None)?;
        let part_number = args.part_number.as_ref().map(|number| self.number(number)).transpose()?;
        let headers = checksum_mode(args.checksum_mode);
        Ok((Box::new(s3::HeadObject { key, part_number, headers }), After::Nothing))
    }

    pub(super) fn copy_object(&mut self, args: &CopyObject) -> Result<(Call, After), Fault> {
        let key = self.key_or(args.key.as_ref(), None)?;
        self.may_make(&key);
        let source = format!("{}/{}", self.context.client.target.bucket, self.key(&args.source)?);
        let headers = self.forbid_overwrite(args.forbid_overwrite);
        Ok((Box::new(s3::CopyObject { key, source, headers }), After::Copied(args.r#as.clone())))
    }

    pub(super) fn get_object_attributes(&self, args: &GetObjectAttributes) -> Result<(Call, After), Fault> {
        let call = s3::GetObjectAttributes {
            key: self.key_or(args.key.as_ref(), None)?,
            max_parts: args.max_parts.as_ref().map(|max| self.size(max)).transpose()?,
            part_number_marker: args.part_number_marker.as_ref().map(|m| self.size(m)).transpose()?,
            one_a_line: args.one_a_line,
        };
        Ok((Box::new(call), After::Nothing))
    }

    /// A request in words of HTTP, about a key of this row.
    pub(super) fn raw(&mut self, args: &Raw) -> Result<(Call, After), Fault> {
        let mut query: Vec<(String, Option<String>)> = args
            .query
            .iter()
            .map(|text| match text.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (text.clone(), None),
            })
            .collect();
        let mut own_key = None;
        if let Some(upload) = &args.upload {
            let (id, key) = self.state.upload(Some(upload))?;
            query.push(("uploadId".to_owned(), Some(id)));
            own_key = key;
        }
        let key = self.key_or(args.key.as_ref(), own_key)?;
        self.may_make(&key);
        if query.iter().any(|(name, _)| name == "uploads") {
            self.context.journal.note(&Made::Creating(key.clone()));
        }
        let body = match &args.size {
            Some(size) => {
                let size = self.size(size)?;
                Body::Blob(self.blob(size))
            }
            None => Body::Empty,
        };
        let method = args.method.parse().map_err(|_| Fault::Unavailable("the method is none".to_owned()))?;
        let headers = args.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let addressing = args.addressing.map(|RawAddressing::Path| Addressing::Path);
        Ok((Box::new(s3::Raw { method, key: Some(key), query, headers, addressing, body }), After::Nothing))
    }
}
