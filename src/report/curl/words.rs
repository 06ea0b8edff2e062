//! Texts as a shell reads them, also one that somebody types in.

use std::fmt::Write as _;

use crate::report::shell::in_quotes;

/// A text in which variables stand for what is known by them. What is not known stands in single quotes: in double ones the
/// history of a shell is expanded, whatever its grammar says. Each line stays one, as the history goes by lines.
pub(super) fn quoted(text: &str, known: &[(String, String)]) -> String {
    let mut shown = String::new();
    let mut plain = String::new();
    let mut rest = text;
    let end = |plain: &mut String| match plain.is_empty() {
        true => String::new(),
        false => in_quotes(&std::mem::take(plain)),
    };
    while let Some(c) = rest.chars().next() {
        let found = known.iter().filter(|(value, _)| !value.is_empty() && rest.starts_with(value.as_str()));
        // An ETag can be the beginning of another one.
        if let Some((value, variable)) = found.max_by_key(|(value, _)| value.len()) {
            let _ = write!(shown, "{}\"${{{variable}}}\"", end(&mut plain));
            rest = &rest[value.len()..];
            continue;
        }
        match c {
            '\n' => shown.push_str(&(end(&mut plain) + "\"$NL\"")),
            c => plain.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    shown.push_str(&end(&mut plain));
    if shown.is_empty() { "''".to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_gets_texts_as_they_are() {
        let known = [("abc".to_owned(), "A".to_owned()), ("abc-2".to_owned(), "B".to_owned())];
        assert_eq!(quoted("x abc-2 abc", &known), "'x '\"${B}\"' '\"${A}\"");
        assert_eq!(quoted("$(rm) `x` \"\\ !x", &[]), "'$(rm) `x` \"\\ !x'");
        assert_eq!(quoted("it's", &[]), "'it'\\''s'");
        assert_eq!(quoted("a\n!b", &[]), "'a'\"$NL\"'!b'");
        assert_eq!(quoted("", &[]), "''");
    }

    #[test]
    fn what_a_shell_reads_is_the_text() {
        for text in ["a\n!b\n", "it's $x `y` \"z\" \\ !!", "", "*"] {
            let script = format!("NL=$(printf '\\nx'); NL=${{NL%x}}; printf %s {}", quoted(text, &[]));
            let Ok(output) = std::process::Command::new("sh").args(["-c", &script]).output() else { return };
            assert_eq!(String::from_utf8_lossy(&output.stdout), text);
        }
    }
}
