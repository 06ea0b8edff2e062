//! The calls that end an upload.

use std::sync::Arc;

use md5::{Digest, Md5};

use super::super::callback::Asked;
use super::super::headers::{content_md5, listed_checksums, optional, type_header, value, wire_checksum};
use super::super::perform::Fault;
use super::super::row::Round;
use super::{After, Call};
use crate::case::{AbortUpload, Callback, CallbackBy, CompleteUpload, RawBody};
use crate::language::{
    ChecksumType, CompletedEntry, CompletedList, ETagForm, Expr, ListedNumber, PartRef, Rightness,
};
use crate::wire::s3::{self, CompletedPart};

impl Round<'_> {
    pub(super) fn complete_upload(&mut self, args: &CompleteUpload) -> Result<(Call, After), Fault> {
        let (id, own_key) = self.state.upload(args.upload.as_ref())?;
        let key = self.key_or(args.key.as_ref(), own_key)?;
        self.may_make(&key);
        let entries = args.parts.as_ref().map(|list| self.entries(list)).transpose()?;
        let parts = entries.iter().flatten().map(|entry| self.entry(entry)).collect::<Result<_, _>>()?;
        let body = args.body.as_ref().map(|body| match body {
            RawBody::None => String::new(),
            RawBody::Text(text) => text.clone(),
        });
        let finished = if args.all == Some(true) && args.parts.is_none() {
            self.state.newest_parts(&id, args.upload.as_ref())
        } else {
            let listed = entries.iter().flatten().filter_map(|entry| entry.part.as_ref());
            listed.filter_map(|part| self.state.position(part, &self.sizes())).collect()
        };
        let headers = self.completion_headers(args, &id, &finished)?;
        let mut call = s3::CompleteMultipartUpload {
            key: key.clone(),
            upload_id: id.clone(),
            parts,
            body,
            headers,
            all: args.all == Some(true),
            encoding_type: args.encoding_type.clone(),
            query: Vec::new(),
            calls_back: args.callback.is_some(),
        };
        if let Some(form) = args.content_md5 {
            let digest = Md5::digest(call.document(self.context.client.target.dialect)).into();
            call.headers.push(("content-md5".to_owned(), content_md5(form, digest)));
        }
        let expected =
            args.callback.as_ref().map(|callback| self.ask_for(callback, &mut call)).transpose()?;
        let name = args.r#as.clone();
        // An entry that says something else than its part, or an earlier one, is there to be refused.
        let plain = |entry: &CompletedEntry| entry.etag.is_none() && entry.number.is_none();
        let listed = entries.as_ref().is_some_and(|parts| parts.iter().all(plain));
        let of = |at: usize| (&self.state.sent[at].upload, &self.state.sent[at].number);
        let newest = |at: &usize| (at + 1..self.state.sent.len()).all(|later| of(later) != of(*at));
        // Which bytes a copy brought depends on when it read them.
        let sent = |at: &usize| {
            let blob = &self.state.sent[*at].blob;
            !self.state.sent[..*at].iter().any(|before| Arc::ptr_eq(&before.blob, blob))
        };
        let all_known = entries.as_ref().is_some_and(|parts| parts.len() == finished.len());
        let sure = listed
            && all_known
            && args.body.is_none()
            && args.all != Some(true)
            && finished.iter().all(|at| newest(at) && sent(at));
        let callback = expected.flatten();
        Ok((Box::new(call), After::Finished { name, key, id, parts: finished, sure, callback }))
    }

    /// Returns the entries of a list, one for each number of a range.
    fn entries(&self, list: &CompletedList) -> Result<Vec<CompletedEntry>, Fault> {
        match list {
            CompletedList::List(list) => Ok(list.clone()),
            CompletedList::Range(first, last) => {
                let numbers = self.value(first)?..=self.value(last)?;
                let exprs = numbers.filter_map(|number| Expr::parse(&number.to_string()).ok());
                Ok(exprs.map(|number| CompletedEntry::of(PartRef::Number(number))).collect())
            }
        }
    }

    /// Asks for a callback. Given is the name under which the suite's own server waits for it.
    fn ask_for(
        &self,
        callback: &Callback,
        call: &mut s3::CompleteMultipartUpload,
    ) -> Result<Option<String>, Fault> {
        let (asked, name) = match (&callback.raw, &self.context.callbacks) {
            (Some(raw), _) => (Asked { callback: raw.clone(), variables: None }, None),
            (None, None) => return Err(Fault::Unavailable("a server to be called back".to_owned())),
            (None, Some(server)) => {
                let name = server.expect(callback);
                let padding = callback.padding.as_ref().map(|size| self.size(size)).transpose()?;
                let padding = usize::try_from(padding.unwrap_or(0)).unwrap_or(0);
                (server.ask(&name, callback, padding), Some(name))
            }
        };
        let by = callback.by.unwrap_or(CallbackBy::Header);
        for (parameter, text) in [("callback", Some(asked.callback)), ("callback-var", asked.variables)] {
            let Some(text) = text else { continue };
            if by != CallbackBy::Query {
                call.headers.push((self.own_header(parameter), text.clone()));
            }
            if by != CallbackBy::Header {
                call.query.push((parameter, text));
            }
        }
        Ok(name)
    }

    pub(super) fn abort_upload(&self, args: &AbortUpload) -> Result<(Call, After), Fault> {
        let (id, own_key) = self.state.upload(args.upload.as_ref())?;
        let key = self.key_or(args.key.as_ref(), own_key)?;
        let after = After::Aborted { key: key.clone(), id: id.clone() };
        Ok((Box::new(s3::AbortMultipartUpload { key, upload_id: id }), after))
    }

    /// What a completion asks beside its list.
    fn completion_headers(
        &self,
        args: &CompleteUpload,
        id: &str,
        parts: &[usize],
    ) -> Result<Vec<(String, String)>, Fault> {
        let mut headers = optional([
            (self.acl_header(), args.acl.as_ref()),
            (self.own_header("server-side-encryption"), args.encryption.as_ref()),
        ]);
        headers.extend(self.metadata(&args.metadata));
        headers.extend(self.forbid_overwrite(args.forbid_overwrite));
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
        let is_listed_plainly =
            entry.etag.is_none() || matches!(entry.etag, Some(ETagForm::Unquoted | ETagForm::Upper));
        let own = part.and_then(|part| part.etag);
        if let (Some(part), None, true) = (&entry.part, &own, is_listed_plainly) {
            return Err(Fault::Unavailable(format!(
                "the ETag of part {part} was not told by an earlier step"
            )));
        }
        let bare = |etag: Option<String>| etag.unwrap_or_default().trim_matches('"').to_owned();
        let etag = match &entry.etag {
            None => own,
            Some(ETagForm::None) => None,
            Some(ETagForm::Unquoted) => Some(bare(own)),
            Some(ETagForm::Upper) => Some(format!("\"{}\"", bare(own).to_uppercase())),
            Some(ETagForm::Wrong) => Some("\"00000000000000000000000000000000\"".to_owned()),
            Some(ETagForm::Of(other)) => self.state.part(other, &self.sizes())?.etag,
        };
        Ok(CompletedPart { number, etag, checksums })
    }
}
