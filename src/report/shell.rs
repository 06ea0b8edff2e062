//! Words as a shell reads them.

use crate::visible::visible;

/// Returns a word that a shell reads as it is, in quotes where it needs them.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    // The Z shell takes a word behind an equals sign for the path of a command.
    if !word.is_empty() && !word.starts_with('=') && word.chars().all(plain) {
        word.to_owned()
    } else {
        in_quotes(word)
    }
}

/// Returns a word in single quotes.
pub(super) fn in_quotes(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Of longer lines a terminal takes the beginning alone, and cuts a quote off with the rest: some take 1,024, Linux 4,095.
pub(super) const LONGEST_LINE: usize = 1_000;

/// Whether a line is shown as it is, and can be pasted whole.
pub(crate) fn can_be_pasted(line: &str) -> bool {
    line.len() <= LONGEST_LINE && visible(line) == line
}

/// Returns words with a space before each.
pub(crate) fn appended(words: &[String]) -> String {
    words.iter().map(|word| format!(" {}", quoted(word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_every_word_as_it_is() {
        assert_eq!(quoted("--endpoint=http://h:1/x"), "--endpoint=http://h:1/x");
        let words = [
            "",
            "a b",
            "it's",
            "$x",
            "a[b]",
            "~",
            "é",
            "a\nb",
            "*",
            "'",
            "$(touch x);`y`",
            "\\",
            "!!",
            "-n",
            "#x",
            "=ls",
        ];
        // `sh` is one of them, or yet another.
        for shell in ["sh", "dash", "bash"] {
            for word in words {
                let mut command = std::process::Command::new(shell);
                let output = command.args(["-c", &format!("printf %s {}", quoted(word))]).output();
                let Ok(output) = output else { continue };
                assert_eq!(String::from_utf8_lossy(&output.stdout), word, "{shell}");
            }
        }
    }
}
