//! ListParts.

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Arguments, Bounded, Cost, Kind, Named, Operation, Pages, Prepared, Profile, Scope, Turned, Turning,
};
use crate::history::{Ask, Saw, SeenPart};
use crate::language::{KeyName, Missing, PartNumber, Sizes, UploadRef};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::dialect::Dialect;
use crate::wire::reader::{checksums, echoes, echoes_key, etag, number, page_size, told, truncated};
use crate::wire::{Answer, Call, ListedPart, Request, Response, unquoted};

/// The arguments of `list_parts`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListParts {
    /// The upload.
    pub upload: Option<UploadRef>,
    /// The key.
    pub key: Option<KeyName>,
    /// The most entries on a page.
    pub max_parts: Option<PartNumber>,
    /// Only numbers above this one.
    pub part_number_marker: Option<PartNumber>,
    /// How the answer writes the key; `url` is known.
    pub encoding_type: Option<String>,
    /// Follows the markers to the last page.
    #[serde(default)]
    pub walk: bool,
    /// A name: NAME.1 is part 1 as listed.
    pub r#as: Option<String>,
}

/// One page of parts, where a request does not say how many it wants.
const USUAL_PAGE: u32 = 1_000;

impl Named for ListParts {
    const WORD: &'static str = "list_parts";
    const NAME: &'static str = "ListParts";
    const ASPECTS: &'static [&'static str] = &[
        "answer",
        "root",
        "xmlns",
        "Bucket",
        "Key",
        "UploadId",
        "IsTruncated",
        "NextPartNumberMarker",
        "MaxParts",
        "Part.PartNumber",
        "Part.ETag",
        "Part.ETag.quotes",
        "Part.Size",
        "Part.LastModified",
    ];
}

impl Arguments for ListParts {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { reads: true, modelled: !self.walk, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &["parts", "count", "at_most", "order", "pages", "part_checksums"]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.upload(self.upload.as_ref(), at);
        scope.define(self.r#as.as_deref(), Kind::Parts, &at.key("as"));
    }

    fn capability(&self, _: bool) -> Option<&'static str> {
        None
    }

    fn cost(&self, _: &Sizes<'_>) -> Result<Cost, Missing> {
        Ok(Cost::requests(if self.walk { 5 } else { 1 }))
    }

    fn upload(&self) -> Option<&UploadRef> {
        self.upload.as_ref()
    }

    fn bounded(&self) -> Vec<Bounded<'_>> {
        match &self.max_parts {
            Some(PartNumber::Expr(max)) => vec![Bounded::Symbolic(max)],
            _ => Vec::new(),
        }
    }
}

impl Operation for ListParts {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let (upload_id, own_key) = row.upload(self.upload.as_ref())?;
        let number = |number: Option<&PartNumber>| number.map(|number| row.number(number)).transpose();
        let request = ListPartsRequest {
            key: row.key_or(self.key.as_ref(), own_key)?,
            upload_id,
            max_parts: number(self.max_parts.as_ref())?,
            part_number_marker: number(self.part_number_marker.as_ref())?,
            encoding_type: self.encoding_type.clone(),
        };
        let seen = self.walk.then(Vec::new);
        Ok(Box::new(Listing { request, name: self.r#as.clone(), seen, marker: None }))
    }
}

/// A listing on its way.
struct Listing {
    request: ListPartsRequest,
    name: Option<String>,
    /// The parts of the pages so far, where they are followed.
    seen: Option<Vec<ListedPart>>,
    /// The number behind which the page begins.
    marker: Option<u64>,
}

impl Prepared for Listing {
    fn call(&self) -> &dyn Call {
        &self.request
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        let ListPartsRequest { key, upload_id, part_number_marker, max_parts, .. } = &self.request;
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        vec![Ask::ListParts {
            key: witness.below(key),
            upload: upload_id.clone(),
            after: number(part_number_marker).unwrap_or(0),
            max: number(max_parts).unwrap_or(USUAL_PAGE),
        }]
    }

    fn saw(&self, _: &Witness, _: &Ask, answer: &Answer) -> Saw {
        // A listing of entries that cannot be distinguished shows nothing.
        if answer.deviation("Part.PartNumber").is_some() {
            return Saw::Nothing;
        }
        let part = |part: &ListedPart| SeenPart {
            number: u32::try_from(part.number).unwrap_or(u32::MAX),
            etag: part.etag.as_deref().map(|etag| unquoted(etag).to_owned()),
            size: part.size,
        };
        // More than were asked for are wrong, however many.
        let asked = self.request.max_parts.as_ref().and_then(|max| max.parse().ok()).unwrap_or(USUAL_PAGE);
        let most = (asked as usize).saturating_add(1);
        let parts = answer.parts.iter().flatten().map(part).take(most).collect();
        Saw::Parts { parts, truncated: answer.truncated }
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>) {
        if let Some(name) = &self.name {
            row.listed_parts.insert(name.clone(), answer.parts.clone().unwrap_or_default());
        }
    }

    fn pages(&mut self) -> Option<&mut dyn Pages> {
        self.seen.is_some().then_some(self)
    }
}

impl Pages for Listing {
    fn add(&mut self, answer: &Answer) -> Result<(), String> {
        let seen = self.seen.get_or_insert_default();
        for part in answer.parts.iter().flatten() {
            if seen.iter().any(|seen| seen.number == part.number) {
                return Err(format!("part {}", part.number));
            }
            seen.push(part.clone());
        }
        Ok(())
    }

    fn entries(&self) -> usize {
        self.seen.as_ref().map_or(0, Vec::len)
    }

    fn noun(&self) -> &'static str {
        "parts"
    }

    fn turn(&mut self, answer: &Answer, _: Turning) -> Result<(), Turned> {
        let marker = answer.field("NextPartNumberMarker").and_then(|text| text.parse().ok());
        // Without its marker a page goes on behind its last part.
        let last = || answer.parts.iter().flatten().map(|part| part.number).max();
        let next = marker.or_else(last);
        if next <= self.marker {
            return Err(Turned::NotOn("a marker that does not advance"));
        }
        self.marker = next;
        self.request.part_number_marker = next.map(|marker| marker.to_string());
        Ok(())
    }

    fn whole(&self, last: Answer) -> Answer {
        Answer { parts: self.seen.clone(), ..last }
    }
}

/// The request.
#[derive(Clone, Debug, Default)]
pub struct ListPartsRequest {
    /// The key.
    pub key: String,
    /// The upload.
    pub upload_id: String,
    /// The most entries of the answer.
    pub max_parts: Option<String>,
    /// Only numbers above this one.
    pub part_number_marker: Option<String>,
    /// How the answer writes the key.
    pub encoding_type: Option<String>,
}

impl Call for ListPartsRequest {
    fn name(&self) -> &'static str {
        "ListParts"
    }

    fn request(&self, _: Dialect) -> Request {
        Request::key(Method::GET, &self.key)
            .query("uploadId", &self.upload_id)
            .query_if("max-parts", self.max_parts.as_ref())
            .query_if("part-number-marker", self.part_number_marker.as_ref())
            .query_if("encoding-type", self.encoding_type.as_ref())
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("ListPartsResult", &mut answer)? else { return Ok(answer) };
        echoes(&root, "Bucket", bucket, &mut answer);
        echoes_key(&root, &self.key, &mut answer);
        echoes(&root, "UploadId", &self.upload_id, &mut answer);
        answer.truncated = truncated(&root, &mut answer);
        if answer.truncated {
            number(&root, "NextPartNumberMarker", "NextPartNumberMarker", &mut answer);
        }
        page_size(&root, "MaxParts", self.max_parts.as_ref(), &mut answer);
        let mut parts = Vec::new();
        for part in root.all("Part") {
            let etag = etag(part, "Part.ETag", "Part.ETag.quotes", &mut answer);
            let size = number(part, "Size", "Part.Size", &mut answer);
            told(part, "LastModified", "Part.LastModified", &mut answer);
            // An entry without its number is no part that could be compared.
            if let Some(number) = number(part, "PartNumber", "Part.PartNumber", &mut answer) {
                parts.push(ListedPart { number, etag, size, checksums: checksums(part) });
            }
        }
        answer.parts = Some(parts);
        let known = [
            "Bucket",
            "Key",
            "UploadId",
            "PartNumberMarker",
            "NextPartNumberMarker",
            "MaxParts",
            "IsTruncated",
            "Part",
            "Initiator",
            "Owner",
            "StorageClass",
            "ChecksumAlgorithm",
            "ChecksumType",
            "EncodingType",
        ];
        root.note_unknown(&known, &mut answer.notes);
        Ok(answer)
    }
}
