//! From a step to a call, and from its answer back into the state of the row.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::headers::{
    checksum_headers, checksum_mode, content_md5, framing, http_date, listed_checksums, metadata, signing,
    type_header, value, wire_checksum,
};
use super::journal::Made;
use super::perform::Fault;
use super::row::Round;
use super::state::{Sent, Upload};
use crate::case::{
    Algorithm, ByteRange, ChecksumType, CompletedEntry, ETagForm, Expr, KeyName, ListedNumber, Operation,
    PartNumber, RawBody, Rightness, SentAs, Step, UploadRef,
};
use crate::wire::s3::{self, CompletedPart};
use crate::wire::{Answer, Blob, Body, Signing, Tamper, encode_path};

/// A call that is ready to be sent, and what to do with its answer.
pub(super) struct Prepared {
    pub(super) call: Box<dyn s3::Operation>,
    pub(super) signing: Signing,
    pub(super) after: After,
}

/// What to do with an answer.
pub(super) enum After {
    Nothing,
    Created { name: Option<String>, key: String, checksum: Option<(Algorithm, ChecksumType)> },
    Sent(usize),
    Finished { name: Option<String>, key: String, id: String, parts: Vec<usize> },
    Copied(Option<String>),
    Aborted { key: String, id: String },
    ListedParts(Option<String>),
    ListedUploads(Option<String>),
    Deleted(String),
}

impl Round<'_> {
    pub(super) fn key(&self, name: &KeyName) -> Result<String, Fault> {
        match name {
            KeyName::Text(text) => Ok(format!("{}{text}", self.prefix)),
            KeyName::Long { bytes, fill } => {
                let bytes =
                    bytes.size(&self.sizes()).map_err(|m| Fault::Unavailable(m.0.to_string()))? as usize;
                let mut key = self.prefix.clone();
                while key.len() + fill.len() <= bytes {
                    key.push_str(fill);
                }
                while key.len() < bytes {
                    key.push('k');
                }
                Ok(key)
            }
        }
    }

    pub(super) fn key_or(&self, name: Option<&KeyName>, default: Option<String>) -> Result<String, Fault> {
        match name {
            Some(name) => self.key(name),
            None => Ok(default.unwrap_or_else(|| format!("{}object", self.prefix))),
        }
    }

    pub(super) fn number(&self, number: &PartNumber) -> Result<String, Fault> {
        match number {
            PartNumber::Expr(expr) => Ok(self.value(expr)?.to_string()),
            PartNumber::Raw(text) => Ok(text.clone()),
        }
    }

    pub(super) fn value(&self, expr: &Expr) -> Result<i64, Fault> {
        expr.value(&self.sizes()).map_err(|missing| Fault::Unavailable(missing.0.to_string()))
    }

    pub(super) fn size(&self, expr: &Expr) -> Result<u64, Fault> {
        Ok(u64::try_from(self.value(expr)?).unwrap_or(0))
    }

    fn range(&self, range: Option<&ByteRange>) -> Result<Option<(u64, u64)>, Fault> {
        match range {
            Some(ByteRange::Bounds(first, last)) => Ok(Some((self.size(first)?, self.size(last)?))),
            Some(ByteRange::Raw(_)) | None => Ok(None),
        }
    }

    /// A range as its header says it.
    fn range_as_sent(&self, range: Option<&ByteRange>) -> Result<Option<String>, Fault> {
        match range {
            Some(ByteRange::Raw(text)) => Ok(Some(text.clone())),
            bounds => Ok(self.range(bounds)?.map(|(first, last)| format!("bytes={first}-{last}"))),
        }
    }

    fn blob(&mut self, size: u64) -> Arc<Blob> {
        let slot = self.state.slot();
        self.context.contents.blob(&self.id, slot, size)
    }

    /// Names an object before it can come into being.
    fn may_make(&mut self, key: &str) {
        // A key that a server listed need not be one of ours.
        if key.starts_with(&self.prefix) && self.sweep.keys.insert(key.to_owned()) {
            self.context.journal.note(&Made::Object(key.to_owned()));
        }
    }

    fn upload_name(&self, upload: Option<&UploadRef>, id: &str) -> Option<String> {
        match upload {
            Some(UploadRef::Named(name)) => Some(name.clone()),
            _ => self
                .state
                .uploads
                .iter()
                .find(|upload| upload.id == id)
                .and_then(|upload| upload.name.clone()),
        }
    }

    pub(super) fn prepare_part(
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
            range: None,
            checksums: checksum.keys().copied().collect(),
        });
        let headers = checksum_headers(checksum, &body);
        let call = s3::UploadPart { key, upload_id: id, number, body, headers, framing: None };
        Ok((call, self.state.sent.len() - 1))
    }

    /// Makes the call of a step that is one request.
    pub(super) fn prepare(&mut self, step: &Step) -> Result<Prepared, Fault> {
        let prepared = self.call_of(step)?;
        // With its path tampered with, the request names another key.
        if prepared.signing.tamper == Some(Tamper::Path)
            && let Some(key) = prepared.call.request().key
        {
            self.may_make(&format!("{key}x"));
            if matches!(prepared.after, After::Created { .. }) {
                self.context.journal.note(&Made::Creating(format!("{key}x")));
            }
        }
        Ok(prepared)
    }

    fn call_of(&mut self, step: &Step) -> Result<Prepared, Fault> {
        let signing = signing(step);
        let prepared = move |call: Box<dyn s3::Operation>, after| Ok(Prepared { call, signing, after });
        match &step.operation {
            Operation::CreateUpload(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                let mut headers: Vec<(String, String)> = [
                    ("content-type", &args.content_type),
                    ("cache-control", &args.cache_control),
                    ("content-disposition", &args.content_disposition),
                    ("content-encoding", &args.content_encoding),
                    ("content-language", &args.content_language),
                    ("expires", &args.expires),
                    ("x-amz-storage-class", &args.storage_class),
                ]
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
                .collect();
                headers.extend(metadata(&args.metadata));
                if !args.tagging.is_empty() {
                    let pairs = args.tagging.iter().map(|(key, value)| {
                        format!("{}={}", encode_path(key), encode_path(value).replace('/', "%2F"))
                    });
                    headers.push(("x-amz-tagging".to_owned(), pairs.collect::<Vec<_>>().join("&")));
                }
                headers.extend(args.acl.clone().map(|acl| ("x-amz-acl".to_owned(), acl)));
                if let Some(algorithm) = args.checksum {
                    headers.push(("x-amz-checksum-algorithm".to_owned(), algorithm.name().to_uppercase()));
                }
                headers.extend(args.checksum_type.map(type_header));
                self.context.journal.note(&Made::Creating(key.clone()));
                let full = args.checksum_type.unwrap_or(match args.checksum {
                    Some(Algorithm::Crc64nvme) => ChecksumType::FullObject,
                    _ => ChecksumType::Composite,
                });
                let checksum = args.checksum.map(|algorithm| (algorithm, full));
                let after = After::Created { name: args.r#as.clone(), key: key.clone(), checksum };
                prepared(Box::new(s3::CreateMultipartUpload { key, headers }), after)
            }
            Operation::UploadPart(args) => {
                let size = self.size(args.size.as_ref().unwrap_or(&Expr::full()))?;
                let number = self.number(&args.number)?;
                let (mut call, at) = self.prepare_part(
                    number,
                    size,
                    args.upload.as_ref(),
                    args.key.as_ref(),
                    args.r#as.clone(),
                    &args.checksum,
                )?;
                call.headers.extend(metadata(&args.metadata));
                if let Some(sent_as) = args.sent_as.filter(|sent_as| *sent_as != SentAs::Plain) {
                    call.framing = Some(framing(sent_as, &mut call.headers, &call.body));
                }
                if let Some(md5) = args.content_md5 {
                    call.headers.push(("content-md5".to_owned(), content_md5(md5, &call.body)));
                }
                prepared(Box::new(call), After::Sent(at))
            }
            Operation::UploadPartCopy(args) => {
                let (id, own_key) = self.state.upload(args.upload.as_ref())?;
                let key = self.key_or(args.key.as_ref(), own_key)?;
                self.may_make(&key);
                let source = self.key(&args.source)?;
                let range = self.range(args.range.as_ref())?;
                let sent_range = self.range_as_sent(args.range.as_ref())?;
                let number = self.number(&args.number)?;
                let mut headers = self.conditions(
                    "x-amz-copy-source-",
                    args.if_match.as_ref(),
                    args.if_none_match.as_ref(),
                )?;
                for (name, offset) in [
                    ("if-modified-since", args.if_modified_since),
                    ("if-unmodified-since", args.if_unmodified_since),
                ] {
                    headers.extend(offset.map(|o| (format!("x-amz-copy-source-{name}"), http_date(o.0))));
                }
                let from = self.sources.get(&source).copied();
                let from = from.ok_or_else(|| Fault::Unavailable("the source of the copy".to_owned()))?;
                let blob = self.state.sent[from].blob.clone();
                let upload = self.upload_name(args.upload.as_ref(), &id);
                self.state.sent.push(Sent {
                    name: args.r#as.clone(),
                    upload,
                    number: Some(number.clone()),
                    blob,
                    etag: None,
                    range,
                    checksums: Vec::new(),
                });
                let source = format!("{}/{source}", self.context.client.target.bucket);
                let call =
                    s3::UploadPartCopy { key, upload_id: id, number, source, range: sent_range, headers };
                prepared(Box::new(call), After::Sent(self.state.sent.len() - 1))
            }
            Operation::CompleteUpload(args) => {
                let (id, own_key) = self.state.upload(args.upload.as_ref())?;
                let key = self.key_or(args.key.as_ref(), own_key)?;
                self.may_make(&key);
                let parts =
                    args.parts.iter().flatten().map(|entry| self.entry(entry)).collect::<Result<_, _>>()?;
                let body = args.body.as_ref().map(|body| match body {
                    RawBody::None => String::new(),
                    RawBody::Text(text) => text.clone(),
                });
                let listed = args.parts.iter().flatten().filter_map(|entry| entry.part.as_ref());
                let finished =
                    listed.filter_map(|part| self.state.position(part, &self.sizes())).collect::<Vec<_>>();
                let headers = self.completion_headers(args, &id, &finished)?;
                let name = args.r#as.clone();
                let after = After::Finished { name, key: key.clone(), id: id.clone(), parts: finished };
                let call = s3::CompleteMultipartUpload { key, upload_id: id, parts, body, headers };
                prepared(Box::new(call), after)
            }
            Operation::AbortUpload(args) => {
                let (id, own_key) = self.state.upload(args.upload.as_ref())?;
                let key = self.key_or(args.key.as_ref(), own_key)?;
                let after = After::Aborted { key: key.clone(), id: id.clone() };
                prepared(Box::new(s3::AbortMultipartUpload { key, upload_id: id }), after)
            }
            Operation::ListParts(args) => {
                let (upload_id, own_key) = self.state.upload(args.upload.as_ref())?;
                let key = self.key_or(args.key.as_ref(), own_key)?;
                let max_parts = args.max_parts.as_ref().map(|max| self.number(max)).transpose()?;
                let part_number_marker =
                    args.part_number_marker.as_ref().map(|marker| self.number(marker)).transpose()?;
                let call = s3::ListParts { key, upload_id, max_parts, part_number_marker };
                prepared(Box::new(call), After::ListedParts(args.r#as.clone()))
            }
            Operation::ListUploads(args) => {
                let call = self.list_uploads(args)?;
                prepared(Box::new(call), After::ListedUploads(args.r#as.clone()))
            }
            Operation::PutObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                self.may_make(&key);
                let size = self.size(args.size.as_ref().unwrap_or(&Expr::full()))?;
                let body = self.blob(size);
                let name = args.r#as.clone();
                self.state.sent.push(Sent {
                    name,
                    upload: None,
                    number: None,
                    blob: body.clone(),
                    etag: None,
                    range: None,
                    checksums: Vec::new(),
                });
                let at = self.state.sent.len() - 1;
                self.sources.insert(key.clone(), at);
                let mut headers = metadata(&args.metadata);
                headers.extend(checksum_headers(&args.checksum, &body));
                headers.extend(args.content_type.clone().map(|value| ("content-type".to_owned(), value)));
                prepared(Box::new(s3::PutObject { key, body, headers }), After::Sent(at))
            }
            Operation::GetObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                let range = self.range_as_sent(args.range.as_ref())?;
                let part_number = args.part_number.as_ref().map(|number| self.number(number)).transpose()?;
                let mut headers = checksum_mode(args.checksum_mode);
                headers.extend(self.conditions("", args.if_match.as_ref(), args.if_none_match.as_ref())?);
                let sent: u64 = self.state.sent.iter().map(|sent| sent.blob.len()).sum();
                // Every byte of the row and an error document are less than this.
                let longest = sent + (1 << 20);
                prepared(
                    Box::new(s3::GetObject { key, range, part_number, headers, longest }),
                    After::Nothing,
                )
            }
            Operation::HeadObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                let part_number = args.part_number.as_ref().map(|number| self.number(number)).transpose()?;
                let headers = checksum_mode(args.checksum_mode);
                prepared(Box::new(s3::HeadObject { key, part_number, headers }), After::Nothing)
            }
            Operation::DeleteObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                let call = s3::DeleteObject { key: key.clone(), version_id: None };
                prepared(Box::new(call), After::Deleted(key))
            }
            Operation::DeleteObjects(args) => {
                let keys: Vec<String> =
                    args.keys.iter().map(|key| self.key(key)).collect::<Result<_, _>>()?;
                prepared(Box::new(s3::DeleteObjects { keys }), After::Nothing)
            }
            Operation::CopyObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                self.may_make(&key);
                let source = format!("{}/{}", self.context.client.target.bucket, self.key(&args.source)?);
                let after = After::Copied(args.r#as.clone());
                prepared(Box::new(s3::CopyObject { key, source }), after)
            }
            Operation::ListObjects(args) => {
                let call = s3::ListObjects {
                    prefix: format!("{}{}", self.prefix, args.prefix.as_deref().unwrap_or_default()),
                    delimiter: args.delimiter.clone(),
                    max_keys: args.max_keys.as_ref().map(|max| self.size(max)).transpose()?,
                    v1: args.v1,
                    token: None,
                };
                prepared(Box::new(call), After::Nothing)
            }
            Operation::GetObjectTagging(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                prepared(Box::new(s3::GetObjectTagging { key }), After::Nothing)
            }
            Operation::GetObjectAcl(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                prepared(Box::new(s3::GetObjectAcl { key }), After::Nothing)
            }
            Operation::GetObjectAttributes(args) => {
                let call = s3::GetObjectAttributes {
                    key: self.key_or(args.key.as_ref(), None)?,
                    max_parts: args.max_parts.as_ref().map(|max| self.size(max)).transpose()?,
                    part_number_marker: args.part_number_marker.as_ref().map(|m| self.size(m)).transpose()?,
                };
                prepared(Box::new(call), After::Nothing)
            }
            Operation::Raw(args) => prepared(Box::new(self.raw(args)?), After::Nothing),
            other => Err(Fault::Unavailable(format!("{} cannot be run by this version", other.name()))),
        }
    }

    pub(super) fn list_uploads(
        &self,
        args: &crate::case::ListUploads,
    ) -> Result<s3::ListMultipartUploads, Fault> {
        let upload_id_marker = match &args.upload_id_marker {
            Some(upload) => Some(self.state.upload(Some(upload))?.0),
            None => None,
        };
        Ok(s3::ListMultipartUploads {
            prefix: format!("{}{}", self.prefix, args.prefix.as_deref().unwrap_or_default()),
            delimiter: args.delimiter.clone(),
            max_uploads: args.max_uploads.as_ref().map(|max| self.number(max)).transpose()?,
            encoding_type: args.encoding_type.clone(),
            key_marker: args.key_marker.as_ref().map(|marker| format!("{}{marker}", self.prefix)),
            upload_id_marker,
        })
    }

    /// A request in words of HTTP, about a key of this row.
    fn raw(&mut self, args: &crate::case::Raw) -> Result<s3::Raw, Fault> {
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
        Ok(s3::Raw { method, key: Some(key), query, headers, body })
    }

    /// The ETag that a step of this name was answered, or one that nothing has.
    fn etag_named(&self, name: &str) -> Result<String, Fault> {
        match name {
            "wrong" => Ok("\"00000000000000000000000000000000\"".to_owned()),
            name => Ok(self.state.etag(name)?),
        }
    }

    /// The headers of conditions on an ETag.
    fn conditions(
        &self,
        prefix: &str,
        if_match: Option<&String>,
        if_none_match: Option<&String>,
    ) -> Result<Vec<(String, String)>, Fault> {
        [("if-match", if_match), ("if-none-match", if_none_match)]
            .into_iter()
            .filter_map(|(name, etag)| Some((name, etag?)))
            .map(|(name, etag)| Ok((format!("{prefix}{name}"), self.etag_named(etag)?)))
            .collect()
    }

    /// What a completion asks beside its list.
    fn completion_headers(
        &self,
        args: &crate::case::CompleteUpload,
        id: &str,
        parts: &[usize],
    ) -> Result<Vec<(String, String)>, Fault> {
        let mut headers = metadata(&args.metadata);
        if let Some(name) = &args.if_match {
            headers.push(("if-match".to_owned(), self.etag_named(name)?));
        }
        headers.extend(args.if_none_match.map(|_| ("if-none-match".to_owned(), "*".to_owned())));
        headers.extend(args.checksum_type.map(type_header));
        if let Some(size) = &args.object_size {
            headers.push(("x-amz-mp-object-size".to_owned(), self.value(size)?.to_string()));
        }
        let pieces: Vec<bytes::Bytes> = parts.iter().map(|at| self.state.sent[*at].bytes()).collect();
        let composite =
            self.state.uploads.iter().any(|upload| {
                upload.id == id && matches!(upload.checksum, Some((_, ChecksumType::Composite)))
            });
        for (algorithm, rightness) in &args.checksum {
            let kind = wire_checksum(*algorithm);
            let whole = pieces.concat();
            let value = match rightness {
                Rightness::Right if composite => kind.composite(pieces.iter().map(|piece| &piece[..])),
                rightness => value(kind, *rightness, &whole),
            };
            headers.push((kind.header(), value));
        }
        Ok(headers)
    }

    fn entry(&self, entry: &CompletedEntry) -> Result<CompletedPart, Fault> {
        let part = entry.part.as_ref().map(|part| self.state.part(part, &self.sizes())).transpose()?;
        let number = match (&entry.number, &part) {
            (Some(ListedNumber::None), _) | (None, None) => None,
            (Some(ListedNumber::Number(number)), _) => Some(self.number(number)?),
            (None, Some(part)) => Some(part.number.clone()),
        };
        let sent = entry.part.as_ref().and_then(|part| self.state.sent(part, &self.sizes()).ok());
        let checksums = listed_checksums(entry.checksum.as_ref(), sent);
        let own = part.map(|part| part.etag);
        let bare = |etag: Option<String>| etag.unwrap_or_default().trim_matches('"').to_owned();
        let etag = match &entry.etag {
            None => own,
            Some(ETagForm::None) => None,
            Some(ETagForm::Unquoted) => Some(bare(own)),
            Some(ETagForm::Upper) => Some(format!("\"{}\"", bare(own).to_uppercase())),
            Some(ETagForm::Wrong) => Some("\"00000000000000000000000000000000\"".to_owned()),
            Some(ETagForm::Of(other)) => Some(self.state.part(other, &self.sizes())?.etag),
        };
        Ok(CompletedPart { number, etag, checksums })
    }

    /// Uploads that an answer tells of although it was not to make any, or not under this key.
    pub(super) fn note_strays(&mut self) {
        let Some(text) = self.log.last().and_then(|last| last.response?.body.text) else { return };
        let between = |name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>"))?;
            Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
        };
        if let (Some(key), Some(id)) = (between("Key"), between("UploadId"))
            && key.starts_with(&self.prefix)
        {
            self.context.journal.note(&Made::Upload(key.clone(), id.clone()));
            self.sweep.uploads.insert((key, id));
        }
    }

    /// The uploads of this row: what else a server lists is other people's, and no step may mean it.
    pub(super) fn own(&self, mut uploads: Vec<crate::wire::ListedUpload>) -> Vec<crate::wire::ListedUpload> {
        uploads.retain(|upload| upload.key.starts_with(&self.prefix));
        uploads
    }

    /// Takes what an answer tells into the state.
    pub(super) fn absorb(&mut self, prepared: Prepared, answer: &Answer) {
        match prepared.after {
            After::Nothing => {}
            After::Created { name, key, checksum } => {
                for id in &answer.upload_ids {
                    self.context.journal.note(&Made::Upload(key.clone(), id.clone()));
                    self.sweep.uploads.insert((key.clone(), id.clone()));
                    let (name, key, id) = (name.clone(), key.clone(), id.clone());
                    self.state.uploads.push(Upload { name, key, id, checksum });
                }
            }
            After::Sent(at) if answer.is_ok() => self.state.sent[at].etag.clone_from(&answer.etag),
            After::Copied(Some(name)) if answer.is_ok() => {
                if let Some(etag) = &answer.etag {
                    self.state.objects.insert(name, etag.clone());
                }
            }
            After::Finished { name, key, id, parts } if answer.is_ok() => {
                self.state.finished = parts;
                if let (Some(name), Some(etag)) = (name, &answer.etag) {
                    self.state.objects.insert(name, etag.clone());
                }
                self.sweep.uploads.remove(&(key, id));
            }
            After::Aborted { key, id } if answer.is_ok() => _ = self.sweep.uploads.remove(&(key, id)),
            After::ListedParts(Some(name)) => {
                self.state.listed_parts.insert(name, answer.parts.clone().unwrap_or_default());
            }
            After::ListedUploads(Some(name)) => {
                let uploads = self.own(answer.uploads.clone().unwrap_or_default());
                self.state.listed_uploads.insert(name, uploads);
            }
            After::Deleted(key) if answer.is_ok() => _ = self.sweep.keys.remove(&key),
            _ => {}
        }
    }
}
