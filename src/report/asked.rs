//! What a report of others may ask for: the options that say where and how a run goes, and nothing that runs a command,
//! names a file, or decides whom credentials are shown to.

use mpuspec_mock::provider::is_file;

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
    let at_most = |most: u64, unit: &str| {
        value
            .strip_suffix(unit)
            .and_then(|number| number.parse::<u64>().ok())
            .is_some_and(|number| number <= most)
    };
    match name {
        "--explore" => at_most(1_000, ""),
        "--budget" => at_most(256 << 20, ""),
        "--timeout" | "--settle" | "--explore-time" | "--soak" => at_most(600_000, "ms"),
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
