//! The bytes of parts and objects, from the seed alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::wire::Blob;

/// Makes blobs, and keeps the large ones: their digests are computed once.
#[derive(Debug)]
pub struct Contents {
    seed: String,
    pool: Mutex<HashMap<(u64, u64), Place>>,
}

/// Where a blob is once it was made.
type Place = Arc<OnceLock<Arc<Blob>>>;

/// From this size on, blobs are shared between rows.
const LARGE: u64 = 256 << 10;
/// The pool is emptied before it holds more, in bytes.
const MOST_KEPT: u64 = 512 << 20;
/// Rows begin at one of this many places in the pool.
const STARTS: u64 = 2;

impl Contents {
    /// Contents of a seed.
    pub fn new(seed: &str) -> Self {
        Self { seed: seed.to_owned(), pool: Mutex::default() }
    }

    /// The blob of a slot of a row. Slots of a row differ in content.
    pub fn blob(&self, row: &str, slot: u64, size: u64) -> Arc<Blob> {
        if size < LARGE {
            let name = format!("{}/{row}/{slot}/{size}", self.seed);
            return Arc::new(Blob::new(fill(&name, size), name));
        }
        let start = Sha256::digest(row.as_bytes())[0];
        let index = u64::from(start) % STARTS + slot;
        // Made without the lock: other rows need other blobs meanwhile.
        let place = {
            let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
            let kept: u64 = pool.keys().map(|(size, _)| *size).sum();
            if kept.saturating_add(size) > MOST_KEPT && !pool.contains_key(&(size, index)) {
                // What is in use lives on with its row.
                pool.clear();
            }
            pool.entry((size, index)).or_default().clone()
        };
        let make = || {
            let name = format!("{}/{size}/{index}", self.seed);
            Arc::new(Blob::new(fill(&name, size), name))
        };
        place.get_or_init(make).clone()
    }
}

fn fill(name: &str, size: u64) -> Bytes {
    let mut rng = ChaCha8Rng::from_seed(Sha256::digest(name.as_bytes()).into());
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
    rng.fill_bytes(&mut bytes);
    Bytes::from(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_slots_differ() {
        let blobs = |seed: &str| {
            let contents = Contents::new(seed);
            [contents.blob("a", 1, 300 << 10), contents.blob("a", 2, 300 << 10), contents.blob("a", 1, 10)]
                .map(|blob| blob.bytes.clone())
        };
        assert_eq!(blobs("x"), blobs("x"));
        assert_ne!(blobs("x"), blobs("y"));
        let [first, second, _] = blobs("x");
        assert!(first.chunks(4096).zip(second.chunks(4096)).all(|(a, b)| a != b));
    }

    #[test]
    fn no_more_is_kept_than_memory_holds() {
        let contents = Contents::new("x");
        for size in 0..12 {
            contents.blob("a", 0, (64 << 20) + size);
        }
        let pool = contents.pool.lock().expect("no panic");
        assert!(pool.keys().map(|(size, _)| *size).sum::<u64>() <= MOST_KEPT);
    }
}
