//! A serialised report made fit for a page: every text can be seen, and none is long.

use serde::Serialize;
use serde_json::Value;

use crate::visible::visible_start;

/// How much of a text there is room for.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Room {
    /// Characters of a line.
    pub(in crate::report) line: usize,
    /// Bytes of a text of several lines.
    pub(in crate::report) text: usize,
}

impl Room {
    pub(in crate::report) const USUAL: Self = Self { line: 600, text: 2_000 };
}

/// Keys whose texts have lines. In all others a line break is a surprise, and is shown.
const OF_LINES: [&str; 5] = ["text", "case", "about", "curl", "lines"];

/// Serialises a value, with texts that are harmless to look at.
pub(in crate::report) fn show(value: &impl Serialize, room: Room) -> Value {
    let mut value = serde_json::to_value(value).expect("a report has no keys but texts");
    clean(&mut value, false, room);
    value
}

fn clean(value: &mut Value, of_lines: bool, room: Room) {
    match value {
        Value::String(text) if of_lines => *text = lines(text, room),
        Value::String(text) => *text = visible_start(text, room.line),
        Value::Array(values) => values.iter_mut().for_each(|value| clean(value, of_lines, room)),
        Value::Object(entries) => {
            let shown = std::mem::take(entries).into_iter().map(|(key, mut value)| {
                clean(&mut value, OF_LINES.contains(&key.as_str()), room);
                (visible_start(&key, room.line), value)
            });
            *entries = shown.collect();
        }
        _ => {}
    }
}

/// As many whole lines as there is room for.
fn lines(text: &str, room: Room) -> String {
    let mut shown = String::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let pieces = line.split('\t').map(|piece| visible_start(piece, room.text));
        let line = pieces.collect::<Vec<_>>().join("\t");
        if shown.len() + line.len() > room.text {
            let left = room.text.saturating_sub(shown.len());
            shown.push_str(&visible_start(&line, left));
            shown.push_str("\n… cut here; the JSON report has more");
            break;
        }
        shown.push_str(&line);
        shown.push('\n');
    }
    shown.truncate(shown.trim_end_matches('\n').len());
    shown
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_can_be_seen_and_are_short() {
        let long = "x".repeat(10_000_000);
        let shown = show(&json!({ "a": "1\n\u{1b}[2m", "text": "1\r\n2\u{202e}", "b": [long] }), Room::USUAL);
        assert_eq!(shown["a"], "1\\n\\u{1b}[2m");
        assert_eq!(shown["text"], "1\n2\\u{202e}");
        assert_eq!(shown["b"][0].as_str().map(|text| text.chars().count()), Some(601));
        let cut = lines(&"line\n".repeat(1000), Room::USUAL);
        assert!(cut.len() < 2_100 && cut.ends_with("cut here; the JSON report has more"), "{cut}");
    }
}
