//! Digests of bytes that the server has.

use md5::{Digest, Md5};

use crate::model::{Algorithm, Body, Claimed, Content, Hasher};

/// Bytes that the server has, with their digests.
pub(crate) fn body(content: Content, algorithm: Algorithm) -> Body {
    let (mut md5, mut hasher) = (Md5::new(), Hasher::new(algorithm));
    for piece in content.pieces().flatten() {
        md5.update(&piece);
        hasher.update(&piece);
    }
    let checksum = Some(hasher.finish());
    Body { content, md5: md5.finalize().into(), checksum, claimed: Claimed::Copied }
}
