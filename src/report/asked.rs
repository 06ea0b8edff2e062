//! What a report of others may ask for: the options that say where and how a run goes, and nothing that runs a command,
//! names a file, or decides whom credentials are shown to.

use std::time::Duration;

use mpuspec_mock::provider::is_file;

/// Draws that a report can ask for.
pub(crate) const MOST_DRAWS: u32 = 1_000;
/// Bytes that it can ask for.
pub(crate) const MOST_BYTES: u64 = 256 << 20;
/// How long it can have a run wait, or explore.
pub(crate) const LONGEST: Duration = Duration::from_secs(600);

/// The options, and whether a value follows.
const ASKED: [(&str, bool); 15] = [
    ("--mock", false),
    ("--endpoint", true),
    ("--provider", true),
    ("--bucket", true),
    ("--create-bucket", false),
    ("--allow-versioned", false),
    ("--region", true),
    ("--addressing", true),
    ("--limit", true),
    ("--timeout", true),
    ("--explore", true),
    ("--explore-time", true),
    ("--soak", true),
    ("--budget", true),
    ("--settle", true),
];

/// Returns the words that are options of these, with their values. What is no such option is left out, with its value.
pub(crate) fn asked(words: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let (name, value) =
            word.split_once('=').map_or((word.as_str(), None), |(name, value)| (name, Some(value)));
        let Some((_, is_valued)) = ASKED.iter().find(|(asked, _)| *asked == name) else { continue };
        if !is_valued {
            if value.is_none() {
                kept.push(word.clone());
            }
            continue;
        }
        let value = match value {
            Some(value) => value.to_owned(),
            None => match words.next_if(|next| !next.starts_with('-')) {
                Some(value) => value.clone(),
                None => continue,
            },
        };
        let is_file = name == "--provider" && is_file(&value);
        if !is_file && !value.starts_with('-') && is_modest(name, &value) {
            kept.extend([name.to_owned(), value]);
        }
    }
    kept
}

/// Whether a value asks for no more than is done because a report says so.
fn is_modest(name: &str, value: &str) -> bool {
    // As a run writes them down.
    let number = |unit: &str| value.strip_suffix(unit)?.parse::<u64>().ok();
    match name {
        "--explore" => number("").is_some_and(|draws| draws <= MOST_DRAWS.into()),
        "--budget" => number("").is_some_and(|bytes| bytes <= MOST_BYTES),
        "--timeout" | "--settle" | "--explore-time" | "--soak" => {
            number("ms").is_some_and(|millis| Duration::from_millis(millis) <= LONGEST)
        }
        _ => true,
    }
}

/// Returns the first option that is not asked for like that.
pub(crate) fn has_to_be_typed(words: &[String]) -> Option<&str> {
    let options = words.iter().enumerate().filter(|(_, word)| word.starts_with("--"));
    let is_typed = |at: usize, word: &str| match word {
        "--provider" => words.get(at + 1).is_some_and(|name| is_file(name)),
        word => !ASKED.iter().any(|(asked, _)| *asked == word),
    };
    options.into_iter().find(|(at, word)| is_typed(*at, word)).map(|(_, word)| word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_of(words: &[&str]) -> Vec<String> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        asked(&words)
    }

    #[test]
    fn what_says_where_and_how_is_kept() {
        let words = [
            "--endpoint",
            "http://h:1",
            "--create-bucket",
            "--limit",
            "min_part_size=1KiB",
            "--explore",
            "9",
        ];
        assert_eq!(asked_of(&words), words);
        assert_eq!(asked_of(&["--endpoint=http://h:1"]), ["--endpoint", "http://h:1"]);
    }

    #[test]
    fn commands_files_and_names_of_rows_are_left_out() {
        for words in [
            &["--settle-command", "touch x"] as &[&str],
            &["--report", "json=/etc/x"],
            &["--restart-command=touch x"],
            &["--provider", "./x.yaml"],
            &["--provider=./x.yaml"],
            &["/etc/case.yaml"],
            &["--rerun", "x", "y"],
            &["--proxy", "http://evil:1", "--insecure"],
            &["--save", "/etc"],
            &["--baseline", "x"],
            &["--endpoint"],
            &["--explore=--restart-command=touch x"],
            &["--explore", "1000000"],
            &["--soak", "9999h"],
            &["--timeout", "2400h"],
        ] {
            assert_eq!(asked_of(words), Vec::<String>::new(), "{words:?}");
        }
        assert_eq!(asked_of(&["--mock", "case.yaml", "--bucket", "--save"]), ["--mock"]);
    }
}
