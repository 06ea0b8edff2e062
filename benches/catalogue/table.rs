//! The table of figures: on the terminal, in docs/measures.md, and read again from there.

use std::fmt::Write as _;

/// What is measured, with its aim.
#[derive(Default)]
pub(crate) struct Table(Vec<Line>);

struct Line {
    what: String,
    figure: String,
    aim: String,
}

/// The lines that a later run is compared with.
pub(crate) const REQUESTS: &str = "requests";
pub(crate) const BYTES: &str = "bytes sent";

impl Table {
    /// Begins the lines about something else.
    pub(crate) fn part(&mut self, name: &str) {
        self.line(&format!("**{name}**"), "");
    }

    pub(crate) fn line(&mut self, what: &str, figure: impl ToString) {
        self.0.push(Line { what: what.to_owned(), figure: figure.to_string(), aim: String::new() });
    }

    /// Adds a line with an aim, and says where it is missed.
    pub(crate) fn aimed(&mut self, what: &str, figure: impl ToString, aim: &str, met: bool) {
        let missed = if met { "" } else { ": **missed**" };
        self.0.push(Line {
            what: what.to_owned(),
            figure: figure.to_string(),
            aim: format!("{aim}{missed}"),
        });
    }

    pub(crate) fn text(&self) -> String {
        self.0.iter().fold(String::new(), |mut text, Line { what, figure, aim }| {
            let line = format!("  {:<44} {figure:<30} {aim}", what.trim_matches('*')).replace("**", "");
            let _ = writeln!(text, "{}", line.trim_end());
            text
        })
    }

    pub(crate) fn markdown(&self) -> String {
        let head = "| what | figure | aim |\n|---|---|---|\n".to_owned();
        self.0.iter().fold(head, |mut text, Line { what, figure, aim }| {
            let _ = writeln!(text, "| {what} | {figure} | {aim} |");
            text
        })
    }
}

/// Returns a count with commas, as it stands in the table.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

/// Reads the count at the beginning of a figure out of a table in Markdown.
pub(crate) fn counted(table: &str, what: &str) -> Option<u64> {
    let figure = table.lines().find_map(|line| line.strip_prefix(&format!("| {what} | ")))?;
    let digits = figure.chars().take_while(|char| char.is_ascii_digit() || *char == ',');
    digits.filter(char::is_ascii_digit).collect::<String>().parse().ok()
}
