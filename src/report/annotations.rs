//! Failures as workflow commands of GitHub, which shows them beside the lines of a file.

use super::{News, Report, RowReport};
use crate::case::Level;
use crate::visible::visible_start;

/// More are not shown by the platform, step by step.
const MOST: usize = 10;

/// Writes a line for each row that is broken and not known, the firmest promises first.
pub fn annotations(report: &Report) -> String {
    let is_news = |row: &&RowReport| {
        let known = row.standing.as_ref().is_some_and(|standing| standing.news != News::New);
        row.verdict.counts_against() && row.level <= Level::Should && !known
    };
    let mut rows: Vec<&RowReport> = report.cases.iter().filter(is_news).collect();
    rows.sort_by_key(|row| row.level);
    let mut lines: Vec<String> = rows.iter().take(MOST).map(|row| line(row)).collect();
    if rows.len() > MOST {
        lines.push(format!("::notice title=mpuspec::{} more rows are in the report", rows.len() - MOST));
    }
    if let Some(held) = &report.baseline {
        let told = [(&held.passing, "passes though listed"), (&held.stale, "names no row of any case")];
        for (name, what) in
            told.into_iter().flat_map(|(names, what)| names.iter().map(move |name| (name, what)))
        {
            let file = property(&held.file);
            lines.push(format!("::error file={file},title=mpuspec::{}", message(&format!("{name} {what}"))));
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn line(row: &RowReport) -> String {
    let command = if row.level == Level::Must { "error" } else { "warning" };
    let place = row.excerpt.as_ref().map_or_else(String::new, |excerpt| format!(",line={}", excerpt.line));
    let reason = row.reason.as_deref().unwrap_or(&row.title);
    format!(
        "::{command} file={}{place},title={}::{}",
        property(&row.file),
        property(&format!("{} {}: {}", row.level.name(), row.name(), row.title)),
        message(reason)
    )
}

/// A text behind the second pair of colons.
fn message(text: &str) -> String {
    visible_start(text, 500).replace('%', "%25")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_begins_a_command_of_its_own() {
        assert_eq!(message("50 %\n::error::x"), "50 %25\\n::error::x");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
