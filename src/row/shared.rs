//! Objects that the run writes once, for all rows that copy from them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::state::{RowState, Unavailable};
use crate::language::Expr;
use crate::wire::Blob;

/// An object that nothing changes while the run lasts.
#[derive(Clone, Debug)]
pub struct SharedObject {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub blob: Arc<Blob>,
}

/// Those that a row copies from, by their sizes, or why they are not there.
pub type SharedObjects = BTreeMap<u64, Result<SharedObject, String>>;

impl RowState<'_> {
    /// The shared object of a size.
    pub fn shared(&self, size: &Expr) -> Result<SharedObject, Unavailable> {
        match self.shared.get(&self.size(size)?) {
            Some(Ok(object)) => Ok(object.clone()),
            Some(Err(why)) => Err(Unavailable(format!("the object to copy from ({why})"))),
            None => Err(Unavailable("the object to copy from".to_owned())),
        }
    }
}
