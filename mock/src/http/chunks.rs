//! Bodies in chunks of S3's own making (`aws-chunked`), signed or not, with or without a trailer.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::S3Error;
use super::payload::ChunkSigner;
use super::sigv4::{EMPTY_SHA256, sha256_hex};

/// Takes the frame off a body, piece by piece. Memory is bounded by [`LONGEST_LINE`].
#[derive(Debug)]
pub(crate) struct Decoder {
    signer: Option<ChunkSigner>,
    trailer: bool,
    state: State,
    line: Vec<u8>,
    /// The signature that the chunk at hand claims, and what has been hashed of it.
    claimed: String,
    hash: Sha256,
    /// The size of the chunk before; only the last may be small.
    small: Option<u64>,
    chunks: u64,
    trailers: Vec<(String, String)>,
    separator: Separator,
}

/// Whether the trailers were ended by a line feed alone. Some clients write `name:value\n` for each, as it is
/// signed, and one `\r\n` behind them, which does not end the frame yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    None,
    Due,
    Seen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Head,
    Data(u64),
    DataEnd,
    Trailer,
    End,
}

/// Longer than any line of a frame.
const LONGEST_LINE: usize = 8 << 10;
/// Every signed chunk but the last has at least so many bytes.
const SMALLEST_CHUNK: u64 = 8 << 10;
/// More trailers than anybody sends.
const MOST_TRAILERS: usize = 16;

/// AWS says the same of every frame that is broken.
fn incomplete() -> S3Error {
    S3Error::new("IncompleteBody", "The request body terminated unexpectedly")
}

fn malformed_trailer() -> S3Error {
    let message = "The request contained trailing data that was not well-formed or did not conform to our published schema.";
    S3Error::new("MalformedTrailerError", message)
}

impl Decoder {
    pub(crate) fn new(signer: Option<ChunkSigner>, trailer: bool) -> Self {
        Self {
            signer,
            trailer,
            state: State::Head,
            line: Vec::new(),
            claimed: String::new(),
            hash: Sha256::new(),
            small: None,
            chunks: 0,
            trailers: Vec::new(),
            separator: Separator::None,
        }
    }

    /// Takes a piece, and gives the content in it.
    pub(crate) fn push(&mut self, mut piece: Bytes, content: &mut Vec<Bytes>) -> Result<(), S3Error> {
        while !piece.is_empty() {
            match self.state {
                State::Data(left) => {
                    let size = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
                    let data = piece.split_to(size);
                    if self.signer.is_some() {
                        self.hash.update(&data);
                    }
                    content.push(data);
                    let left = left - size as u64;
                    self.state = if left == 0 { State::DataEnd } else { State::Data(left) };
                }
                State::End => return Err(incomplete()),
                State::Head | State::DataEnd | State::Trailer => {
                    let end = piece.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
                    let taken = piece.split_to(end.unwrap_or(piece.len()));
                    if self.line.len() + taken.len() > LONGEST_LINE {
                        return Err(incomplete());
                    }
                    self.line.extend_from_slice(&taken);
                    if end.is_some() {
                        let line = std::mem::take(&mut self.line);
                        self.line(without_end(&line, self.state == State::Trailer).ok_or_else(incomplete)?)?;
                        if self.state == State::Trailer && !line.ends_with(b"\r\n") {
                            self.separator = Separator::Due;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, line: &str) -> Result<(), S3Error> {
        match self.state {
            State::DataEnd if line.is_empty() => {
                self.check_chunk()?;
                self.state = State::Head;
                Ok(())
            }
            State::DataEnd => Err(incomplete()),
            State::Head => self.head(line),
            _ if line.is_empty() && self.separator == Separator::Due => {
                self.separator = Separator::Seen;
                Ok(())
            }
            _ if line.is_empty() => {
                self.check_trailer()?;
                self.state = State::End;
                Ok(())
            }
            _ => {
                let (name, value) = line.split_once(':').ok_or_else(malformed_trailer)?;
                if !self.trailer || self.trailers.len() == MOST_TRAILERS {
                    return Err(malformed_trailer());
                }
                self.trailers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                Ok(())
            }
        }
    }

    fn head(&mut self, line: &str) -> Result<(), S3Error> {
        let (size, extension) = line.split_once(';').unwrap_or((line, ""));
        let valid = !size.is_empty() && size.len() <= 16 && size.bytes().all(|b| b.is_ascii_hexdigit());
        let size = u64::from_str_radix(size, 16).ok().filter(|_| valid);
        let size = size.ok_or_else(incomplete)?;
        self.chunks += 1;
        if let Some(small) = self.small.filter(|_| size > 0) {
            let message = "Only the last chunk is allowed to have a size less than 8192 bytes";
            return Err(S3Error::new("InvalidChunkSizeError", message)
                .with("Chunk", self.chunks)
                .with("BadChunkSize", small));
        }
        if self.signer.is_some() {
            extension.strip_prefix("chunk-signature=").unwrap_or_default().clone_into(&mut self.claimed);
            self.hash = Sha256::new();
            self.small = (size < SMALLEST_CHUNK).then_some(size);
        }
        if size == 0 {
            self.check_chunk()?;
            self.state = State::Trailer;
        } else {
            self.state = State::Data(size);
        }
        Ok(())
    }

    fn check_chunk(&mut self) -> Result<(), S3Error> {
        let Some(signer) = &mut self.signer else { return Ok(()) };
        let hash = hex::encode(std::mem::take(&mut self.hash).finalize());
        let rest = format!("{}\n{EMPTY_SHA256}\n{hash}", signer.previous);
        let string = signer.signer.string_to_sign("AWS4-HMAC-SHA256-PAYLOAD", &rest);
        if !signer.signer.verifies(&string, &self.claimed) {
            return Err(S3Error::signature_does_not_match());
        }
        signer.previous.clone_from(&self.claimed);
        Ok(())
    }

    fn check_trailer(&mut self) -> Result<(), S3Error> {
        let Some(signer) = self.signer.as_ref().filter(|_| self.trailer) else { return Ok(()) };
        let signature = match self.trailers.pop() {
            Some((name, value)) if name == "x-amz-trailer-signature" => value,
            _ => return Err(malformed_trailer()),
        };
        let signed: String = self.trailers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let rest = format!("{}\n{}", signer.previous, sha256_hex(signed.as_bytes()));
        let string = signer.signer.string_to_sign("AWS4-HMAC-SHA256-TRAILER", &rest);
        if signer.signer.verifies(&string, &signature) {
            Ok(())
        } else {
            Err(S3Error::signature_does_not_match())
        }
    }

    /// The trailers, once the frame has come to its end.
    pub(crate) fn finish(self) -> Result<Vec<(String, String)>, S3Error> {
        match self.state {
            State::End => Ok(self.trailers),
            // Without a trailer some clients leave the last empty line out. What separates trailers from
            // their signature may end the frame where there is none.
            State::Trailer
                if (self.trailers.is_empty() || self.separator == Separator::Seen)
                    && self.line.is_empty()
                    && !(self.trailer && self.signer.is_some()) =>
            {
                Ok(self.trailers)
            }
            _ => Err(incomplete()),
        }
    }
}

/// Returns the text of a line. Only in trailers may a line feed alone end it.
fn without_end(line: &[u8], in_trailer: bool) -> Option<&str> {
    let bare = || line.strip_suffix(b"\n").filter(|line| in_trailer && !line.is_empty());
    std::str::from_utf8(line.strip_suffix(b"\r\n").or_else(bare)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::sigv4::Signer;

    fn signer(seed: &str) -> ChunkSigner {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let signer = Signer::new(secret, "20130524T000000Z", "20130524", "us-east-1");
        ChunkSigner { signer, previous: seed.to_owned() }
    }

    /// The content and the trailers.
    type Decoded = (Vec<u8>, Vec<(String, String)>);

    fn decode(mut decoder: Decoder, body: &[u8], step: usize) -> Result<Decoded, S3Error> {
        let mut content = Vec::new();
        for piece in body.chunks(step.max(1)) {
            decoder.push(Bytes::copy_from_slice(piece), &mut content)?;
        }
        Ok((content.concat(), decoder.finish()?))
    }

    /// The example of the documents: 66,560 letters in chunks of 65,536, 1,024 and 0 bytes.
    fn example(signatures: [&str; 3], end: &str) -> Vec<u8> {
        let letters = vec![b'a'; 66_560];
        let mut body = format!("10000;chunk-signature={}\r\n", signatures[0]).into_bytes();
        body.extend_from_slice(&letters[..65_536]);
        body.extend_from_slice(format!("\r\n400;chunk-signature={}\r\n", signatures[1]).as_bytes());
        body.extend_from_slice(&letters[65_536..]);
        body.extend_from_slice(format!("\r\n0;chunk-signature={}\r\n{end}\r\n", signatures[2]).as_bytes());
        body
    }

    #[test]
    fn signed_chunks_of_the_documents() {
        let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        let body = example(
            [
                "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
                "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
                "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
            ],
            "",
        );
        for step in [1, 7, 4_096, body.len()] {
            let (content, _) =
                decode(Decoder::new(Some(signer(seed)), false), &body, step).expect("it is right");
            assert_eq!(content.len(), 66_560);
        }
        let mut tampered = body;
        tampered[1_000] ^= 1;
        assert!(decode(Decoder::new(Some(signer(seed)), false), &tampered, 4_096).is_err());
    }

    #[test]
    fn a_signed_trailer_of_the_documents() {
        let seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
        let chunks = [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ];
        let trailer = |checksum: &str| {
            format!(
                "x-amz-checksum-crc32c:{checksum}\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"
            )
        };
        let decoded = |checksum| {
            decode(Decoder::new(Some(signer(seed)), true), &example(chunks, &trailer(checksum)), 4_096)
        };
        let (_, trailers) = decoded("sOO8/Q==").expect("it is right");
        assert_eq!(trailers, [("x-amz-checksum-crc32c".to_owned(), "sOO8/Q==".to_owned())]);
        assert!(decoded("sOO8/A==").is_err());
        // With the line of the checksum as it is signed, and what separates it from the signature.
        let bare = trailer("sOO8/Q==").replacen("\r\n", "\n\r\n", 1);
        for step in [1, 4_096] {
            let decoded = decode(Decoder::new(Some(signer(seed)), true), &example(chunks, &bare), step);
            assert_eq!(decoded.expect("it is right").1, trailers);
        }
        let unsigned = bare.split_once("x-amz-trailer-signature").map_or("", |(trailer, _)| trailer);
        let decoded = decode(Decoder::new(Some(signer(seed)), true), &example(chunks, unsigned), 4_096);
        assert!(decoded.is_err(), "the signature is missing");
    }

    #[test]
    fn an_unsigned_trailer_may_end_in_a_line_feed_alone() {
        for end in ["\r\n", "\r\n\r\n"] {
            let body = format!("3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\n{end}");
            let (content, trailers) =
                decode(Decoder::new(None, true), body.as_bytes(), 5).expect("it is right");
            assert_eq!((content.as_slice(), trailers.len()), (&b"abc"[..], 1), "{end:?}");
        }
    }

    #[test]
    fn broken_frames_are_refused() {
        for body in [
            &b""[..],
            b"3\r\nab",
            b"3\r\nabcd\r\n0\r\n\r\n",
            b"g\r\n",
            b"3\nabc\r\n0\r\n\r\n",
            b"3\r\nabc\r\n0\r\n\r\nmore",
            b"0\r\nx-amz-checksum-crc32\r\n\r\n",
            b"0\r\nx-amz-checksum-crc32:AAAAAA==\n",
            b"0\r\n\n",
        ] {
            assert!(decode(Decoder::new(None, true), body, 2).is_err(), "{body:?}");
        }
    }

    #[test]
    fn only_the_last_signed_chunk_may_be_small() {
        let body = b"1;chunk-signature=00\r\n";
        assert!(decode(Decoder::new(Some(signer("")), false), body, 4).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200), step in 1..9usize, signed: bool, trailer: bool) {
            let _ = decode(Decoder::new(signed.then(|| signer("")), trailer), &body, step);
        }

        #[test]
        fn what_was_framed_comes_out_again(content in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..6), step in 1..40usize) {
            let mut body = Vec::new();
            for chunk in &content {
                body.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
                body.extend_from_slice(chunk);
                body.extend_from_slice(b"\r\n");
            }
            body.extend_from_slice(b"0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n");
            let (decoded, trailers) = decode(Decoder::new(None, true), &body, step).map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
            prop_assert_eq!(decoded, content.concat());
            prop_assert_eq!(trailers.len(), 1);
        }
    }
}
