//! Claims about bytes.

use super::{Met, Scene, differs, sizes};
use crate::language::ContentItem;
use crate::row::RowState;
use crate::wire::{Answer, unquoted};

pub(super) fn content(items: &[ContentItem], answer: &Answer, scene: &Scene<'_>) -> Result<(), Met> {
    let got = answer.content.clone().unwrap_or_default();
    let mut at = 0;
    let mut whole = true;
    let mut names = Vec::new();
    for item in items {
        let sent = scene.state.sent(&item.of)?;
        let mut bytes = sent.bytes();
        let mut name = sent.label();
        if let Some((first, last)) = &item.range {
            let end = (last.size(&sizes(scene)).unwrap_or_default() + 1).min(bytes.len() as u64);
            let first = first.size(&sizes(scene)).unwrap_or_default().min(end);
            bytes = bytes.slice(first as usize..end as usize);
            name = format!("{name} from {first} to {}", end.saturating_sub(1));
        }
        names.push(name);
        whole &= got.get(at..at + bytes.len()).is_some_and(|piece| piece == bytes);
        at += bytes.len();
    }
    if whole && at == got.len() {
        return Ok(());
    }
    let expected = format!("{at} bytes: {}", names.join(", "));
    let framing = if has_framing(&got) { ", with the framing of chunks stored as data" } else { "" };
    Err(differs(expected, format!("{} bytes: {}{framing}", got.len(), describe(&got, scene.state))))
}

/// An answer in words, with whose bytes it brought.
pub(in super::super::super) fn seen(answer: &Answer, state: &RowState<'_>) -> String {
    match &answer.content {
        Some(bytes) if answer.is_ok() => {
            let whose =
                of_whom(answer, state).map_or_else(String::new, |name| format!(" (that of `{name}`)"));
            let bytes = format!("{} bytes: {}", bytes.len(), describe(bytes, state));
            format!("{}{whose}, {bytes}", answer.summary())
        }
        _ => answer.summary(),
    }
}

/// The object whose ETag an answer has.
fn of_whom<'r>(answer: &Answer, state: &'r RowState<'_>) -> Option<&'r String> {
    let etag = unquoted(answer.etag.as_ref()?);
    let completed = state.objects.iter().find(|(_, known)| unquoted(known) == etag);
    let put =
        || state.sent.iter().find(|sent| sent.etag.as_deref().map(unquoted) == Some(etag))?.name.as_ref();
    completed.map(|(name, _)| name).or_else(put)
}

/// Whether bytes hold the framing of a body that was sent in chunks: sizes in hex and, where the chunks were
/// signed, their signatures.
fn has_framing(got: &[u8]) -> bool {
    let has = |text: &[u8]| got.windows(text.len()).any(|window| window == text);
    let digits = got.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let begins = (1..=8).contains(&digits) && got[digits..].starts_with(b"\r\n");
    has(b";chunk-signature=") || (begins && has(b"\r\n0\r\n"))
}

/// Says which of the sent bytes an object consists of.
fn describe(mut got: &[u8], state: &RowState<'_>) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut unknown = 0;
    while !got.is_empty() {
        let known = state.sent.iter().find(|sent| {
            let bytes = sent.bytes();
            !bytes.is_empty() && got.starts_with(&bytes)
        });
        match known {
            Some(sent) => {
                if unknown > 0 {
                    pieces.push(format!("{unknown} other bytes"));
                    unknown = 0;
                }
                pieces.push(sent.label());
                got = &got[sent.bytes().len()..];
            }
            // The beginning of a part, cut: what it is can still be seen.
            None if unknown == 0 => {
                match state.sent.iter().map(|sent| (sent, common(got, &sent.bytes()))).max_by_key(|(_, n)| *n)
                {
                    Some((sent, length)) if length >= 8 => {
                        pieces.push(format!("the first {length} bytes of {}", sent.label()));
                        got = &got[length..];
                    }
                    _ => {
                        unknown += 1;
                        got = &got[1..];
                    }
                }
            }
            None => {
                unknown += got.len();
                got = &[];
            }
        }
    }
    if unknown > 0 {
        pieces.push(format!("{unknown} other bytes"));
    }
    if pieces.is_empty() { "nothing".to_owned() } else { pieces.join(", ") }
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_framing_is_told_from_other_bytes() {
        assert!(has_framing(b"5;chunk-signature=00\r\nhello\r\n0;chunk-signature=00\r\n\r\n"));
        assert!(has_framing(b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"));
        assert!(!has_framing(b"5\r\nhello") && !has_framing(b"hello\r\n0\r\n") && !has_framing(b""));
    }
}
