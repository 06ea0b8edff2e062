//! Bodies in chunks of S3's own making (`aws-chunked`).

use bytes::{Bytes, BytesMut};

/// How a body is cut into chunks, signed, and ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framing {
    /// Whether each chunk bears a signature.
    pub signed: bool,
    /// A header that follows the last chunk.
    pub trailer: Option<(String, String)>,
    /// The length that is declared for the content, where it is not the right one.
    pub declared: Option<u64>,
}

/// Signs the chunks of a body, one after the other.
pub(super) trait ChunkSignatures {
    /// The signature of the next chunk.
    fn chunk(&mut self, content: &[u8]) -> String;
    /// The signature of the trailer.
    fn trailer(&mut self, lines: &str) -> String;
}

/// The content of a chunk; the last one may be smaller.
const CHUNK: usize = 64 << 10;

impl Framing {
    /// What stands in place of the digest of the body.
    pub(super) fn payload(&self) -> &'static str {
        match (self.signed, &self.trailer) {
            (true, None) => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            (true, Some(_)) => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            (false, _) => "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        }
    }

    /// The headers that go with it.
    pub(super) fn headers(&self, length: u64) -> Vec<(String, String)> {
        let mut headers = vec![
            ("content-encoding".to_owned(), "aws-chunked".to_owned()),
            ("x-amz-decoded-content-length".to_owned(), self.declared.unwrap_or(length).to_string()),
        ];
        headers.extend(self.trailer.iter().map(|(name, _)| ("x-amz-trailer".to_owned(), name.clone())));
        headers
    }

    /// The body with its frame.
    pub(super) fn frame(&self, content: &Bytes, signer: &mut dyn ChunkSignatures) -> Bytes {
        let mut framed = BytesMut::with_capacity(content.len() + content.len() / 512 + 512);
        // The end is a chunk of nothing.
        for chunk in content.chunks(CHUNK).chain([&content[..0]]) {
            let signature =
                if self.signed { format!(";chunk-signature={}", signer.chunk(chunk)) } else { String::new() };
            framed.extend_from_slice(format!("{:x}{signature}\r\n", chunk.len()).as_bytes());
            if !chunk.is_empty() {
                framed.extend_from_slice(chunk);
                framed.extend_from_slice(b"\r\n");
            }
        }
        if let Some((name, value)) = &self.trailer {
            framed.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
            if self.signed {
                let signature = signer.trailer(&format!("{name}:{value}\n"));
                framed.extend_from_slice(format!("x-amz-trailer-signature:{signature}\r\n").as_bytes());
            }
        }
        framed.extend_from_slice(b"\r\n");
        framed.freeze()
    }
}
