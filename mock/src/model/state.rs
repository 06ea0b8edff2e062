//! What a server knows about one key.

use std::collections::BTreeMap;
use std::fmt;

use super::{Algorithm, Checksum, ChecksumType, Content, ObjectChecksum};

/// The id of an upload.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId(pub String);

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Microseconds since the epoch; whoever hands times in makes them differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u64);

/// An MD5 digest.
pub type Md5 = [u8; 16];

/// Headers that are kept with an object, by lowercase name.
pub type Meta = BTreeMap<String, String>;

/// Everything that belongs to one key of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KeyState {
    /// The object under the key.
    pub object: Option<Object>,
    /// Uploads in progress.
    pub uploads: BTreeMap<UploadId, Upload>,
    /// Uploads that were completed or aborted.
    pub ended: BTreeMap<UploadId, Ending>,
}

/// An upload in progress.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Upload {
    /// When it was created.
    pub initiated: Time,
    /// Metadata that the object will have.
    pub meta: Meta,
    /// The parts received, by number.
    pub parts: BTreeMap<u32, Part>,
    /// The checksum that was asked for.
    pub checksum: Option<(Algorithm, ChecksumType)>,
    /// Who created it.
    pub initiator: String,
    /// Whether the key was written or deleted since the upload was created.
    pub overtaken: bool,
    /// Whether its parts have to come in order, each once.
    pub sequential: bool,
}

/// A part of an upload in progress.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// Its bytes.
    pub content: Content,
    /// Their MD5.
    pub md5: Md5,
    /// Its ETag, without quotes.
    pub etag: String,
    /// When it arrived.
    pub arrived: Time,
    /// Its checksum, by the upload's algorithm or the one that is taken without any.
    pub checksum: Option<Checksum>,
}

/// An object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// Its bytes.
    pub content: Content,
    /// Its ETag, without quotes.
    pub etag: String,
    /// Its metadata.
    pub meta: Meta,
    /// When it came into being; for a multipart upload the time of creation of the upload.
    pub modified: Time,
    /// The parts it was made of; none for a simple object.
    pub parts: Option<Vec<ObjectPart>>,
    /// Its checksum.
    pub checksum: Option<ObjectChecksum>,
    /// Whether its parts came in order, so that the MD5 of all its bytes is known.
    pub sequential: bool,
}

/// A part of a finished object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectPart {
    /// The number that it was uploaded with.
    pub number: u32,
    /// Its size.
    pub size: u64,
    /// Its checksum.
    pub checksum: Option<Checksum>,
}

impl KeyState {
    /// Writes or deletes the object: the uploads in progress are overtaken by that.
    pub(crate) fn write(&mut self, object: Option<Object>) {
        self.object = object;
        for upload in self.uploads.values_mut() {
            upload.overtaken = true;
        }
    }
}

/// How an upload ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// An object was made of the listed parts.
    Completed {
        /// The list, as numbers and ETags without quotes.
        list: Vec<(u32, String)>,
        /// The ETag that was answered.
        etag: String,
    },
    /// It was thrown away.
    Aborted,
}
