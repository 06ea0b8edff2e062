//! A baseline brought up to date with a report: verdicts are rewritten, words stay as they are.

use std::collections::BTreeSet;

use mpuspec_mock::yaml::{Path, Spot, locate};

use super::Baseline;
use super::draft::{entry, is_listed, quoted};
use crate::report::{Report, RowReport};

/// A baseline with what became of its entries.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The new text of the file.
    pub text: String,
    /// Rows that were added; their reasons are still to be written.
    pub added: Vec<String>,
    /// Entries that were taken out: their rows pass, or are no more.
    pub removed: Vec<String>,
    /// Entries with another verdict.
    pub changed: Vec<String>,
}

/// An entry as it stands in the file, with the comment above it.
struct Block {
    name: String,
    text: String,
}

/// Brings a baseline up to date. `rows` are all that the catalogue has; what was not run stays.
/// None if the entries do not stand on lines of their own.
pub fn update(baseline: &Baseline, report: &Report, rows: &BTreeSet<String>) -> Option<Updated> {
    let text = &baseline.origin.text;
    let (mut head, blocks, tail) = split(baseline)?;
    let stale = baseline.stale(rows);
    let seen = |name: &str| report.cases.iter().find(|row| row.name() == name);
    let mut updated =
        Updated { text: String::new(), added: Vec::new(), removed: Vec::new(), changed: Vec::new() };
    let mut kept: Vec<Block> = Vec::new();
    for block in blocks {
        let known = &baseline.cases[&block.name];
        let verdict = seen(&block.name).map(|row| row.verdict);
        match verdict {
            _ if stale.contains(&block.name) => updated.removed.push(block.name),
            // It comes and goes until somebody has mended it.
            _ if known.quarantine.is_some() => kept.push(block),
            Some(verdict) if known.verdicts.contains(&verdict) => kept.push(block),
            Some(verdict) if is_listed(verdict) => {
                let block = rewritten(text, &block, verdict.name())?;
                updated.changed.push(block.name.clone());
                kept.push(block);
            }
            Some(verdict) if verdict != crate::report::Verdict::NotApplicable => {
                updated.removed.push(block.name);
            }
            _ => kept.push(block),
        }
    }
    let is_news = |row: &&RowReport| is_listed(row.verdict) && baseline.of(&row.name()).is_none();
    for row in report.cases.iter().filter(is_news) {
        let block = Block { name: row.name(), text: entry(row) };
        updated.added.push(block.name.clone());
        let at = kept.iter().position(|other| other.name > block.name).unwrap_or(kept.len());
        kept.insert(at, block);
    }
    set(&mut head, "suite", Some(&report.suite.version));
    set(&mut head, "version", report.target.version.as_deref());
    let empty = |to: bool, head: &mut String| {
        let (from, with) = if to { ("cases:\n", "cases: {}\n") } else { ("cases: {}\n", "cases:\n") };
        *head = head.replace(from, with);
    };
    empty(kept.is_empty(), &mut head);
    updated.text = head + &kept.into_iter().map(|block| block.text).collect::<String>() + &tail;
    Some(updated)
}

/// The text before the entries, the entries, and what follows them.
fn split(baseline: &Baseline) -> Option<(String, Vec<Block>, String)> {
    let text = &baseline.origin.text;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let cases = Path::root().key("cases");
    let mut starts = Vec::new();
    for name in baseline.cases.keys() {
        let span = locate(text, &cases.key(name), Spot::Key)?;
        let mut first = span.line - 1;
        let key = lines.get(first)?.trim_start();
        // In braces, entries share lines, and nothing can be cut out of them.
        if !key.trim_start_matches(['"', '\'']).starts_with(name.as_str()) {
            return None;
        }
        while first > 0
            && lines[first - 1].starts_with([' ', '\t'])
            && lines[first - 1].trim_start().starts_with('#')
        {
            first -= 1;
        }
        starts.push((first, name.clone()));
    }
    starts.sort();
    // Fields of the head may follow the entries.
    let last = starts.last().map_or(lines.len(), |(first, _)| *first);
    let is_inside = |line: &&str| line.trim().is_empty() || line.starts_with([' ', '\t']);
    let end = last + lines[last..].iter().take_while(|line| is_inside(line)).count();
    let join = |from: usize, to: usize| lines[from..to].concat();
    let mut blocks = Vec::new();
    for (at, (first, name)) in starts.iter().enumerate() {
        let next = starts.get(at + 1).map_or(end, |(next, _)| *next);
        let mut text = join(*first, next);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        blocks.push(Block { name: name.clone(), text });
    }
    let head_end = starts.first().map_or(lines.len(), |(first, _)| *first);
    let tail = if starts.is_empty() { String::new() } else { join(end, lines.len()) };
    Some((join(0, head_end), blocks, tail))
}

/// The entry with another verdict.
fn rewritten(text: &str, block: &Block, verdict: &str) -> Option<Block> {
    let path = Path::root().key("cases").key(&block.name).key("verdict");
    let span = locate(text, &path, Spot::Value)?;
    let start = text.find(&block.text)?;
    let at = span.offset.checked_sub(start)?;
    let after = block.text.get(at + span.length..)?;
    // A list may go over several lines; then only its first one would be replaced.
    if block.text[at..].starts_with('-')
        || (block.text[at..].starts_with('[') && !block.text[at..at + span.length].ends_with(']'))
    {
        return None;
    }
    Some(Block { name: block.name.clone(), text: format!("{}{verdict}{after}", &block.text[..at]) })
}

/// Sets a field of the head.
fn set(head: &mut String, field: &str, value: Option<&str>) {
    let Some(value) = value else { return };
    let line = format!("{field}: {}\n", quoted(value));
    let start = format!("{field}:");
    let mut lines: Vec<String> = head.split_inclusive('\n').map(str::to_owned).collect();
    match lines.iter().position(|known| known.starts_with(&start)) {
        Some(at) => lines[at] = line,
        None => {
            let at = lines.iter().position(|known| known.starts_with("cases:")).unwrap_or(lines.len());
            lines.insert(at, line);
        }
    }
    *head = lines.concat();
}
