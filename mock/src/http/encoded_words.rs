//! Metadata beyond ASCII in headers: encoded words of RFC 2047.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of text in one word: encoded, it stays below the 75 characters that the RFC allows.
const LONGEST: usize = 45;

/// Decodes the encoded words in a header. Bytes beyond ASCII that nobody encoded are read as ISO 8859-1.
pub(crate) fn decode(header: &[u8]) -> String {
    let text: String = header.iter().map(|byte| char::from(*byte)).collect();
    let mut decoded = String::new();
    let mut after_word = false;
    for (at, token) in text.split(' ').enumerate() {
        let word = word(token);
        // Blanks between two words belong to neither.
        if at > 0 && !(after_word && word.is_some()) {
            decoded.push(' ');
        }
        after_word = word.is_some();
        decoded.push_str(word.as_deref().unwrap_or(token));
    }
    decoded
}

/// Encodes a text that is not ASCII; others stay as they are.
pub(crate) fn encode(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words: Vec<String> = Vec::new();
    for letter in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + letter.len_utf8() <= LONGEST => word.push(letter),
            _ => words.push(letter.to_string()),
        }
    }
    let encoded: Vec<String> =
        words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect();
    encoded.join(" ")
}

/// Decodes a single word: `=?charset?B?base64?=` or `=?charset?Q?quoted?=`.
fn word(token: &str) -> Option<String> {
    let (charset, rest) = token.strip_prefix("=?")?.strip_suffix("?=")?.split_once('?')?;
    let (encoding, payload) = rest.split_once('?')?;
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(payload).ok()?,
        "Q" | "q" => {
            let escaped = payload.replace('%', "%25").replace('_', " ").replace('=', "%");
            percent_encoding::percent_decode_str(&escaped).collect()
        }
        _ => return None,
    };
    match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => String::from_utf8(bytes).ok(),
        "iso-8859-1" => Some(bytes.into_iter().map(char::from).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_decoded_and_the_rest_stays() {
        for (header, text) in [
            ("plain, = and ?", "plain, = and ?"),
            ("=?UTF-8?B?YWJj?=", "abc"),
            ("=?utf-8?q?gr=C3=BCn_100%25?=", "grün 100%25"),
            ("=?ISO-8859-1?Q?gr=FCn?=", "grün"),
            ("a =?UTF-8?B?w7w=?= =?UTF-8?B?w7w=?= b", "a üü b"),
            ("=?UTF-8?B?broken?=", "=?UTF-8?B?broken?="),
        ] {
            assert_eq!(decode(header.as_bytes()), text);
        }
    }

    #[test]
    fn raw_bytes_are_read_and_told_as_the_document_shows() {
        // The example of the page on metadata: nobody encoded the UTF-8 of the request.
        let told = encode(&decode("ÄMÄZÕÑ S3".as_bytes()));
        assert_eq!(told, "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=");
    }

    #[test]
    fn what_is_encoded_can_be_decoded() {
        for text in ["", "ascii", "grün", &"größe 🗝 ".repeat(20)] {
            let encoded = encode(text);
            assert!(encoded.is_ascii() && encoded.split(' ').all(|word| text.is_ascii() || word.len() <= 75));
            assert_eq!(decode(encoded.as_bytes()), text);
        }
    }
}
