//! Text that came from elsewhere, made harmless for people's eyes: what steers a terminal, breaks a
//! line or cannot be seen is shown by its number.

/// One line in which every character can be seen.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    shown
}

/// As [`visible`], cut to so many characters.
pub(super) fn visible_start(text: &str, most: usize) -> String {
    // What is behind the cut is not looked at: texts can be long.
    let end = text.char_indices().nth(most + 1).map_or(text.len(), |(end, _)| end);
    let shown = visible(&text[..end]);
    match shown.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_or_hides_is_shown() {
        assert_eq!(visible("a\u{1b}[31mb\r\n\tc\0"), "a\\u{1b}[31mb\\r\\n\\tc\\0");
        assert_eq!(visible("\u{202e}\u{200b}\u{9b}\u{ffff}"), "\\u{202e}\\u{200b}\\u{9b}\\u{ffff}");
        assert_eq!(visible("it's \"so\" \\ é 日本 |`<&"), "it's \"so\" \\ é 日本 |`<&");
        assert_eq!(visible_start("日本語", 2), "日本…");
        assert_eq!(visible_start("日本", 2), "日本");
        assert_eq!(visible_start("a\u{1b}", 2), "a\\…");
    }
}
