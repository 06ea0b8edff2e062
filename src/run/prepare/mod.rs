//! From a step to a call, and from its answer back into the state of the row.

mod completion;
mod creation;
mod listings;
mod object;
mod part;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::callback::CallbackServer;
use super::capability::is_refusal_due;
use super::headers::signing;
use super::journal::Made;
use super::ledger::Completed;
use super::perform::Fault;
use super::row::Round;
use super::state::Upload;
use super::sweep::is_own;
use crate::case::{Operation, Step};
use crate::language::{Algorithm, ByteRange, ChecksumType, Expr, KeyName, PartNumber, UploadRef};
use crate::wire::dialect::{Dialect, acl, own};
use crate::wire::{Answer, Blob, Signing, Tamper, s3};

/// One request.
type Call = Box<dyn s3::Operation>;

/// A call that is ready to be sent, and what to do with its answer.
pub(super) struct Prepared {
    pub(super) call: Box<dyn s3::Operation>,
    pub(super) signing: Signing,
    pub(super) after: After,
}

/// What to do with an answer.
pub(super) enum After {
    Nothing,
    Created {
        name: Option<String>,
        key: String,
        checksum: Option<(Algorithm, ChecksumType)>,
    },
    Sent(usize),
    Finished {
        name: Option<String>,
        key: String,
        id: String,
        parts: Vec<usize>,
        /// Whether an answer with success says that the object has the bytes of these parts.
        sure: bool,
        callback: Option<String>,
    },
    Copied(Option<String>),
    Aborted {
        key: String,
        id: String,
    },
    ListedParts(Option<String>),
    ListedUploads(Option<String>),
    Deleted(String),
}

impl Round<'_> {
    pub(super) fn key(&self, name: &KeyName) -> Result<String, Fault> {
        match name {
            KeyName::Text(text) => Ok(format!("{}{text}", self.prefix)),
            KeyName::Begins(text) => Ok(format!("{text}{}object", self.prefix)),
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

    fn size_or_full(&self, size: Option<&Expr>) -> Result<u64, Fault> {
        self.size(size.unwrap_or(&Expr::full()))
    }

    /// A header of the language that the endpoint speaks.
    fn own_header(&self, name: &str) -> String {
        own(self.context.client.target.dialect, name)
    }

    fn acl_header(&self) -> String {
        acl(self.context.client.target.dialect)
    }

    fn metadata(&self, metadata: &BTreeMap<String, String>) -> Vec<(String, String)> {
        let named = |name: &String| self.own_header(&format!("meta-{name}"));
        metadata.iter().map(|(name, value)| (named(name), value.clone())).collect()
    }

    /// S3 says that by a condition, OSS by a header of its own.
    fn forbid_overwrite(&self, forbids: Option<bool>) -> Vec<(String, String)> {
        let header = |forbids: bool| match self.context.client.target.dialect {
            Dialect::S3 => forbids.then(|| ("if-none-match".to_owned(), "*".to_owned())),
            Dialect::Oss => Some((self.own_header("forbid-overwrite"), forbids.to_string())),
        };
        forbids.and_then(header).into_iter().collect()
    }

    fn blob(&mut self, size: u64) -> Arc<Blob> {
        let slot = self.state.slot();
        self.context.contents.blob(&self.id, slot, size)
    }

    /// Names an object before it can come into being.
    fn may_make(&mut self, key: &str) {
        // A key that a server listed need not be one of ours.
        if is_own(key, &self.prefix) && self.sweep.keys.insert(key.to_owned()) {
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

    /// Makes the call of a step that is one request.
    pub(super) fn prepare(&mut self, step: &Step) -> Result<Prepared, Fault> {
        let (call, mut after) = self.call_of(&step.operation)?;
        // What has to be refused leaves no object that would have to be there.
        if let After::Finished { sure, .. } = &mut after
            && is_refusal_due(step)
        {
            *sure = false;
        }
        let prepared = Prepared { call, signing: signing(step), after };
        // With its path tampered with, the request names another key.
        if prepared.signing.tamper == Some(Tamper::Path)
            && let Some(key) = prepared.call.request(self.context.client.target.dialect).key
        {
            self.may_make(&format!("{key}x"));
            if matches!(prepared.after, After::Created { .. }) {
                self.context.journal.note(&Made::Creating(format!("{key}x")));
            }
        }
        Ok(prepared)
    }

    fn call_of(&mut self, operation: &Operation) -> Result<(Call, After), Fault> {
        match operation {
            Operation::CreateUpload(args) => self.create_upload(args),
            Operation::UploadPart(args) => self.upload_part(args),
            Operation::UploadPartCopy(args) => self.upload_part_copy(args),
            Operation::CompleteUpload(args) => self.complete_upload(args),
            Operation::AbortUpload(args) => self.abort_upload(args),
            Operation::ListParts(args) => {
                Ok((Box::new(self.list_parts(args)?), After::ListedParts(args.r#as.clone())))
            }
            Operation::ListUploads(args) => {
                Ok((Box::new(self.list_uploads(args)?), After::ListedUploads(args.r#as.clone())))
            }
            Operation::PutObject(args) => self.put_object(args),
            Operation::GetObject(args) => self.get_object(args),
            Operation::HeadObject(args) => self.head_object(args),
            Operation::DeleteObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                let call = s3::DeleteObject { key: key.clone(), version_id: None };
                Ok((Box::new(call), After::Deleted(key)))
            }
            Operation::DeleteObjects(args) => {
                let keys = args.keys.iter().map(|key| self.key(key)).collect::<Result<_, _>>()?;
                Ok((Box::new(s3::DeleteObjects { keys }), After::Nothing))
            }
            Operation::CopyObject(args) => self.copy_object(args),
            Operation::ListObjects(args) => self.list_objects(args),
            Operation::GetObjectTagging(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                Ok((Box::new(s3::GetObjectTagging { key }), After::Nothing))
            }
            Operation::GetObjectAcl(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                Ok((Box::new(s3::GetObjectAcl { key }), After::Nothing))
            }
            Operation::GetObjectAttributes(args) => self.get_object_attributes(args),
            Operation::Raw(args) => self.raw(args),
            other => Err(Fault::Unavailable(format!("{} is no single call", other.name()))),
        }
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

    /// Uploads that an answer tells of although it was not to make any, or not under this key.
    pub(super) fn note_strays(&mut self, prepared: &Prepared) {
        // Only a creation makes an upload: an id that was sent is repeated by others, and may be no upload's.
        let request = prepared.call.request(self.context.client.target.dialect);
        if !request.query.iter().any(|(name, _)| name == "uploads") {
            return;
        }
        let Some(text) = self.log.last().and_then(|last| last.response?.body.text) else { return };
        let between = |name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>"))?;
            Some(rest.split_once(&format!("</{name}>"))?.0.to_owned())
        };
        // The key that was sent is what an abort needs: not every server says it as it was.
        let sent = request.key;
        let tampered = if prepared.signing.tamper == Some(Tamper::Path) { "x" } else { "" };
        let sent = sent.map(|key| format!("{key}{tampered}"));
        if let (Some(key), Some(id)) = (sent.or_else(|| between("Key")), between("UploadId"))
            && is_own(&key, &self.prefix)
        {
            self.context.journal.note(&Made::Upload(key.clone(), id.clone()));
            self.sweep.uploads.insert((key, id));
        }
    }

    /// The uploads of this row: what else a server lists is other people's, and no step may mean it.
    pub(super) fn own(&self, mut uploads: Vec<crate::wire::ListedUpload>) -> Vec<crate::wire::ListedUpload> {
        uploads.retain(|upload| is_own(&upload.key, &self.prefix));
        uploads
    }

    /// Takes what an answer tells into the state.
    pub(super) fn absorb(&mut self, prepared: Prepared, answer: &Answer) {
        match prepared.after {
            After::Nothing => {}
            After::Created { name, key, checksum } => {
                for id in &answer.upload_ids {
                    self.writes.create(id, &key);
                    self.context.journal.note(&Made::Upload(key.clone(), id.clone()));
                    self.sweep.uploads.insert((key.clone(), id.clone()));
                    let (name, key, id) = (name.clone(), key.clone(), id.clone());
                    self.state.uploads.push(Upload { name, key, id, checksum });
                }
            }
            After::Sent(at) if answer.is_ok() => {
                self.state.sent[at].etag.clone_from(&answer.etag);
                self.state.sent[at].stored = true;
            }
            After::Copied(Some(name)) if answer.is_ok() => {
                if let Some(etag) = &answer.etag {
                    self.state.objects.insert(name, etag.clone());
                }
            }
            After::Finished { name, key, id, parts, sure, callback }
                if answer.is_ok() || callback.is_some() =>
            {
                let calls = |server: &CallbackServer| callback.as_ref().map(|name| server.calls(name));
                self.state.called_back = self.context.callbacks.as_deref().and_then(calls);
                if answer.is_ok() {
                    let etag = answer.etag.clone().unwrap_or_default();
                    let (key, upload, parts) = (key.clone(), id.clone(), parts.clone());
                    self.writes.complete(Completed { key, upload, etag, parts, sure });
                }
                self.state.finished = parts;
                if let (Some(name), Some(etag)) = (name, &answer.etag) {
                    self.state.objects.insert(name, etag.clone());
                }
                if answer.is_ok() {
                    self.sweep.uploads.remove(&(key, id));
                }
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
