//! The operations and what each can be told. One table drives the reader and the JSON Schema.

use std::collections::BTreeMap;

use mpuspec_mock::yaml::{Mapping, Mistake, Path, Value, decode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::checksum::{Algorithm, ChecksumType, Rightness};
use super::expression::Expr;
use super::offset::Offset;
use super::reference::{ByteRange, CompletedEntry, KeyName, Numbers, PartNumber, UploadRef};

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $name:literal => $variant:ident,)+) => {
        /// What a step does.
        #[derive(Clone, Debug)]
        pub enum Operation {
            $($(#[doc = $doc])+ $variant($variant),)+
            /// Several lanes of steps, released together.
            Together(Vec<(String, Vec<super::Step>)>),
        }

        /// The names of all operations but `together`, each with its reader and its schema.
        pub(super) const OPERATIONS: &[Entry] = &[
            $(Entry {
                name: $name,
                about: concat!($($doc),+),
                read: |value, path| decode::<$variant>(value, path).map(Operation::$variant),
                schema: |generator| generator.subschema_for::<$variant>(),
            },)+
        ];

        impl Operation {
            /// The name in case files.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)+
                    Self::Together(_) => TOGETHER,
                }
            }
        }
    };
}

/// The operation that holds steps itself.
pub(super) const TOGETHER: &str = "together";

/// A row of the table of operations.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) read: fn(Value, &Path) -> Result<Operation, Mistake>,
    pub(super) schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Entry {
    /// Reads the arguments; nothing at all stands for all defaults.
    pub(super) fn read(&self, value: Value, path: &Path) -> Result<Operation, Mistake> {
        let value = if value.is_null() { Value::Mapping(Mapping::new()) } else { value };
        (self.read)(value, path)
    }
}

operations! {
    /// CreateMultipartUpload
    "create_upload" => CreateUpload,
    /// CreateMultipartUpload, several times
    "create_uploads" => CreateUploads,
    /// UploadPart
    "upload_part" => UploadPart,
    /// UploadPart, once a number
    "upload_parts" => UploadParts,
    /// UploadPartCopy
    "upload_part_copy" => UploadPartCopy,
    /// CompleteMultipartUpload
    "complete_upload" => CompleteUpload,
    /// AbortMultipartUpload
    "abort_upload" => AbortUpload,
    /// ListParts
    "list_parts" => ListParts,
    /// ListMultipartUploads
    "list_uploads" => ListUploads,
    /// PutObject
    "put_object" => PutObject,
    /// GetObject
    "get_object" => GetObject,
    /// HeadObject
    "head_object" => HeadObject,
    /// DeleteObject
    "delete_object" => DeleteObject,
    /// DeleteObjects
    "delete_objects" => DeleteObjects,
    /// CopyObject
    "copy_object" => CopyObject,
    /// ListObjectsV2, or ListObjects
    "list_objects" => ListObjects,
    /// GetObjectTagging
    "get_object_tagging" => GetObjectTagging,
    /// GetObjectAcl
    "get_object_acl" => GetObjectAcl,
    /// GetObjectAttributes
    "get_object_attributes" => GetObjectAttributes,
    /// A request in words of HTTP, for what no client would send
    "raw" => Raw,
    /// Lets go of a step that was held.
    "release" => Release,
}

macro_rules! arguments {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[$meta:meta])+ $field:ident: $type:ty,)* }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$meta])+ pub $field: $type,)* }
    };
}

arguments! {
    /// What `create_upload` can be told.
    CreateUpload {
        /// The key; each row has one of its own unless told.
        key: Option<KeyName>,
        /// A name for the upload.
        r#as: Option<String>,
        /// Content-Type of the object.
        content_type: Option<String>,
        /// Cache-Control of the object.
        cache_control: Option<String>,
        /// Content-Disposition of the object.
        content_disposition: Option<String>,
        /// Content-Encoding of the object.
        content_encoding: Option<String>,
        /// Content-Language of the object.
        content_language: Option<String>,
        /// Expires of the object.
        expires: Option<String>,
        /// User metadata of the object.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
        /// Storage class of the object.
        storage_class: Option<String>,
        /// Tags of the object.
        #[serde(default)]
        tagging: BTreeMap<String, String>,
        /// Canned ACL of the object.
        acl: Option<String>,
        /// The checksum that parts and object shall have.
        checksum: Option<Algorithm>,
        /// What the checksum of the object covers.
        checksum_type: Option<ChecksumType>,
    }
}

arguments! {
    /// What `create_uploads` can be told.
    CreateUploads {
        /// How many.
        count: Expr,
        /// One key for all, or one for each.
        key: ManyKeys,
        /// A name: NAME.1 is the first.
        r#as: Option<String>,
    }
}

/// Whether several uploads share a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ManyKeys {
    /// One key for all.
    Same,
    /// A key for each.
    Each,
}

arguments! {
    /// What `upload_part` can be told.
    UploadPart {
        /// The part number.
        number: PartNumber,
        /// The size of the body; `full` unless told.
        size: Option<Expr>,
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// A name for the bytes.
        r#as: Option<String>,
        /// The Content-MD5 header.
        content_md5: Option<ContentMd5>,
        /// Checksums to send.
        #[serde(default)]
        checksum: BTreeMap<Algorithm, Rightness>,
        /// User metadata, which belongs to the creation.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
        /// How the body is framed and signed.
        sent_as: Option<SentAs>,
        /// Closes the connection in the middle of the body.
        cut: Option<Half>,
        /// Waits in the middle of the body for a `release`.
        hold: Option<Half>,
    }
}

/// What Content-MD5 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentMd5 {
    /// The digest of the body.
    Right,
    /// The digest of something else.
    Wrong,
    /// No digest.
    Malformed,
}

/// How a body is framed and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SentAs {
    /// As it is, with its digest signed.
    Plain,
    /// In chunks with a signature each.
    SignedChunks,
    /// In signed chunks with a signed trailer.
    SignedTrailer,
    /// In chunks without signatures, with a trailer.
    UnsignedTrailer,
}

/// The one place where a body can be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// After half of its bytes.
    Half,
}

arguments! {
    /// What `upload_parts` can be told.
    UploadParts {
        /// The part numbers, in the order in which they are sent.
        numbers: Numbers,
        /// The size of each; `full` unless told, and `tail` for the highest number.
        size: Option<Expr>,
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// Another order than the written one.
        order: Option<SendOrder>,
        /// How many are under way at a time.
        at_once: Option<u8>,
        /// The checksum to send with each.
        checksum: Option<Algorithm>,
    }
}

/// In which order parts are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendOrder {
    /// Mixed by the seed.
    Shuffled,
}

arguments! {
    /// What `upload_part_copy` can be told.
    UploadPartCopy {
        /// The part number.
        number: PartNumber,
        /// The key of the source.
        source: KeyName,
        /// First and last byte of the source.
        range: Option<ByteRange>,
        /// The name of the step whose ETag the source must have, or `wrong`.
        if_match: Option<String>,
        /// The name of the step whose ETag the source must not have, or `wrong`.
        if_none_match: Option<String>,
        /// A time from now, such as -1h, since which the source must have changed.
        if_modified_since: Option<Offset>,
        /// A time from now since which the source must not have changed.
        if_unmodified_since: Option<Offset>,
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// A name for the bytes.
        r#as: Option<String>,
    }
}

arguments! {
    /// What `complete_upload` can be told.
    CompleteUpload {
        /// The list of parts, sent as written.
        parts: Option<Vec<CompletedEntry>>,
        /// Asks for everything that was sent.
        all: Option<bool>,
        /// A body of its own in place of the list.
        body: Option<RawBody>,
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// A name for the object.
        r#as: Option<String>,
        /// Asks for a callback to a server of the suite.
        callback: Option<Callback>,
        /// The checksum of the object.
        #[serde(default)]
        checksum: BTreeMap<Algorithm, Rightness>,
        /// What that checksum covers.
        checksum_type: Option<ChecksumType>,
        /// The size of the object.
        object_size: Option<Expr>,
        /// The name of the step whose ETag the object must have, or `wrong`.
        if_match: Option<String>,
        /// `any`: there must be no object.
        if_none_match: Option<Any>,
        /// User metadata, which belongs to the creation.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
    }
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
        super::scalar::scalar_or_map(deserializer, "none or { text: TEXT }", word, |body: BodyText| {
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

arguments! {
    /// A callback that a completion asks for.
    Callback {
        /// What the called server answers: a status, or `hang`.
        #[schemars(with = "serde_json::Value")]
        answers: Value,
    }
}

arguments! {
    /// What `abort_upload` can be told.
    AbortUpload {
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
    }
}

arguments! {
    /// What `list_parts` can be told.
    ListParts {
        /// The upload.
        upload: Option<UploadRef>,
        /// The key.
        key: Option<KeyName>,
        /// At most so many on a page.
        max_parts: Option<PartNumber>,
        /// Only numbers above this one.
        part_number_marker: Option<PartNumber>,
        /// Follows the markers to the last page.
        #[serde(default)]
        walk: bool,
        /// A name: NAME.1 is part 1 as listed.
        r#as: Option<String>,
    }
}

arguments! {
    /// What `list_uploads` can be told.
    ListUploads {
        /// Only keys that begin so.
        prefix: Option<String>,
        /// Rolls keys up to this text.
        delimiter: Option<String>,
        /// At most so many on a page.
        max_uploads: Option<PartNumber>,
        /// How names are told; `url` is known.
        encoding_type: Option<String>,
        /// Only what comes after this key.
        key_marker: Option<String>,
        /// Also what comes after this upload of the marked key.
        upload_id_marker: Option<UploadRef>,
        /// Follows the markers to the last page.
        #[serde(default)]
        walk: bool,
        /// A name: NAME.1 is the first upload listed.
        r#as: Option<String>,
    }
}

arguments! {
    /// What `put_object` can be told.
    PutObject {
        /// The key.
        key: Option<KeyName>,
        /// The size of the body.
        size: Option<Expr>,
        /// A name for the bytes.
        r#as: Option<String>,
        /// Content-Type of the object.
        content_type: Option<String>,
        /// User metadata of the object.
        #[serde(default)]
        metadata: BTreeMap<String, String>,
        /// Checksums to send.
        #[serde(default)]
        checksum: BTreeMap<Algorithm, Rightness>,
    }
}

arguments! {
    /// What `get_object` can be told.
    GetObject {
        /// The key.
        key: Option<KeyName>,
        /// First and last byte.
        range: Option<ByteRange>,
        /// One part of the object.
        part_number: Option<PartNumber>,
        /// Asks for checksums.
        #[serde(default)]
        checksum_mode: bool,
        /// The name of the step whose ETag the object must have, or `wrong`.
        if_match: Option<String>,
        /// The name of the step whose ETag the object must not have, or `wrong`.
        if_none_match: Option<String>,
    }
}

arguments! {
    /// What `head_object` can be told.
    HeadObject {
        /// The key.
        key: Option<KeyName>,
        /// One part of the object.
        part_number: Option<PartNumber>,
        /// Asks for checksums.
        #[serde(default)]
        checksum_mode: bool,
    }
}

arguments! {
    /// What `delete_object` can be told.
    DeleteObject {
        /// The key.
        key: Option<KeyName>,
    }
}

arguments! {
    /// What `get_object_tagging` can be told.
    GetObjectTagging {
        /// The key.
        key: Option<KeyName>,
    }
}

arguments! {
    /// What `get_object_acl` can be told.
    GetObjectAcl {
        /// The key.
        key: Option<KeyName>,
    }
}

arguments! {
    /// What `get_object_attributes` can be told.
    GetObjectAttributes {
        /// The key.
        key: Option<KeyName>,
        /// At most so many parts.
        max_parts: Option<Expr>,
        /// Only numbers above this one.
        part_number_marker: Option<Expr>,
    }
}

arguments! {
    /// What `copy_object` can be told.
    CopyObject {
        /// The key of the source.
        source: KeyName,
        /// The key.
        key: Option<KeyName>,
        /// A name for the object.
        r#as: Option<String>,
    }
}

arguments! {
    /// What `delete_objects` can be told.
    DeleteObjects {
        /// The keys.
        keys: Vec<KeyName>,
    }
}

arguments! {
    /// What `list_objects` can be told.
    ListObjects {
        /// Only keys that begin so.
        prefix: Option<String>,
        /// Rolls keys up to this text.
        delimiter: Option<String>,
        /// At most so many on a page.
        max_keys: Option<Expr>,
        /// The older of the two operations.
        #[serde(default)]
        v1: bool,
    }
}

arguments! {
    /// What `raw` can be told.
    Raw {
        /// The method.
        method: String,
        /// The key.
        key: Option<KeyName>,
        /// An upload, whose id goes into the query as `uploadId`.
        upload: Option<UploadRef>,
        /// Parameters of the query, `name` or `name=value`.
        #[serde(default)]
        query: Vec<String>,
        /// Headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// The size of the body; none unless told.
        size: Option<Expr>,
    }
}

/// Whatever there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Any {
    /// Any object.
    Any,
}

/// The name of a held step.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Release(pub String);
