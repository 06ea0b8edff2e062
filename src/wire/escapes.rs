//! What a text stands for where its escapes are read: a secret that is escaped is one all the same.

/// No character takes more: a reference of XML with leading zeros has twelve, and each of these may be escaped too.
pub(super) const LONGEST_ESCAPE: usize = 144;

/// A reading of a text.
#[derive(Clone)]
pub(super) struct Seen {
    /// What it stands for.
    pub(super) bytes: Vec<u8>,
    /// Where in the text each of these begins.
    pub(super) places: Vec<usize>,
}

/// Readings of a text that differ from it: with its escapes read, with those that were in these read too, and without
/// blanks, where lines may be wrapped.
pub(super) fn views(text: &str) -> Vec<Seen> {
    let (has_escapes, has_lines) = (text.contains(['%', '&', '\\']), text.contains(['\n', '\r']));
    // Most texts are as they look.
    if !has_escapes && !has_lines {
        return Vec::new();
    }
    let mut views = Vec::new();
    let mut last = Seen { bytes: text.as_bytes().to_vec(), places: (0..text.len()).collect() };
    for _ in 0..READINGS {
        let read = unescaped(&last);
        if read.bytes.len() == last.bytes.len() {
            break;
        }
        last = read;
        views.push(last.clone());
    }
    if last.bytes.contains(&b'\n') || has_lines {
        let kept = |(byte, place): (&u8, &usize)| (!byte.is_ascii_whitespace()).then_some((*byte, *place));
        let (bytes, places) = last.bytes.iter().zip(&last.places).filter_map(kept).unzip();
        views.push(Seen { bytes, places });
    }
    views
}

/// What a text stands for, piece by piece, in each way in which it is read.
pub(crate) fn readings(text: &str) -> impl Iterator<Item = Vec<u8>> {
    windows(text, 1 << 12).flat_map(|(_, window)| views(window)).map(|seen| seen.bytes)
}

/// Pieces of a text with where each begins, so that whatever takes up to `overlap` bytes lies whole within one: a reading
/// takes many times the memory of its text.
pub(super) fn windows(text: &str, overlap: usize) -> impl Iterator<Item = (usize, &str)> {
    let size = WINDOW.max(overlap.saturating_mul(4));
    let mut next = Some(0_usize);
    std::iter::from_fn(move || {
        let from = next?;
        let to = text.ceil_char_boundary(from.saturating_add(size).min(text.len()));
        next = (to < text.len()).then(|| text.floor_char_boundary(to - overlap));
        Some((from, &text[from..to]))
    })
}

/// Bytes of a piece.
pub(super) const WINDOW: usize = 1 << 18;

/// A server escapes what it was sent escaped, and the suite once more what it was answered.
const READINGS: usize = 3;

/// A reading with the escapes of URLs, XML and JSON read once.
fn unescaped(seen: &Seen) -> Seen {
    let mut read = Seen { bytes: Vec::with_capacity(seen.bytes.len()), places: Vec::new() };
    let mut at = 0;
    while let Some(&byte) = seen.bytes.get(at) {
        let (meant, length) = match byte {
            b'%' | b'&' | b'\\' => escape(&seen.bytes[at..]).unwrap_or((byte, 1)),
            byte => (byte, 1),
        };
        read.bytes.push(meant);
        read.places.push(seen.places[at]);
        at += length;
    }
    read
}

/// The byte that an escape stands for, and how long it is.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let digits = |from: usize, length: usize| {
        let digits = std::str::from_utf8(text.get(from..from + length)?).ok()?;
        u8::from_str_radix(digits, 16).ok()
    };
    match text.first()? {
        b'%' => Some((digits(1, 2)?, 3)),
        b'&' => {
            let length = text.iter().take(12).position(|byte| *byte == b';')?;
            let name = std::str::from_utf8(&text[1..length]).ok()?;
            let meant = match name {
                "amp" => b'&',
                "lt" => b'<',
                "gt" => b'>',
                "quot" => b'"',
                "apos" => b'\'',
                name => match name.strip_prefix('#')?.strip_prefix(['x', 'X']) {
                    Some(hex) => u8::from_str_radix(hex, 16).ok()?,
                    None => name[1..].parse().ok()?,
                },
            };
            Some((meant, length + 1))
        }
        b'\\' => match text.get(1)? {
            b'u' if digits(2, 2)? == 0 => Some((digits(4, 2)?, 6)),
            b'x' => Some((digits(2, 2)?, 4)),
            b'/' | b'\\' | b'"' => Some((text[1], 2)),
            b'n' => Some((b'\n', 2)),
            b'r' => Some((b'\r', 2)),
            b't' => Some((b'\t', 2)),
            _ => None,
        },
        _ => None,
    }
}
