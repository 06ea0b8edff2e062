//! Writes the objects that rows copy from, each once in a run.

use std::collections::BTreeSet;

use super::super::context::RowContext;
use super::super::plan::shared_sizes;
use super::super::send::send;
use crate::case::{LARGEST_SHARED, Step};
use crate::operation::put_object::PutObjectRequest;
use crate::row::{Made, SharedObject, SharedObjects};
use crate::wire::{Log, Signing};

/// The objects that steps copy from. Those that no row has needed before are written now.
pub(super) async fn shared_objects(context: &RowContext, steps: &[Step]) -> SharedObjects {
    let sizes: BTreeSet<u64> = shared_sizes(steps, &context.provider);
    if sizes.is_empty() {
        return SharedObjects::new();
    }
    let mut written = context.shared.lock().await;
    for size in &sizes {
        if !written.contains_key(size) {
            let kept = written.keys().sum();
            let object = write(context, *size, kept).await;
            written.insert(*size, object);
        }
    }
    sizes.iter().filter_map(|size| Some((*size, written.get(size)?.clone()))).collect()
}

/// The objects that rows copy from have no more bytes together.
const MOST: u64 = 256 << 20;

async fn write(context: &RowContext, size: u64, kept: u64) -> Result<SharedObject, String> {
    if kept.saturating_add(size) > MOST {
        return Err(format!("the objects to copy from have up to {MOST} bytes together"));
    }
    if size > LARGEST_SHARED {
        return Err(format!("an object to copy from of {size} bytes; the largest has {LARGEST_SHARED}"));
    }
    let key = format!("{}shared/{size}", context.prefix);
    context.journal.note(&Made::Object(key.clone()));
    let blob = context.contents.blob("shared", 0, size);
    let put = PutObjectRequest { key: key.clone(), body: blob.clone(), headers: Vec::new() };
    match send(&context.client, &put, &Signing::default(), &Log::default().insisting()).await {
        Ok(answer) if answer.is_ok() => Ok(SharedObject { key, blob }),
        Ok(answer) => Err(answer.summary()),
        Err(trouble) => Err(trouble.to_string()),
    }
}
