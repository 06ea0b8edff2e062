//! Bytes that were sent: of a part, or of an object.

use std::sync::Arc;

use crate::language::Algorithm;
use crate::wire::Blob;

/// Bytes that were sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The name of the step.
    pub name: Option<String>,
    /// The name of the upload.
    pub upload: Option<String>,
    /// The part number, as sent; an object has none.
    pub number: Option<String>,
    /// What was sent, or what a copy reads.
    pub blob: Arc<Blob>,
    /// As answered.
    pub etag: Option<String>,
    /// Whether the server answered that it has them.
    pub stored: bool,
    /// Where a copy takes its bytes from.
    pub range: Option<(u64, u64)>,
    /// The checksums that went with them.
    pub checksums: Vec<Algorithm>,
}

impl Sent {
    /// Bytes of which no answer has shown anything.
    pub fn new(blob: Arc<Blob>) -> Self {
        Self {
            name: None,
            upload: None,
            number: None,
            blob,
            etag: None,
            stored: false,
            range: None,
            checksums: Vec::new(),
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> bytes::Bytes {
        match self.range {
            Some((first, last)) => {
                let last = (last + 1).min(self.blob.len());
                self.blob.bytes.slice(first.min(last) as usize..last as usize)
            }
            None => self.blob.bytes.clone(),
        }
    }

    /// As the report names it.
    pub fn label(&self) -> String {
        match (&self.name, &self.number) {
            (Some(name), _) => format!("`{name}`"),
            (None, Some(number)) => format!("part {number}"),
            (None, None) => "the object".to_owned(),
        }
    }
}
