//! Encoded words (RFC 2047), as which S3 takes and gives metadata that is not plain ASCII.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Returns the text of a header value. Bytes beyond ASCII stand for the characters of Latin-1, as HTTP says.
pub(crate) fn decode(value: &[u8]) -> String {
    let value: String = value.iter().map(|byte| char::from(*byte)).collect();
    let mut text = String::new();
    let mut rest = value.as_str();
    let mut after_word = false;
    while let Some(start) = rest.find("=?") {
        let (before, found) = rest.split_at(start);
        match word(found) {
            Some((decoded, length)) => {
                // Blanks between two encoded words belong to neither.
                if !(after_word && before.trim().is_empty()) {
                    text.push_str(before);
                }
                text.push_str(&decoded);
                rest = &found[length..];
                after_word = true;
            }
            None => {
                text.push_str(before);
                text.push_str("=?");
                rest = &found[2..];
                after_word = false;
            }
        }
    }
    text.push_str(rest);
    text
}

/// Returns a text as it can stand in a header: itself, or as one encoded word if it is not printable ASCII.
pub(crate) fn encode(text: &str) -> String {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        text.to_owned()
    } else {
        format!("=?UTF-8?B?{}?=", STANDARD.encode(text))
    }
}

/// Decodes the word at the beginning, and returns how long it was.
fn word(text: &str) -> Option<(String, usize)> {
    let mut fields = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let encoded = &rest[..rest.find("?=")?];
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(encoded).ok()?,
        "Q" | "q" => quoted(encoded)?,
        _ => return None,
    };
    let decoded = match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "us-ascii" => String::from_utf8(bytes).ok()?,
        "iso-8859-1" => bytes.into_iter().map(char::from).collect(),
        _ => return None,
    };
    let length = "=?".len() + charset.len() + 1 + encoding.len() + 1 + encoded.len() + "?=".len();
    Some((decoded, length))
}

/// Decodes the Q encoding: `=C3` for a byte, and an underscore for a blank.
fn quoted(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'_' => b' ',
            b'=' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_decoded_and_only_what_needs_it_is_encoded() {
        for (sent, text, given) in [
            ("plain =?text?=", "plain =?text?=", "plain =?text?="),
            ("=?UTF-8?B?YWJj?=", "abc", "abc"),
            ("=?utf-8?Q?a=C3=A4_b?=", "aä b", "=?UTF-8?B?YcOkIGI=?="),
            ("a =?UTF-8?B?YQ==?= =?iso-8859-1?q?=E4?= b", "a aä b", "=?UTF-8?B?YSBhw6QgYg==?="),
            ("=?UTF-8?B?/?=", "=?UTF-8?B?/?=", "=?UTF-8?B?/?="),
        ] {
            assert_eq!(decode(sent.as_bytes()), text);
            assert_eq!(encode(text), given);
        }
    }

    /// The example of the user guide: bytes beyond ASCII come back as an encoded word that reads them as Latin-1.
    #[test]
    fn raw_bytes_are_latin_1() {
        let given = encode(&decode("ÄMÄZÕÑ S3".as_bytes()));
        assert_eq!(given, "=?UTF-8?B?w4PChE3Dg8KEWsODwpXDg8KRIFMz?=");
        assert_eq!(decode(given.as_bytes()).chars().count(), 13);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(value in "(=\\?|UTF-8|\\?[BQ]\\?|[a-z=_?ä]){0,20}") {
            let _ = decode(value.as_bytes());
        }

        #[test]
        fn what_was_encoded_is_decoded_again(text in "[^=]{0,30}") {
            prop_assert_eq!(decode(encode(&text).as_bytes()), text);
        }
    }
}
