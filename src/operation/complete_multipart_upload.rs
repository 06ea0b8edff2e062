//! CompleteMultipartUpload.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use md5::{Digest, Md5};
use mpuspec_mock::yaml::Path;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::completed_parts::{CompletedPart, entries, is_sure, listed};
use super::head_object::HeadObjectRequest;
use super::headers::{capability_of, content_md5, optional, type_header, value, wire_checksum};
use super::{
    Arguments, ContentMd5, Cost, Elsewhere, Headers, Kind, Named, Operation, Prepared, Profile, Scope,
};
use crate::history::{Ask, Saw};
use crate::language::{
    Algorithm, Callback, CallbackBy, ChecksumType, CompletedList, Expr, KeyName, Missing, RawCallback,
    Rightness, Sizes, UploadRef, scalar_or_map,
};
use crate::row::{Asked, Completed, RowState, Unavailable, Witness, Written, etag_of};
use crate::wire::dialect::{Dialect, namespace, own};
use crate::wire::reader::{echoes, echoes_key, etag, told};
use crate::wire::{Answer, Body, Call, Request, Response, unquoted};

/// No callback is padded by more: servers read no longer header.
const MOST_PADDING: usize = 1 << 20;

/// The arguments of `complete_upload`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteUpload {
    /// The list of parts, sent as written, or a range such as 1..9.
    pub parts: Option<CompletedList>,
    /// Asks for everything that was sent.
    pub all: Option<bool>,
    /// A body of its own in place of the list.
    pub body: Option<RawBody>,
    /// The upload.
    pub upload: Option<UploadRef>,
    /// The key.
    pub key: Option<KeyName>,
    /// A name for the object.
    pub r#as: Option<String>,
    /// Asks for a callback to a server of the suite.
    pub callback: Option<Callback>,
    /// The checksum of the object.
    #[serde(default)]
    pub checksum: BTreeMap<Algorithm, Rightness>,
    /// What that checksum covers.
    pub checksum_type: Option<ChecksumType>,
    /// The size of the object.
    pub object_size: Option<Expr>,
    /// The name of the step whose ETag the object must have, or `wrong`.
    pub if_match: Option<String>,
    /// `any`: there must be no object.
    pub if_none_match: Option<Any>,
    /// Whether an object that is there forbids the completion.
    pub forbid_overwrite: Option<bool>,
    /// ACL of the object, where it is given with the completion.
    pub acl: Option<String>,
    /// How the server shall encrypt the object, which belongs to the creation.
    pub encryption: Option<String>,
    /// How the answer writes the key; `url` is known.
    pub encoding_type: Option<String>,
    /// The Content-MD5 header.
    pub content_md5: Option<ContentMd5>,
    /// User metadata, which belongs to the creation.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// A body as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RawBody {
    /// None at all.
    None,
    /// This text.
    Text(String),
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BodyText {
    text: String,
}

impl<'de> Deserialize<'de> for RawBody {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = |text: &str| match text {
            "none" => Ok(Self::None),
            other => Err(format!("`{other}` is no body; write none or {{ text: TEXT }}")),
        };
        scalar_or_map(deserializer, "none or { text: TEXT }", word, |body: BodyText| {
            Ok(Self::Text(body.text))
        })
    }
}

impl JsonSchema for RawBody {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RawBody".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<BodyText>();
        schemars::json_schema!({ "anyOf": [{ "const": "none" }, text] })
    }
}

/// Whatever there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Any {
    /// Any object.
    Any,
}

impl Named for CompleteUpload {
    const WORD: &'static str = "complete_upload";
    const NAME: &'static str = "CompleteMultipartUpload";
    const ASPECTS: &'static [&'static str] =
        &["answer", "root", "xmlns", "Location", "Bucket", "Key", "ETag", "ETag.quotes"];
}

impl Arguments for CompleteUpload {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        let called_back = self.callback.as_ref().is_some_and(|callback| callback.raw.is_none());
        Profile { modelled: self.body.is_none(), late_error: true, called_back, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["etag", "checksum", "callback"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.upload(self.upload.as_ref(), at);
        if let Some(CompletedList::List(list)) = &self.parts {
            for (index, entry) in list.iter().enumerate() {
                scope.entry(entry, self.upload.as_ref(), &at.key("parts").index(index));
            }
        }
        if self.parts.is_none() && self.body.is_none() && self.all != Some(true) {
            scope.mistake_at_key(at, "a completion needs `parts`, `body` or `all`");
        }
        scope.condition(self.if_match.as_deref(), &at.key("if_match"));
        scope.define(self.r#as.as_deref(), Kind::Object, &at.key("as"));
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        let by = |asked: bool, name: &'static str| asked.then_some(name);
        by(self.if_match.is_some(), "if_match")
            .or_else(|| by(self.if_none_match.is_some(), "conditional_complete"))
            .or_else(|| capability_of(&self.checksum))
            .or_else(|| by(self.all == Some(true), "complete_all"))
            .or_else(|| by(self.callback.is_some(), "callback"))
            .or_else(|| by(self.forbid_overwrite.is_some(), "forbid_overwrite"))
            .or_else(|| by(self.object_size.is_some(), "object_size"))
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(2))
    }
}

impl Operation for CompleteUpload {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let (id, own_key) = row.upload(self.upload.as_ref())?;
        let key = row.key_or(self.key.as_ref(), own_key)?;
        row.may_make(&key);
        let entries = self.parts.as_ref().map(|list| entries(list, row)).transpose()?;
        let parts = entries.iter().flatten().map(|entry| listed(entry, row)).collect::<Result<_, _>>()?;
        let body = self.body.as_ref().map(|body| match body {
            RawBody::None => String::new(),
            RawBody::Text(text) => text.clone(),
        });
        let finished: Vec<usize> = if self.all == Some(true) && self.parts.is_none() {
            row.newest_parts(&id, self.upload.as_ref())
        } else {
            let meant = entries.iter().flatten().filter_map(|entry| entry.part.as_ref());
            meant.filter_map(|part| row.position(part)).collect()
        };
        let mut request = CompleteMultipartUploadRequest {
            key,
            upload_id: id.clone(),
            parts,
            body,
            headers: self.headers(&id, &finished, row)?,
            all: self.all == Some(true),
            encoding_type: self.encoding_type.clone(),
            query: Vec::new(),
            calls_back: self.callback.is_some(),
        };
        if let Some(form) = self.content_md5 {
            let digest = Md5::digest(request.document(row.setting.target.dialect)).into();
            request.headers.push(content_md5(form, digest));
        }
        let callback =
            self.callback.as_ref().map(|callback| ask_for(callback, &mut request, row)).transpose()?;
        let known = self.body.is_none() && self.all != Some(true);
        let sure = known && entries.is_some_and(|entries| is_sure(&entries, &finished, row));
        let (name, callback) = (self.r#as.clone(), callback.flatten());
        Ok(Box::new(Completing { request, name, parts: finished, sure, callback }))
    }
}

impl CompleteUpload {
    /// What a completion asks beside its list.
    fn headers(&self, id: &str, parts: &[usize], row: &RowState<'_>) -> Result<Headers, Unavailable> {
        let mut headers = optional([
            (row.acl_header(), self.acl.as_ref()),
            (row.own_header("server-side-encryption"), self.encryption.as_ref()),
        ]);
        headers.extend(row.metadata(&self.metadata));
        headers.extend(row.forbid_overwrite(self.forbid_overwrite));
        headers.extend(row.conditions("", self.if_match.as_ref(), None)?);
        headers.extend(self.if_none_match.map(|_| ("if-none-match".to_owned(), "*".to_owned())));
        headers.extend(self.checksum_type.map(type_header));
        if let Some(size) = &self.object_size {
            headers.push(("x-amz-mp-object-size".to_owned(), row.value(size)?.to_string()));
        }
        let pieces: Vec<bytes::Bytes> = parts.iter().map(|at| row.sent[*at].bytes()).collect();
        let composite = row
            .uploads
            .iter()
            .any(|upload| upload.id == id && matches!(upload.checksum, Some((_, ChecksumType::Composite))));
        for (algorithm, rightness) in &self.checksum {
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
}

/// Asks for a callback, and returns the name under which the suite's own server waits for it.
fn ask_for(
    callback: &Callback,
    request: &mut CompleteMultipartUploadRequest,
    row: &RowState<'_>,
) -> Result<Option<String>, Unavailable> {
    let (asked, name) = match (&callback.raw, row.setting.callbacks) {
        (Some(RawCallback::Text(text)), _) => (Asked { callback: text.clone(), variables: None }, None),
        (Some(RawCallback::Base64(text)), _) => {
            (Asked { callback: STANDARD.encode(text), variables: None }, None)
        }
        (None, None) => return Err(Unavailable("a server to be called back".to_owned())),
        (None, Some(server)) => {
            let name = server.expect(callback);
            let padding = callback.padding.as_ref().map(|size| row.size(size)).transpose()?;
            let padding = usize::try_from(padding.unwrap_or(0)).unwrap_or(usize::MAX).min(MOST_PADDING);
            (server.ask(&name, callback, padding), Some(name))
        }
    };
    let by = callback.by.unwrap_or(CallbackBy::Header);
    for (parameter, text) in [("callback", Some(asked.callback)), ("callback-var", asked.variables)] {
        let Some(text) = text else { continue };
        if by != CallbackBy::Query {
            request.headers.push((row.own_header(parameter), text.clone()));
        }
        if by != CallbackBy::Header {
            request.query.push((parameter, text));
        }
    }
    Ok(name)
}

/// A completion on its way.
struct Completing {
    request: CompleteMultipartUploadRequest,
    name: Option<String>,
    /// The parts that it lists, as positions in what was sent.
    parts: Vec<usize>,
    /// Whether an answer with success says that the object has the bytes of these parts.
    sure: bool,
    /// The name under which the suite's own server waits to be called back.
    callback: Option<String>,
}

impl Prepared for Completing {
    fn call(&self) -> &dyn Call {
        &self.request
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        let CompleteMultipartUploadRequest { key, upload_id, parts, all, .. } = &self.request;
        let entry = |part: &CompletedPart| {
            let number = part.number.as_ref()?.parse().ok()?;
            Some((number, unquoted(part.etag.as_deref().unwrap_or_default()).to_owned()))
        };
        let list = (!all).then(|| parts.iter().filter_map(entry).collect());
        vec![Ask::CompleteUpload { key: witness.below(key), upload: upload_id.clone(), list }]
    }

    fn saw(&self, _: &Witness, _: &Ask, answer: &Answer) -> Saw {
        Saw::Completed { etag: etag_of(answer) }
    }

    fn writes(&self) -> Written<'_> {
        Written::Key(&self.request.key)
    }

    fn has_to_be_refused(&mut self) {
        self.sure = false;
    }

    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>) {
        if !answer.is_ok() && self.callback.is_none() {
            return;
        }
        let server = row.setting.callbacks;
        row.called_back = server.and_then(|server| Some(server.calls(self.callback.as_ref()?)));
        row.finished.clone_from(&self.parts);
        if let (Some(name), Some(etag)) = (&self.name, &answer.etag) {
            row.objects.insert(name.clone(), etag.clone());
        }
        if answer.is_ok() {
            row.writes.complete(Completed {
                key: self.request.key.clone(),
                upload: self.request.upload_id.clone(),
                etag: answer.etag.clone().unwrap_or_default(),
                parts: self.parts.clone(),
                sure: self.sure,
            });
            row.ended(&self.request.key, &self.request.upload_id);
        }
    }

    fn etag_elsewhere(&self, row: &RowState<'_>) -> Option<Elsewhere> {
        // Another completion of the upload may have been answered since; the key then shows that one's.
        if self.callback.is_some() || row.writes.has_completed(&self.request.upload_id) {
            return None;
        }
        let call = HeadObjectRequest { key: self.request.key.clone(), ..Default::default() };
        Some(Elsewhere { call: Box::new(call), number: None, of_object: true })
    }
}

/// The request.
#[derive(Clone, Debug, Default)]
pub struct CompleteMultipartUploadRequest {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// The list of parts, unless there is a body of its own.
    pub parts: Vec<CompletedPart>,
    /// A body in place of the list.
    pub body: Option<String>,
    /// Asks for all parts that the server has.
    pub all: bool,
    /// How the answer writes the key.
    pub encoding_type: Option<String>,
    /// Parameters of the query.
    pub query: Vec<(&'static str, String)>,
    /// Whether the answer is that of a server that is called back.
    pub calls_back: bool,
    /// Further headers.
    pub headers: Headers,
}

impl CompleteMultipartUploadRequest {
    /// The body: the list of parts, unless there is another one or all are asked for.
    pub fn document(&self, dialect: Dialect) -> String {
        if let Some(body) = &self.body {
            return body.clone();
        }
        if self.all && self.parts.is_empty() {
            return String::new();
        }
        let mut text = format!("<CompleteMultipartUpload{}>", namespace(dialect));
        text.extend(self.parts.iter().map(CompletedPart::element));
        text.push_str("</CompleteMultipartUpload>");
        text
    }
}

impl Call for CompleteMultipartUploadRequest {
    fn name(&self) -> &'static str {
        "CompleteMultipartUpload"
    }

    fn request(&self, dialect: Dialect) -> Request {
        let document = self.document(dialect);
        let body = if document.is_empty() { Body::Empty } else { Body::Document(document.into()) };
        let request = Request { headers: self.headers.clone(), ..Request::key(Method::POST, &self.key) };
        let mut request = request.query("uploadId", &self.upload_id).body(body);
        for (name, value) in &self.query {
            request = request.query(name, value);
        }
        if self.all {
            request = request.header(&own(dialect, "complete-all"), "yes");
        }
        request
            .query_if("encoding-type", self.encoding_type.as_ref())
            .header("content-type", "application/xml")
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        // The answer of the called server takes the place of the document.
        if self.calls_back && response.status == http::StatusCode::OK {
            return Ok(answer);
        }
        let Some(root) = response.document("CompleteMultipartUploadResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer);
        echoes_key(&root, &self.key, &mut answer);
        told(&root, "Location", "Location", &mut answer);
        answer.etag = etag(&root, "ETag", "ETag.quotes", &mut answer);
        let known = [
            "Location",
            "Bucket",
            "Key",
            "ETag",
            "ChecksumCRC32",
            "ChecksumCRC32C",
            "ChecksumCRC64NVME",
            "ChecksumSHA1",
            "ChecksumSHA256",
            "ChecksumType",
            "EncodingType",
        ];
        root.note_unknown(&known, &mut answer.notes);
        Ok(answer)
    }
}
