//! What objects and parts consist of: slices of blobs, never copied.

use bytes::Bytes;

/// A run of bytes that arrived as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Blob {
    /// The bytes themselves.
    Bytes(Bytes),
    /// Bytes that a seed and a slot determine; they need not exist to be reasoned about.
    Made {
        /// The seed of the run.
        seed: u64,
        /// Which blob of that seed.
        slot: u64,
        /// Its size.
        len: u64,
    },
}

impl Blob {
    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Made { len, .. } => *len,
        }
    }
}

/// A piece of a blob.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slice {
    blob: Blob,
    start: u64,
    len: u64,
}

/// The content of a part or an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Content {
    slices: Vec<Slice>,
}

impl Content {
    /// The content that consists of one blob.
    pub fn of(blob: Blob) -> Self {
        let len = blob.len();
        let slices = if len == 0 { Vec::new() } else { vec![Slice { blob, start: 0, len }] };
        Self { slices }
    }

    /// Bytes in the pieces in which they arrived.
    pub fn from_pieces(pieces: impl IntoIterator<Item = Bytes>) -> Self {
        Self::joined(pieces.into_iter().map(|piece| Self::of(Blob::Bytes(piece))))
    }

    /// Several contents, one behind the other.
    pub fn joined(contents: impl IntoIterator<Item = Self>) -> Self {
        Self { slices: contents.into_iter().flat_map(|content| content.slices).collect() }
    }

    /// Size in bytes.
    pub fn len(&self) -> u64 {
        self.slices.iter().map(|slice| slice.len).sum()
    }

    /// Whether there is no byte.
    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// The bytes from `start` to before `end`.
    #[must_use]
    pub fn range(&self, start: u64, end: u64) -> Self {
        let mut slices = Vec::new();
        let mut at = 0;
        for slice in &self.slices {
            let (low, high) = (start.max(at), end.min(at + slice.len));
            if low < high {
                slices.push(Slice {
                    blob: slice.blob.clone(),
                    start: slice.start + (low - at),
                    len: high - low,
                });
            }
            at += slice.len;
        }
        Self { slices }
    }

    /// The bytes in order, without copying; `None` stands for a blob that exists by name only.
    pub fn pieces(&self) -> impl Iterator<Item = Option<Bytes>> + '_ {
        self.slices.iter().map(|slice| match &slice.blob {
            Blob::Bytes(bytes) => Some(bytes.slice(slice.start as usize..(slice.start + slice.len) as usize)),
            Blob::Made { .. } => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_crosses_the_borders_of_slices() {
        let content = Content::from_pieces([Bytes::from("abc"), Bytes::new(), Bytes::from("defg")]);
        assert_eq!(content.len(), 7);
        let bytes: Vec<u8> = content.range(2, 5).pieces().flatten().flatten().collect();
        assert_eq!(bytes, b"cde");
        assert!(content.range(7, 9).is_empty());
    }
}
