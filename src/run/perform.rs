//! From a step to calls, and from their answers back into the state of the row.

use std::sync::Arc;

use super::journal::Made;
use super::row::Round;
use super::state::{Sent, Unavailable, Upload};
use crate::case::{
    CompletedEntry, ContentMd5, ETagForm, Expr, KeyName, ListedNumber, ManyKeys, Numbers, Operation,
    PartNumber, RawBody, SendOrder, Step, UploadRef,
};
use crate::wire::s3::{self, CompletedPart};
use crate::wire::{Answer, Blob, Client, Log, Trouble, TroubleKind};

/// Why a step has no answer.
#[derive(Debug)]
pub(super) enum Fault {
    Trouble(Trouble),
    Unavailable(String),
    /// A listing that cannot be followed.
    Walk(String),
}

impl From<Unavailable> for Fault {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable.0)
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// A call that is ready to be sent, and what to do with its answer.
pub(super) struct Prepared {
    pub(super) call: Box<dyn s3::Operation>,
    after: After,
}

enum After {
    Nothing,
    Created { name: Option<String>, key: String },
    Sent(usize),
    Finished { name: Option<String>, key: String, id: String },
    Aborted { key: String, id: String },
    ListedParts(Option<String>),
    ListedUploads(Option<String>),
    Deleted(String),
}

/// How often a server may ask to slow down.
const RETRIES: u32 = 3;

/// Sends a call; a server that asks to slow down is asked again, each time on the record.
pub(super) async fn send(client: &Client, call: &dyn s3::Operation, log: &Log) -> Result<Answer, Trouble> {
    for attempt in 0..=RETRIES {
        let answer = client.call(call, log).await?;
        let throttled = answer.status == 429 || (answer.status == 503 && answer.code() != "InternalError");
        if !throttled {
            return Ok(answer);
        }
        if attempt < RETRIES {
            tokio::time::sleep(std::time::Duration::from_millis(200 << attempt)).await;
        }
    }
    Err(Trouble::new(TroubleKind::Throttled, format!("{} times", RETRIES + 1)))
}

impl Round<'_> {
    fn key(&self, name: &KeyName) -> Result<String, Fault> {
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

    fn key_or(&self, name: Option<&KeyName>, default: Option<String>) -> Result<String, Fault> {
        match name {
            Some(name) => self.key(name),
            None => Ok(default.unwrap_or_else(|| format!("{}object", self.prefix))),
        }
    }

    fn number(&self, number: &PartNumber) -> Result<String, Fault> {
        match number {
            PartNumber::Expr(expr) => Ok(self.value(expr)?.to_string()),
            PartNumber::Raw(text) => Ok(text.clone()),
        }
    }

    fn value(&self, expr: &Expr) -> Result<i64, Fault> {
        expr.value(&self.sizes()).map_err(|missing| Fault::Unavailable(missing.0.to_string()))
    }

    fn size(&self, expr: &Expr) -> Result<u64, Fault> {
        Ok(u64::try_from(self.value(expr)?).unwrap_or(0))
    }

    fn range(&self, range: Option<&(Expr, Expr)>) -> Result<Option<(u64, u64)>, Fault> {
        range.map(|(first, last)| Ok((self.size(first)?, self.size(last)?))).transpose()
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

    fn prepare_part(
        &mut self,
        number: String,
        size: u64,
        upload: Option<&UploadRef>,
        key: Option<&KeyName>,
        name: Option<String>,
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
        });
        let call = s3::UploadPart { key, upload_id: id, number, body, headers: Vec::new() };
        Ok((call, self.state.sent.len() - 1))
    }

    /// Makes the call of a step that is one request.
    pub(super) fn prepare(&mut self, step: &Step) -> Result<Prepared, Fault> {
        let prepared = |call: Box<dyn s3::Operation>, after| Ok(Prepared { call, after });
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
                headers.extend(
                    args.metadata.iter().map(|(name, value)| (format!("x-amz-meta-{name}"), value.clone())),
                );
                self.context.journal.note(&Made::Creating(key.clone()));
                let after = After::Created { name: args.r#as.clone(), key: key.clone() };
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
                )?;
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
                let number = self.number(&args.number)?;
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
                });
                let source = format!("{}/{source}", self.context.client.target.bucket);
                let call = s3::UploadPartCopy { key, upload_id: id, number, source, range };
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
                let after = After::Finished { name: args.r#as.clone(), key: key.clone(), id: id.clone() };
                prepared(Box::new(s3::CompleteMultipartUpload { key, upload_id: id, parts, body }), after)
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
                let max_parts = args.max_parts.as_ref().map(|max| self.size(max)).transpose()?;
                let part_number_marker =
                    args.part_number_marker.as_ref().map(|m| self.size(m)).transpose()?;
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
                });
                let at = self.state.sent.len() - 1;
                self.sources.insert(key.clone(), at);
                let mut headers: Vec<(String, String)> = args
                    .metadata
                    .iter()
                    .map(|(name, value)| (format!("x-amz-meta-{name}"), value.clone()))
                    .collect();
                headers.extend(args.content_type.clone().map(|value| ("content-type".to_owned(), value)));
                prepared(Box::new(s3::PutObject { key, body, headers }), After::Sent(at))
            }
            Operation::GetObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                let range = self.range(args.range.as_ref())?;
                let sent: u64 = self.state.sent.iter().map(|sent| sent.blob.len()).sum();
                // Every byte of the row and an error document are less than this.
                let longest = sent + (1 << 20);
                prepared(Box::new(s3::GetObject { key, range, longest }), After::Nothing)
            }
            Operation::HeadObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                prepared(Box::new(s3::HeadObject { key }), After::Nothing)
            }
            Operation::DeleteObject(args) => {
                let key = self.key_or(args.key.as_ref(), None)?;
                let call = s3::DeleteObject { key: key.clone(), version_id: None };
                prepared(Box::new(call), After::Deleted(key))
            }
            other => Err(Fault::Unavailable(format!("{} cannot be run by this version", other.name()))),
        }
    }

    fn list_uploads(&self, args: &crate::case::ListUploads) -> Result<s3::ListMultipartUploads, Fault> {
        let upload_id_marker = match &args.upload_id_marker {
            Some(upload) => Some(self.state.upload(Some(upload))?.0),
            None => None,
        };
        Ok(s3::ListMultipartUploads {
            prefix: format!("{}{}", self.prefix, args.prefix.as_deref().unwrap_or_default()),
            delimiter: args.delimiter.clone(),
            max_uploads: args.max_uploads.as_ref().map(|max| self.size(max)).transpose()?,
            key_marker: args.key_marker.as_ref().map(|marker| format!("{}{marker}", self.prefix)),
            upload_id_marker,
        })
    }

    fn entry(&self, entry: &CompletedEntry) -> Result<CompletedPart, Fault> {
        let part = entry.part.as_ref().map(|part| self.state.part(part, &self.sizes())).transpose()?;
        let number = match (&entry.number, &part) {
            (Some(ListedNumber::None), _) | (None, None) => None,
            (Some(ListedNumber::Number(number)), _) => Some(self.number(number)?),
            (None, Some(part)) => Some(part.number.clone()),
        };
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
        Ok(CompletedPart { number, etag })
    }

    /// The uploads of this row: what else a server lists is other people's, and no step may mean it.
    fn own(&self, mut uploads: Vec<crate::wire::ListedUpload>) -> Vec<crate::wire::ListedUpload> {
        uploads.retain(|upload| upload.key.starts_with(&self.prefix));
        uploads
    }

    /// Takes what an answer tells into the state.
    pub(super) fn absorb(&mut self, prepared: Prepared, answer: &Answer) {
        match prepared.after {
            After::Nothing => {}
            After::Created { name, key } => {
                for id in &answer.upload_ids {
                    self.context.journal.note(&Made::Upload(key.clone(), id.clone()));
                    self.sweep.uploads.insert((key.clone(), id.clone()));
                    self.state.uploads.push(Upload { name: name.clone(), key: key.clone(), id: id.clone() });
                }
            }
            After::Sent(at) if answer.is_ok() => self.state.sent[at].etag.clone_from(&answer.etag),
            After::Finished { name, key, id } if answer.is_ok() => {
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

    /// Carries a step out that is no race.
    pub(super) async fn perform(&mut self, step: &Step) -> Result<Answer, Fault> {
        match &step.operation {
            Operation::CreateUploads(args) => {
                let mut all = Answer::default();
                for at in 0..self.size(&args.count)? {
                    let key = match args.key {
                        ManyKeys::Same => format!("{}object", self.prefix),
                        ManyKeys::Each => format!("{}object-{at:05}", self.prefix),
                    };
                    let name = args.r#as.as_ref().map(|name| format!("{name}.{}", at + 1));
                    self.context.journal.note(&Made::Creating(key.clone()));
                    let call = s3::CreateMultipartUpload { key: key.clone(), headers: Vec::new() };
                    let answer = send(&self.context.client, &call, &self.log).await?;
                    self.absorb(
                        Prepared { call: Box::new(call), after: After::Created { name, key } },
                        &answer,
                    );
                    if !answer.is_ok() {
                        return Ok(answer);
                    }
                    all.upload_ids.extend(answer.upload_ids.clone());
                    all = Answer { upload_ids: all.upload_ids, ..answer };
                }
                Ok(all)
            }
            Operation::UploadParts(args) => self.upload_parts(args).await,
            Operation::ListParts(args) if args.walk => self.walk_parts(step).await,
            Operation::ListUploads(args) if args.walk => self.walk_uploads(args).await,
            Operation::UploadPart(args) if args.hold.is_some() || args.cut.is_some() => {
                if self.context.client.target.endpoint.scheme() != "http" {
                    let why = "a request can be stopped on an endpoint without TLS alone";
                    return Err(Fault::Unavailable(why.to_owned()));
                }
                let prepared = self.prepare(step)?;
                let held = self.context.client.hold(prepared.call.as_ref()).await?;
                match &args.r#as {
                    Some(name) if args.hold.is_some() => _ = self.held.insert(name.clone(), (held, prepared)),
                    _ => self.context.client.cut(held, &self.log).await,
                }
                // The claim, if there is one, stands at the release.
                Ok(Answer { status: 200, ..Answer::default() })
            }
            Operation::Release(name) => {
                let (held, prepared) = self
                    .held
                    .remove(&name.0)
                    .ok_or_else(|| Fault::Unavailable(format!("the held request {}", name.0)))?;
                let answer = self.context.client.release(held, prepared.call.as_ref(), &self.log).await?;
                self.absorb(prepared, &answer);
                Ok(answer)
            }
            _ => {
                let prepared = self.prepare(step)?;
                let answer = send(&self.context.client, prepared.call.as_ref(), &self.log).await?;
                self.absorb(prepared, &answer);
                Ok(answer)
            }
        }
    }

    async fn upload_parts(&mut self, args: &crate::case::UploadParts) -> Result<Answer, Fault> {
        let mut numbers: Vec<i64> = match &args.numbers {
            Numbers::List(list) => list.iter().map(|number| self.value(number)).collect::<Result<_, _>>()?,
            Numbers::Range(first, last) => (self.value(first)?..=self.value(last)?).collect(),
        };
        let highest = numbers.iter().copied().max();
        if args.order == Some(SendOrder::Shuffled) {
            // A fixed mixture: what is asked for is that the order is not the numbers' own.
            numbers.sort_by_key(|number| (number.wrapping_mul(7_919) % 1_009, *number));
        }
        let mut calls = Vec::new();
        for number in numbers {
            let size = match &args.size {
                Some(size) => self.size(size)?,
                None if Some(number) == highest => self.size(&Expr::tail())?,
                None => self.size(&Expr::full())?,
            };
            calls.push(self.prepare_part(
                number.to_string(),
                size,
                args.upload.as_ref(),
                args.key.as_ref(),
                None,
            )?);
        }
        let mut last = None;
        let at_once = usize::from(args.at_once.unwrap_or(1).max(1));
        for batch in calls.chunks(at_once) {
            let mut lanes = tokio::task::JoinSet::new();
            for (call, at) in batch.iter().cloned() {
                let (client, log) = (self.context.client.clone(), self.log.clone());
                lanes.spawn(async move { (at, send(&client, &call, &log).await) });
            }
            while let Some(joined) = lanes.join_next().await {
                let (at, answer) =
                    joined.map_err(|error| Trouble::new(TroubleKind::Interrupted, error.to_string()))?;
                let answer = answer?;
                if !answer.is_ok() {
                    return Ok(answer);
                }
                self.state.sent[at].etag.clone_from(&answer.etag);
                last = Some(answer);
            }
        }
        last.ok_or_else(|| Fault::Unavailable("no part number was given".to_owned()))
    }

    /// Follows the markers of ListParts to the last page.
    async fn walk_parts(&mut self, step: &Step) -> Result<Answer, Fault> {
        let Operation::ListParts(args) = &step.operation else {
            return Err(Fault::Unavailable("no listing".to_owned()));
        };
        let (upload_id, own_key) = self.state.upload(args.upload.as_ref())?;
        let key = self.key_or(args.key.as_ref(), own_key)?;
        let max_parts = args.max_parts.as_ref().map(|max| self.size(max)).transpose()?;
        let mut marker: Option<u64> = None;
        let mut all: Vec<crate::wire::ListedPart> = Vec::new();
        for pages in 1.. {
            let call = s3::ListParts {
                key: key.clone(),
                upload_id: upload_id.clone(),
                max_parts,
                part_number_marker: marker,
            };
            let answer = send(&self.context.client, &call, &self.log).await?;
            if !answer.is_ok() {
                return Ok(answer);
            }
            for part in answer.parts.iter().flatten() {
                if all.iter().any(|seen| seen.number == part.number) {
                    return Err(Fault::Walk(format!("part {} on a second page", part.number)));
                }
                all.push(part.clone());
            }
            if !answer.truncated {
                if let Some(name) = &args.r#as {
                    self.state.listed_parts.insert(name.clone(), all.clone());
                }
                return Ok(Answer { parts: Some(all), pages, ..answer });
            }
            let next = answer.field("NextPartNumberMarker").and_then(|text| text.parse().ok());
            if next <= marker {
                return Err(Fault::Walk(format!("page {pages} has a marker that does not advance")));
            }
            marker = next;
            if pages as usize > all.len() + 2 {
                return Err(Fault::Walk(format!("{pages} pages for {} parts", all.len())));
            }
        }
        Err(Fault::Walk("no last page".to_owned()))
    }

    /// Follows both markers of ListMultipartUploads to the last page.
    async fn walk_uploads(&mut self, args: &crate::case::ListUploads) -> Result<Answer, Fault> {
        let mut call = self.list_uploads(args)?;
        let mut uploads: Vec<crate::wire::ListedUpload> = Vec::new();
        let mut prefixes: Vec<String> = Vec::new();
        for pages in 1.. {
            let answer = send(&self.context.client, &call, &self.log).await?;
            if !answer.is_ok() {
                return Ok(answer);
            }
            for upload in answer.uploads.iter().flatten() {
                if uploads.contains(upload) {
                    return Err(Fault::Walk(format!("upload {} on a second page", upload.id)));
                }
                uploads.push(upload.clone());
            }
            for prefix in answer.prefixes.iter().flatten() {
                if prefixes.contains(prefix) {
                    return Err(Fault::Walk(format!("prefix {prefix} on a second page")));
                }
                prefixes.push(prefix.clone());
            }
            if !answer.truncated {
                if let Some(name) = &args.r#as {
                    let own = self.own(uploads.clone());
                    self.state.listed_uploads.insert(name.clone(), own);
                }
                return Ok(Answer { uploads: Some(uploads), prefixes: Some(prefixes), pages, ..answer });
            }
            let next = answer.field("NextKeyMarker").map(str::to_owned);
            let next_id = answer.field("NextUploadIdMarker").filter(|id| !id.is_empty()).map(str::to_owned);
            if (&next, &next_id) == (&call.key_marker, &call.upload_id_marker) || next.is_none() {
                return Err(Fault::Walk(format!("page {pages} has markers that do not advance")));
            }
            (call.key_marker, call.upload_id_marker) = (next, next_id);
            if pages as usize > uploads.len() + prefixes.len() + 2 {
                return Err(Fault::Walk(format!("{pages} pages for {} uploads", uploads.len())));
            }
        }
        Err(Fault::Walk("no last page".to_owned()))
    }
}

fn content_md5(form: ContentMd5, body: &Blob) -> String {
    use base64::Engine as _;
    let mut digest = body.md5();
    match form {
        ContentMd5::Right => {}
        ContentMd5::Wrong => digest[0] ^= 0xff,
        ContentMd5::Malformed => return "not a digest".to_owned(),
    }
    base64::engine::general_purpose::STANDARD.encode(digest)
}
