//! The operations. One table drives the reader and the JSON Schema.

use mpuspec_mock::yaml::{Mapping, Mistake, Path, Value, decode};
use schemars::{Schema, SchemaGenerator};

use super::arguments::*;

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

impl Operation {
    /// Whether it changes nothing.
    pub fn is_reading(&self) -> bool {
        matches!(
            self,
            Self::GetObject(_)
                | Self::HeadObject(_)
                | Self::ListParts(_)
                | Self::ListUploads(_)
                | Self::ListObjects(_)
                | Self::GetObjectAcl(_)
                | Self::GetObjectAttributes(_)
                | Self::GetObjectTagging(_)
        )
    }

    /// Whether it is a single call that the model of multipart upload knows, or lanes of such calls.
    pub fn is_modelled(&self) -> bool {
        match self {
            Self::CreateUpload(_)
            | Self::UploadPart(_)
            | Self::UploadPartCopy(_)
            | Self::CompleteUpload(_)
            | Self::AbortUpload(_)
            | Self::PutObject(_)
            | Self::GetObject(_)
            | Self::HeadObject(_)
            | Self::DeleteObject(_)
            | Self::Release(_)
            | Self::Restart(_) => true,
            Self::ListParts(args) => !args.walk,
            Self::ListUploads(args) => !args.walk,
            Self::Together(lanes) => {
                lanes.iter().flat_map(|(_, steps)| steps).all(|step| step.operation.is_modelled())
            }
            _ => false,
        }
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
    /// Starts the server anew.
    "restart" => Restart,
}
