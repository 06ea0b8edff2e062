//! What the words of a step are worth in its row: keys, numbers, sizes, ranges, ETags, bytes.

use std::sync::Arc;

use super::state::{RowState, Unavailable};
use crate::language::{ByteRange, Expr, KeyName, PartNumber};
use crate::wire::Blob;

/// No key is longer, in bytes: servers read no longer line.
const LONGEST_KEY: u64 = 8 << 10;

impl RowState<'_> {
    /// A key of the row.
    pub fn key(&self, name: &KeyName) -> Result<String, Unavailable> {
        let has_up_to = |bytes: u64| match bytes > LONGEST_KEY {
            true => Err(Unavailable(format!("a key has up to {LONGEST_KEY} bytes, and not {bytes}"))),
            false => Ok(()),
        };
        match name {
            KeyName::Text(text) => {
                has_up_to(text.len() as u64)?;
                Ok(format!("{}{text}", self.prefix))
            }
            KeyName::Begins(text) => {
                has_up_to(text.len() as u64)?;
                Ok(format!("{text}{}object", self.prefix))
            }
            KeyName::Long { bytes, fill } => {
                let bytes = self.size(bytes)?;
                has_up_to(bytes)?;
                let bytes = bytes as usize;
                let mut key = self.prefix.clone();
                while key.len() + fill.len() <= bytes {
                    key.push_str(fill);
                }
                while key.len() < bytes {
                    key.push('k');
                }
                Ok(key)
            }
        }
    }

    /// A key of the row, or a default; the last default is the one key that each row has.
    pub fn key_or(&self, name: Option<&KeyName>, default: Option<String>) -> Result<String, Unavailable> {
        match name {
            Some(name) => self.key(name),
            None => Ok(default.unwrap_or_else(|| format!("{}object", self.prefix))),
        }
    }

    /// A part number, as it is sent.
    pub fn number(&self, number: &PartNumber) -> Result<String, Unavailable> {
        match number {
            PartNumber::Expr(expr) => Ok(self.value(expr)?.to_string()),
            PartNumber::Raw(text) => Ok(text.clone()),
        }
    }

    /// The value of an expression.
    pub fn value(&self, expr: &Expr) -> Result<i64, Unavailable> {
        expr.value(&self.sizes()).map_err(|missing| Unavailable(missing.0.to_string()))
    }

    /// The value of an expression that is a size.
    pub fn size(&self, expr: &Expr) -> Result<u64, Unavailable> {
        Ok(u64::try_from(self.value(expr)?).unwrap_or(0))
    }

    /// A size, or that of a full part.
    pub fn size_or_full(&self, size: Option<&Expr>) -> Result<u64, Unavailable> {
        self.size(size.unwrap_or(&Expr::full()))
    }

    /// First and last byte of a range; a raw one has none that are known.
    pub fn range(&self, range: Option<&ByteRange>) -> Result<Option<(u64, u64)>, Unavailable> {
        match range {
            Some(ByteRange::Bounds(first, last)) => Ok(Some((self.size(first)?, self.size(last)?))),
            Some(ByteRange::Raw(_)) | None => Ok(None),
        }
    }

    /// A range as its header says it.
    pub fn range_as_sent(&self, range: Option<&ByteRange>) -> Result<Option<String>, Unavailable> {
        match range {
            Some(ByteRange::Raw(text)) => Ok(Some(text.clone())),
            bounds => Ok(self.range(bounds)?.map(|(first, last)| format!("bytes={first}-{last}"))),
        }
    }

    /// The ETag that a step of this name was answered, or one that nothing has.
    pub fn etag_named(&self, name: &str) -> Result<String, Unavailable> {
        match name {
            "wrong" => Ok("\"00000000000000000000000000000000\"".to_owned()),
            name => self.etag(name),
        }
    }

    /// Bytes that no other step of the row sends.
    pub fn blob(&mut self, size: u64) -> Arc<Blob> {
        self.slots += 1;
        self.setting.contents.blob(&self.id, self.slots, size)
    }
}
