//! Comments and documents are in plain English. What is not yet so is listed, and the list only shrinks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::layers::files;

/// Turns that are hard to read, with what to write instead.
const TURNS: [(&str, &str); 6] = [
    ("told", "reported, shown, given"),
    ("tells", "reports, shows, returns"),
    ("given is", "returns"),
    ("given are", "returns"),
    ("so many", "up to N, N"),
    ("takes over", "copies, inherits"),
];

const NOT_YET: &str = "tests/it/not_yet_plain.txt";

/// What people read in a file: comments of code, and documents without what stands in backticks.
fn prose(path: &str, text: &str) -> String {
    let is_code = path.ends_with(".rs");
    let lines = text.lines().map(str::trim_start).filter(|line| !is_code || line.starts_with("//"));
    let mut prose = String::new();
    for line in lines {
        // Every second piece is in backticks.
        prose.extend(line.split('`').step_by(2));
        prose.push('\n');
    }
    prose.to_lowercase()
}

/// The turns that occur as words of their own.
fn turns(prose: &str) -> Vec<&'static str> {
    let is_word = |text: &str, at: usize, turn: &str| {
        let before = text[..at].chars().next_back();
        let after = text[at + turn.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    };
    let occurs = |turn: &&str| prose.match_indices(*turn).any(|(at, _)| is_word(prose, at, turn));
    TURNS.iter().map(|(turn, _)| *turn).filter(occurs).collect()
}

#[test]
fn files_that_were_brought_over_have_no_turns_that_are_hard_to_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all =
        BTreeSet::from(["README.md".to_owned(), "ARCHITECTURE.md".to_owned(), "CONTRIBUTING.md".to_owned()]);
    for folder in ["src", "mock/src", "docs"] {
        let inside = |path: PathBuf| Some(path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/"));
        all.extend(files(&root.join(folder), &["rs", "md"]).into_iter().filter_map(inside));
    }
    let read = |path: &String| std::fs::read_to_string(root.join(path)).expect("it can be read");
    let hard: BTreeSet<String> =
        all.into_iter().filter(|path| !turns(&prose(path, &read(path))).is_empty()).collect();
    let list = root.join(NOT_YET);
    if std::env::var_os("MPUSPEC_BLESS").is_some() && !list.exists() {
        let lines: Vec<&str> = hard.iter().map(String::as_str).collect();
        std::fs::write(&list, lines.join("\n") + "\n").expect("written");
    }
    let known = std::fs::read_to_string(&list).expect("the list is there");
    let known: BTreeSet<String> = known.lines().map(str::to_owned).collect();
    let instead = |path: &String| {
        let found = turns(&prose(path, &read(path)));
        TURNS
            .iter()
            .filter(|(turn, _)| found.contains(turn))
            .map(|(turn, to)| format!("{path}: {turn}: write {to}"))
            .collect()
    };
    let new: Vec<String> =
        hard.difference(&known).flat_map(|path| -> Vec<String> { instead(path) }).collect();
    assert!(new.is_empty(), "{new:#?}");
    let plain: Vec<&String> = known.difference(&hard).collect();
    assert!(plain.is_empty(), "take these out of {NOT_YET}: {plain:?}");
}
