//! Texts beyond ASCII as headers bear them: encoded words of RFC 2047.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Decodes the encoded words of a header; whatever is none stays as it is.
pub(crate) fn decoded_words(header: &str) -> String {
    let mut rest = header;
    let mut text = String::new();
    while let Some(at) = rest.find("=?") {
        let Some((word, behind)) = first_word(&rest[at..]) else {
            text.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        };
        text.push_str(&rest[..at]);
        text.push_str(&word);
        // White space between two words is not part of the text.
        let next = behind.trim_start();
        rest = if first_word(next).is_some() { next } else { behind };
    }
    text.push_str(rest);
    text
}

/// Reads the word at the beginning, and returns what follows it too.
fn first_word(text: &str) -> Option<(String, &str)> {
    let mut fields = text.strip_prefix("=?")?.splitn(3, '?');
    let (charset, encoding, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let (payload, behind) = rest.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(payload).ok()?,
        "Q" | "q" => unquoted_printable(payload)?,
        _ => return None,
    };
    // A language may follow the name of the character set.
    let charset = charset.split('*').next().unwrap_or_default();
    let text = if charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("us-ascii") {
        String::from_utf8(bytes).ok()?
    } else if charset.eq_ignore_ascii_case("iso-8859-1") {
        bytes.into_iter().map(char::from).collect()
    } else {
        return None;
    };
    Some((text, behind))
}

/// Decodes the Q encoding: `_` is a blank, `=XX` a byte.
fn unquoted_printable(payload: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = payload.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'_' => bytes.push(b' '),
            b'=' => {
                let (digits, behind) = rest.split_at_checked(2)?;
                bytes.extend(hex::decode(digits).ok()?);
                rest = behind;
            }
            other => bytes.push(*other),
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_encodings() {
        for (header, text) in [
            ("", ""),
            ("a =? b ?= c", "a =? b ?= c"),
            ("=?UTF-8?B?Z3LDvG4=?=", "grün"),
            ("=?utf-8?Q?gr=C3=BCn_und_blau?=", "grün und blau"),
            ("=?ISO-8859-1*de?q?gr=FCn?=", "grün"),
            ("=?UTF-8?B?w7w=?=  =?UTF-8?B?w7w=?= and ?", "üü and ?"),
            ("=?UTF-8?X?abc?=", "=?UTF-8?X?abc?="),
            ("=?UTF-8?Q?=C3?=", "=?UTF-8?Q?=C3?="),
        ] {
            assert_eq!(decoded_words(header), text);
        }
    }
}
