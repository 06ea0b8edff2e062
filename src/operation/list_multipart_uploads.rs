//! ListMultipartUploads.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Arguments, Cost, Kind, Named, Operation, Pages, Prepared, Profile, Scope, Turned, Turning};
use crate::history::{Ask, Saw};
use crate::language::{Missing, PartNumber, Sizes, UploadRef};
use crate::row::{RowState, Unavailable, Witness, Written, is_own};
use crate::wire::dialect::Dialect;
use crate::wire::reader::{decoded, echoes, name, page_size, told, truncated};
use crate::wire::{Answer, Call, ListedUpload, Request, Response};

/// The arguments of `list_uploads`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListUploads {
    /// Only keys that begin so.
    pub prefix: Option<String>,
    /// Rolls keys up to this text.
    pub delimiter: Option<String>,
    /// The most entries on a page.
    pub max_uploads: Option<PartNumber>,
    /// How names are written; `url` is known.
    pub encoding_type: Option<String>,
    /// Only what comes after this key.
    pub key_marker: Option<String>,
    /// Also what comes after this upload of the marked key.
    pub upload_id_marker: Option<UploadRef>,
    /// Follows the markers to the last page.
    #[serde(default)]
    pub walk: bool,
    /// A name: NAME.1 is the first upload listed.
    pub r#as: Option<String>,
}

impl Named for ListUploads {
    const WORD: &'static str = "list_uploads";
    const NAME: &'static str = "ListMultipartUploads";
    const ASPECTS: &'static [&'static str] = &[
        "answer",
        "root",
        "xmlns",
        "Bucket",
        "IsTruncated",
        "NextKeyMarker",
        "MaxUploads",
        "Upload.Key",
        "Upload.UploadId",
        "Upload.Initiated",
        "CommonPrefixes.Prefix",
    ];
}

impl Arguments for ListUploads {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile {
            reads: true,
            modelled: !self.walk,
            own_only: self.prefix.is_none(),
            walks_uploads: self.walk,
            ..Profile::default()
        }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["uploads", "prefixes", "count", "at_most", "order", "pages"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        if let Some(upload) = &self.upload_id_marker {
            scope.upload(Some(upload), at);
        }
        scope.define(self.r#as.as_deref(), Kind::Uploads, &at.key("as"));
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        Some("list_uploads")
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(if self.walk { 5 } else { 1 }))
    }
}

impl Operation for ListUploads {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let upload_id_marker = match &self.upload_id_marker {
            Some(upload) => Some(row.upload(Some(upload))?.0),
            None => None,
        };
        let request = ListMultipartUploadsRequest {
            prefix: format!("{}{}", row.prefix, self.prefix.as_deref().unwrap_or_default()),
            delimiter: self.delimiter.clone(),
            max_uploads: self.max_uploads.as_ref().map(|max| row.number(max)).transpose()?,
            encoding_type: self.encoding_type.clone(),
            key_marker: self.key_marker.as_ref().map(|marker| format!("{}{marker}", row.prefix)),
            upload_id_marker,
        };
        let seen = self.walk.then(Seen::default);
        Ok(Box::new(Listing { request, name: self.r#as.clone(), seen }))
    }
}

/// A listing on its way.
struct Listing {
    request: ListMultipartUploadsRequest,
    name: Option<String>,
    /// What the pages so far have shown, where they are followed.
    seen: Option<Seen>,
}

#[derive(Default)]
struct Seen {
    uploads: Vec<ListedUpload>,
    prefixes: Vec<String>,
}

impl Prepared for Listing {
    fn call(&self) -> &dyn Call {
        &self.request
    }

    /// A page shows everything of the keys between its markers, and asks about each of them.
    fn asks(&self, witness: &mut Witness, answer: Option<&Answer>) -> Vec<Ask> {
        let Some(answer) = answer.filter(|answer| answer.is_ok() && self.request.delimiter.is_none()) else {
            return Vec::new();
        };
        let after = self.request.key_marker.as_deref().unwrap_or_default();
        let upto = answer.truncated.then(|| answer.field("NextKeyMarker").unwrap_or_default());
        let is_told = |key: &String| {
            key.starts_with(&self.request.prefix)
                && (after.is_empty() || key.as_str() > after)
                && upto.is_none_or(|upto| key.as_str() < upto)
        };
        let keys = witness.keys().into_iter().filter(is_told);
        keys.map(|key| Ask::ListUploads { key: witness.below(&key) }).collect()
    }

    fn saw(&self, witness: &Witness, ask: &Ask, answer: &Answer) -> Saw {
        // A listing of entries that cannot be distinguished shows nothing.
        if ["Upload.Key", "Upload.UploadId"].iter().any(|of| answer.deviation(of).is_some()) {
            return Saw::Nothing;
        }
        let of_key = answer.uploads.iter().flatten().filter(|upload| witness.is(&upload.key, ask.key()));
        Saw::Uploads { ids: of_key.map(|upload| upload.id.clone()).collect() }
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>) {
        let Some(name) = &self.name else { return };
        // What else a server lists is other people's, and no step may mean it.
        let mut uploads = answer.uploads.clone().unwrap_or_default();
        uploads.retain(|upload| is_own(&upload.key, &row.prefix));
        row.listed_uploads.insert(name.clone(), uploads);
    }

    fn pages(&mut self) -> Option<&mut dyn Pages> {
        self.seen.is_some().then_some(self)
    }
}

impl Pages for Listing {
    fn add(&mut self, answer: &Answer) -> Result<(), String> {
        let Seen { uploads, prefixes } = self.seen.get_or_insert_default();
        for upload in answer.uploads.iter().flatten() {
            if uploads.contains(upload) {
                return Err(format!("upload {}", upload.id));
            }
            uploads.push(upload.clone());
        }
        for prefix in answer.prefixes.iter().flatten() {
            if prefixes.contains(prefix) {
                return Err(format!("prefix {prefix}"));
            }
            prefixes.push(prefix.clone());
        }
        Ok(())
    }

    fn entries(&self) -> usize {
        self.seen.as_ref().map_or(0, |seen| seen.uploads.len() + seen.prefixes.len())
    }

    fn noun(&self) -> &'static str {
        "uploads"
    }

    fn turn(&mut self, answer: &Answer, turning: Turning) -> Result<(), Turned> {
        let marker = answer.field("NextKeyMarker").filter(|key| !key.is_empty()).map(str::to_owned);
        // Without its marker a page goes on behind its last key.
        let last = || {
            let uploads = answer.uploads.iter().flatten().map(|upload| &upload.key);
            uploads.chain(answer.prefixes.iter().flatten()).max().cloned()
        };
        let next = marker.or_else(last);
        let next_id = answer.field("NextUploadIdMarker").filter(|id| !id.is_empty()).map(str::to_owned);
        let has_prefixes = answer.prefixes.as_ref().is_some_and(|prefixes| !prefixes.is_empty());
        if next_id.is_none() && turning.by_id && !has_prefixes {
            return Err(Turned::Lacking("a cut page without NextUploadIdMarker"));
        }
        let before = (&self.request.key_marker, &self.request.upload_id_marker);
        if next.is_none() || (&next, &next_id) == before {
            return Err(Turned::NotOn("markers that do not advance"));
        }
        (self.request.key_marker, self.request.upload_id_marker) = (next, next_id);
        Ok(())
    }

    fn whole(&self, last: Answer) -> Answer {
        match &self.seen {
            Some(Seen { uploads, prefixes }) => {
                Answer { uploads: Some(uploads.clone()), prefixes: Some(prefixes.clone()), ..last }
            }
            None => last,
        }
    }
}

/// The request.
#[derive(Clone, Debug, Default)]
pub struct ListMultipartUploadsRequest {
    /// Only keys that begin so.
    pub prefix: String,
    /// Rolls keys up to this text.
    pub delimiter: Option<String>,
    /// The most entries of the answer.
    pub max_uploads: Option<String>,
    /// How names are written.
    pub encoding_type: Option<String>,
    /// Only what comes after this key.
    pub key_marker: Option<String>,
    /// Also what comes after this upload of the marked key.
    pub upload_id_marker: Option<String>,
}

impl Call for ListMultipartUploadsRequest {
    fn name(&self) -> &'static str {
        "ListMultipartUploads"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::bucket(Method::GET)
            .flag("uploads")
            .query("prefix", &self.prefix)
            .query_if("delimiter", self.delimiter.as_ref())
            .query_if("max-uploads", self.max_uploads.as_ref())
            .query_if("encoding-type", self.encoding_type.as_ref())
            .query_if("key-marker", self.key_marker.as_ref())
            .query_if("upload-id-marker", self.upload_id_marker.as_ref())
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("ListMultipartUploadsResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer);
        // What was asked for need not be granted: then names come as they are.
        let is_encoded = root.text("EncodingType") == Some("url");
        for field in ["KeyMarker", "NextKeyMarker", "Prefix", "Delimiter"] {
            if is_encoded
                && let Some((_, text)) = answer.fields.iter_mut().find(|(known, _)| known == field)
                && let Some(decoded) = decoded(text)
            {
                *text = decoded;
            }
        }
        answer.truncated = truncated(&root, &mut answer);
        page_size(&root, "MaxUploads", self.max_uploads.as_ref(), &mut answer);
        let mut uploads = Vec::new();
        for upload in root.all("Upload") {
            told(upload, "Initiated", "Upload.Initiated", &mut answer);
            let id = told(upload, "UploadId", "Upload.UploadId", &mut answer).map(str::to_owned);
            // An entry without its key or its id is no upload that could be compared.
            if let (Some(key), Some(id)) = (name(upload, is_encoded, "Upload.Key", &mut answer), id) {
                uploads.push(ListedUpload { key, id });
            }
        }
        let mut prefixes = Vec::new();
        for prefix in root.all("CommonPrefixes") {
            prefixes.extend(name(prefix, is_encoded, "CommonPrefixes.Prefix", &mut answer));
        }
        // AWS was recorded to leave the marker empty on a page that ends in a common prefix.
        let last_upload = uploads.iter().map(|upload| &upload.key).max();
        if answer.truncated && last_upload > prefixes.iter().max() {
            told(&root, "NextKeyMarker", "NextKeyMarker", &mut answer);
        }
        (answer.uploads, answer.prefixes) = (Some(uploads), Some(prefixes));
        let known = [
            "Bucket",
            "KeyMarker",
            "UploadIdMarker",
            "NextKeyMarker",
            "NextUploadIdMarker",
            "Prefix",
            "Delimiter",
            "EncodingType",
            "MaxUploads",
            "IsTruncated",
            "Upload",
            "CommonPrefixes",
        ];
        root.note_unknown(&known, &mut answer.notes);
        Ok(answer)
    }
}
