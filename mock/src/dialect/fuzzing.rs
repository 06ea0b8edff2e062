//! Doors for the targets in `fuzz/`. Each takes any bytes, and panics where a promise is broken.

use bytes::Bytes;

use super::of;
use crate::accounts::{Account, Credentials};
use crate::checks::Sound;
use crate::http::chunks::Decoder;
use crate::http::sigv4::Signer;
use crate::http::{ChunkSigner, Element, Request};
use crate::provider::Dialect;

/// Reads a document.
pub fn xml(bytes: &[u8]) {
    if let Some(element) = Element::read(bytes) {
        assert!(element.depth() <= Element::DEEPEST, "a tree deeper than allowed");
    }
}

/// Takes the frame off a body. The first byte says in which pieces it comes and what was announced.
pub fn chunks(bytes: &[u8]) {
    let Some((how, body)) = bytes.split_first() else { return };
    let signer = || ChunkSigner {
        signer: Signer::new("secret", "20130524T000000Z", "20130524", "us-east-1"),
        previous: String::new(),
    };
    let mut decoder = Decoder::new((how & 1 == 1).then(signer), how & 2 == 2);
    let mut content = Vec::new();
    for piece in body.chunks(usize::from(how >> 2) + 1) {
        if decoder.push(Bytes::copy_from_slice(piece), &mut content).is_err() {
            return;
        }
    }
    let length: usize = content.iter().map(Bytes::len).sum();
    assert!(length < body.len().max(1), "more content than there are bytes");
    let _ = decoder.finish();
}

/// Takes the head of a request apart: the target in the first line, a header in each that follows.
fn head(bytes: &[u8], dialect: Dialect) -> Option<Request> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut request = http::Request::builder().uri(lines.next()?);
    for line in lines.take(100) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
    }
    of(dialect).request(request.body(()).ok()?.into_parts().0).ok()
}

const DIALECTS: [Dialect; 2] = [Dialect::S3, Dialect::Oss];

/// Reads path, query and host.
pub fn request(bytes: &[u8]) {
    for request in DIALECTS.into_iter().filter_map(|dialect| head(bytes, dialect)) {
        let _ = (request.count("max-parts"), request.query("uploadId"), request.key(), request.bucket());
        assert!(request.query_names().all(|name| request.has_query(name)), "a parameter got lost");
    }
}

/// Reads the signature of a request. Nobody can guess one.
pub fn signature(bytes: &[u8]) {
    let credentials = Credentials::new("a", "not to be guessed");
    let account = Account { credentials: &credentials, principal: "a" };
    for (dialect, request) in
        DIALECTS.into_iter().filter_map(|dialect| Some((dialect, head(bytes, dialect)?)))
    {
        let signed = of(dialect).authenticate(&request, "us-east-1", &Sound, &|_| Some(account));
        assert!(signed.ok().and_then(|signed| signed.principal).is_none(), "a signature was guessed");
    }
}
