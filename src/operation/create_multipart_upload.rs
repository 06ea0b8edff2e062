//! CreateMultipartUpload.

use std::collections::BTreeMap;

use http::Method;
use mpuspec_mock::yaml::Path;
use schemars::JsonSchema;
use serde::Deserialize;

use super::headers::{optional, type_header, user_metadata};
use super::{Arguments, Cost, Headers, Named, Operation, Prepared, Profile, Scope, Shown};
use crate::history::{Ask, Saw};
use crate::language::{Algorithm, ChecksumType, KeyName, Missing, Sizes};
use crate::row::{RowState, Unavailable, Witness, Written};
use crate::wire::dialect::Dialect;
use crate::wire::reader::{echoes, echoes_key, told};
use crate::wire::{Answer, Call, Request, Response, encode_path};

/// The arguments of `create_upload`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUpload {
    /// The key; by default each row has one of its own.
    pub key: Option<KeyName>,
    /// A name for the upload.
    pub r#as: Option<String>,
    /// Content-Type of the object.
    pub content_type: Option<String>,
    /// Cache-Control of the object.
    pub cache_control: Option<String>,
    /// Content-Disposition of the object.
    pub content_disposition: Option<String>,
    /// Content-Encoding of the object.
    pub content_encoding: Option<String>,
    /// Content-Language of the object.
    pub content_language: Option<String>,
    /// Expires of the object.
    pub expires: Option<String>,
    /// User metadata of the object.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Storage class of the object.
    pub storage_class: Option<String>,
    /// Tags of the object.
    #[serde(default)]
    pub tagging: BTreeMap<String, String>,
    /// Canned ACL of the object.
    pub acl: Option<String>,
    /// Whether an object that is there forbids the upload.
    pub forbid_overwrite: Option<bool>,
    /// Parts have to come in order, one at a time.
    #[serde(default)]
    pub sequential: bool,
    /// How the server shall encrypt the object.
    pub encryption: Option<String>,
    /// How the answer writes the key; `url` is known.
    pub encoding_type: Option<String>,
    /// The checksum that parts and object shall have.
    pub checksum: Option<Algorithm>,
    /// What the checksum of the object covers.
    pub checksum_type: Option<ChecksumType>,
}

impl Named for CreateUpload {
    const WORD: &'static str = "create_upload";
    const NAME: &'static str = "CreateMultipartUpload";
    const ASPECTS: &'static [&'static str] = &["answer", "root", "xmlns", "Bucket", "Key", "UploadId"];
}

impl Arguments for CreateUpload {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn profile(&self) -> Profile<'_> {
        Profile { modelled: true, ..Profile::default() }
    }

    fn bears(&self) -> &'static [&'static str] {
        &[]
    }

    fn check(&self, scope: &mut Scope, at: &Path) {
        scope.create(self.r#as.as_deref(), at);
    }

    fn capability(&self, refusal_due: bool) -> Option<&'static str> {
        let by = |asked: bool, name: &'static str| asked.then_some(name);
        self.checksum
            .map(Algorithm::capability)
            .or_else(|| by(!self.tagging.is_empty(), "tagging"))
            .or_else(|| by(self.acl.is_some(), "acl"))
            .or_else(|| by(self.sequential, "sequential"))
            .or_else(|| by(self.encryption.is_some(), "sse"))
            // That a class does not exist can be said by whoever has none beside the usual one.
            .or_else(|| by(self.storage_class.is_some() && !refusal_due, "storage_classes"))
            .or_else(|| by(self.forbid_overwrite.is_some(), "forbid_overwrite"))
    }

    fn cost(&self, sizes: &Sizes<'_>) -> Result<Cost, Missing> {
        if let Some(KeyName::Long { bytes, .. }) = &self.key {
            bytes.size(sizes)?;
        }
        Ok(Cost::requests(2))
    }

    /// A creation accepts a class or an ACL and shows neither.
    fn shows(&self, capability: &str, _: &Answer) -> Shown {
        if ["storage_classes", "acl"].contains(&capability) { Shown::Open } else { Shown::Yes }
    }
}

impl Operation for CreateUpload {
    fn prepare(&self, row: &mut RowState<'_>) -> Result<Box<dyn Prepared>, Unavailable> {
        let key = row.key_or(self.key.as_ref(), None)?;
        let own = |name: &str| row.own_header(name);
        let mut headers = optional([
            ("content-type".to_owned(), self.content_type.as_ref()),
            ("cache-control".to_owned(), self.cache_control.as_ref()),
            ("content-disposition".to_owned(), self.content_disposition.as_ref()),
            ("content-encoding".to_owned(), self.content_encoding.as_ref()),
            ("content-language".to_owned(), self.content_language.as_ref()),
            ("expires".to_owned(), self.expires.as_ref()),
            (own("storage-class"), self.storage_class.as_ref()),
            (own("server-side-encryption"), self.encryption.as_ref()),
            (row.acl_header(), self.acl.as_ref()),
        ]);
        headers.extend(row.metadata(&self.metadata));
        headers.extend(row.forbid_overwrite(self.forbid_overwrite));
        if !self.tagging.is_empty() {
            let pairs = self.tagging.iter().map(|(key, value)| {
                format!("{}={}", encode_path(key), encode_path(value).replace('/', "%2F"))
            });
            headers.push((own("tagging"), pairs.collect::<Vec<_>>().join("&")));
        }
        if let Some(algorithm) = self.checksum {
            headers.push(("x-amz-checksum-algorithm".to_owned(), algorithm.name().to_uppercase()));
        }
        headers.extend(self.checksum_type.map(type_header));
        row.may_create(&key);
        let covers = self.checksum_type.unwrap_or(match self.checksum {
            Some(Algorithm::Crc64nvme) => ChecksumType::FullObject,
            _ => ChecksumType::Composite,
        });
        let request = CreateMultipartUploadRequest {
            key,
            headers,
            sequential: self.sequential,
            encoding_type: self.encoding_type.clone(),
        };
        let checksum = self.checksum.map(|algorithm| (algorithm, covers));
        Ok(Box::new(Creating { request, name: self.r#as.clone(), checksum }))
    }
}

/// A creation, with what its upload is called.
pub(super) struct Creating {
    pub(super) request: CreateMultipartUploadRequest,
    pub(super) name: Option<String>,
    pub(super) checksum: Option<(Algorithm, ChecksumType)>,
}

impl Prepared for Creating {
    fn call(&self) -> &dyn Call {
        &self.request
    }

    fn asks(&self, witness: &mut Witness, _: Option<&Answer>) -> Vec<Ask> {
        let (key, sequential) = (witness.below(&self.request.key), self.request.sequential);
        vec![Ask::CreateUpload { key, sequential, meta: user_metadata(&self.request.headers) }]
    }

    fn saw(&self, _: &Witness, _: &Ask, answer: &Answer) -> Saw {
        match answer.upload_ids.first() {
            Some(id) => Saw::Created { upload: id.clone() },
            None => Saw::Nothing,
        }
    }

    fn writes(&self) -> Written<'_> {
        Written::Nothing
    }

    fn creates(&self) -> Option<&str> {
        Some(&self.request.key)
    }

    fn absorb(&self, answer: &Answer, row: &mut RowState<'_>) {
        for id in &answer.upload_ids {
            row.created(self.name.clone(), &self.request.key, id, self.checksum);
        }
    }
}

/// The request.
#[derive(Clone, Debug, Default)]
pub struct CreateMultipartUploadRequest {
    /// The key.
    pub key: String,
    /// Headers of the object.
    pub headers: Headers,
    /// Parts have to come in order.
    pub sequential: bool,
    /// How the answer writes the key.
    pub encoding_type: Option<String>,
}

impl Call for CreateMultipartUploadRequest {
    fn name(&self) -> &'static str {
        "CreateMultipartUpload"
    }

    fn request(&self, _: Dialect) -> Request {
        let headers = self.headers.clone();
        let mut request = Request { headers, ..Request::key(Method::POST, &self.key) }.flag("uploads");
        if self.sequential {
            request = request.flag("sequential");
        }
        request.query_if("encoding-type", self.encoding_type.as_ref())
    }

    fn read(&self, response: &Response, bucket: &str) -> Result<Answer, String> {
        let mut answer = response.answer(self.name());
        let Some(root) = response.document("InitiateMultipartUploadResult", &mut answer)? else {
            return Ok(answer);
        };
        echoes(&root, "Bucket", bucket, &mut answer);
        echoes_key(&root, &self.key, &mut answer);
        answer.upload_ids =
            told(&root, "UploadId", "UploadId", &mut answer).map(str::to_owned).into_iter().collect();
        root.note_unknown(&["Bucket", "Key", "UploadId", "EncodingType"], &mut answer.notes);
        Ok(answer)
    }
}
