//! Text that came from elsewhere, made harmless for people's eyes: what steers a terminal, breaks a
//! line or cannot be seen is shown by its number.

/// One line in which every character can be seen.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    push_visible(&mut shown, text);
    shown
}

fn push_visible(shown: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => shown.push(c),
            c if is_blank(c) => shown.extend(c.escape_unicode()),
            c => shown.extend(c.escape_debug()),
        }
    }
}

/// Letters and symbols that are drawn as nothing.
fn is_blank(c: char) -> bool {
    matches!(c, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// As [`visible`], up to a number of characters.
pub(crate) fn visible_start(text: &str, most: usize) -> String {
    // What is behind the cut is not looked at: texts can be long.
    let end = text.char_indices().nth(most + 1).map_or(text.len(), |(end, _)| end);
    let shown = visible(&text[..end]);
    match shown.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

/// As [`visible_start`], with the end of the text too: there often stands what came.
pub(crate) fn visible_ends(text: &str, most: usize) -> String {
    let half = most / 2;
    let Some((cut, _)) = text.char_indices().nth_back(half) else { return visible(text) };
    if text[..cut].chars().nth(half).is_none() {
        return visible_start(text, most);
    }
    visible_start(text, half) + &visible_start(&text[cut..], half + 1)
}

/// As [`visible`], with its lines and the colours of the suite kept. No line is one that a log of GitHub takes for a
/// command.
pub(crate) fn visible_lines(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            shown.push('\n');
        }
        push_line(&mut shown, line.strip_suffix('\r').unwrap_or(line));
    }
    shown
}

fn push_line(shown: &mut String, line: &str) {
    let indent = line.len() - line.trim_start().len();
    let mut rest = match line[indent..].strip_prefix("::") {
        Some(rest) => {
            shown.push_str(&visible(&line[..indent]));
            shown.push_str("\\u{3a}:");
            rest
        }
        None => line,
    };
    while let Some(at) = rest.find(['\u{1b}', '\t', '#']) {
        push_visible(shown, &rest[..at]);
        let from = &rest[at..];
        let (kept, taken) = match colour(from) {
            Some(colour) => (colour, colour.len()),
            // GitHub, Azure and TeamCity.
            None if from.starts_with("##") => ("#\\u{23}", 2),
            None if from.starts_with('\u{1b}') => ("\\u{1b}", 1),
            None => (&from[..1], 1),
        };
        shown.push_str(kept);
        rest = &from[taken..];
    }
    push_visible(shown, rest);
}

/// The sequence that paints words, if a text begins with one: bold, one of sixteen colours, or as before.
fn colour(text: &str) -> Option<&str> {
    let number = text.strip_prefix("\u{1b}[")?.split_once('m')?.0;
    let is_one = matches!(number.as_bytes(), [b'0' | b'1'] | [b'3' | b'9', b'0'..=b'7']);
    is_one.then(|| &text[..number.len() + 3])
}

/// JSON in which every character can be seen, and which says the same.
pub(crate) fn visible_json(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        // Such a character can stand inside of a text alone, where an escape means the same.
        if c == '\n' || matches!(c, ' '..='~') || c.escape_debug().len() == 1 {
            shown.push(c);
        } else {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| shown.push_str(&format!("\\u{unit:04x}")));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_that_are_drawn_as_nothing_are_shown_by_their_numbers() {
        assert_eq!(visible("a\u{3164}b\u{2800}"), "a\\u{3164}b\\u{2800}");
    }

    #[test]
    fn of_a_long_text_both_ends_are_shown() {
        assert_eq!(visible_ends("short", 10), "short");
        assert_eq!(visible_ends("0123456789abcdefghij", 8), "0123…fghij");
        assert_eq!(visible_ends("ééééééééééé", 8), "éééé…ééééé");
    }

    #[test]
    fn what_steers_or_hides_is_shown() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\tc\0"), "a\\u{1b}[31mb\\r\\n\\tc\\0");
        assert_eq!(visible("\u{202e}\u{200b}\u{9b}\u{ffff}"), "\\u{202e}\\u{200b}\\u{9b}\\u{ffff}");
        assert_eq!(visible("it's \"so\" \\ é 日本 |`<&"), "it's \"so\" \\ é 日本 |`<&");
        assert_eq!(visible_start("日本語", 2), "日本…");
        assert_eq!(visible_start("日本", 2), "日本");
        assert_eq!(visible_start("a\u{1b}", 2), "a\\…");
    }

    #[test]
    fn lines_and_colours_stay_and_commands_do_not() {
        assert_eq!(visible_lines("a\r\nb\tc\n"), "a\nb\tc\n");
        assert_eq!(
            visible_lines("\u{1b}[1m\u{1b}[31mFAIL\u{1b}[0m # 1"),
            "\u{1b}[1m\u{1b}[31mFAIL\u{1b}[0m # 1"
        );
        assert_eq!(
            visible_lines("\u{1b}[8mhidden\u{1b}]0;title\u{7}"),
            "\\u{1b}[8mhidden\\u{1b}]0;title\\u{7}"
        );
        assert_eq!(
            visible_lines("  ::error::x\n##[group]y\na::b"),
            "  \\u{3a}:error::x\n#\\u{23}[group]y\na::b"
        );
        assert_eq!(visible_lines("a ##vso[x]\n##teamcity[y]"), "a #\\u{23}vso[x]\n#\\u{23}teamcity[y]");
        assert_eq!(visible_lines("\u{1b}"), "\\u{1b}");
    }

    #[test]
    fn json_says_the_same() {
        let text = "a\u{1b}\u{9b}\u{202e}\u{2028}\u{e0001}é日\t\"\\";
        let json = serde_json::to_string_pretty(&[text]).expect("it is text");
        let shown = visible_json(&json);
        assert_eq!(serde_json::from_str::<Vec<String>>(&shown).expect("it is JSON"), [text]);
        assert!(
            shown.chars().all(|c| c == '\n' || c.escape_debug().len() == 1 || "\"\\".contains(c)),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn nothing_steers_a_terminal(text in "(\\PC|\\p{C}|[\u{1b}\\[0-9m#:\t\r\n]){0,40}") {
            let shown = visible_lines(&text);
            for line in shown.split('\n') {
                prop_assert!(!line.trim_start().starts_with("::") && !line.contains("##"), "{line:?}");
                let plain = line.replace("\u{1b}[", "");
                prop_assert!(plain.chars().all(|c| c == '\t' || !c.is_control()), "{line:?}");
            }
            prop_assert_eq!(visible_lines(&shown), shown.clone());
        }
    }
}
