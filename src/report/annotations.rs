//! Causes as workflow commands of GitHub, which shows them beside the lines of a file.

use super::{ByName, Cause, Report};
use crate::case::Level;
use crate::visible::visible_start;

/// More are not shown by the platform, step by step.
const MOST: usize = 10;

/// Writes a line for each cause that is news, the worst first.
pub fn annotations(report: &Report) -> String {
    let news: Vec<(&Cause, Vec<&String>)> = report
        .news()
        .into_iter()
        .filter(|(cause, rows)| cause.level <= Level::Should && !rows.is_empty())
        .collect();
    let rows = report.by_name();
    let mut lines: Vec<String> =
        news.iter().take(MOST).map(|(cause, new)| line(report, &rows, cause, new)).collect();
    if news.len() > MOST {
        lines.push(format!("::notice title=mpuspec::{} more causes are in the report", news.len() - MOST));
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

/// What the server does, the row that shows it, who loses what, and how to see it again.
fn line(report: &Report, rows: &ByName<'_>, cause: &Cause, new: &[&String]) -> String {
    let command = if cause.level == Level::Must { "error" } else { "warning" };
    let shown = rows.get(&cause.shown_by);
    let place = shown.map_or_else(String::new, |row| {
        let line = row.excerpt.as_ref().map_or_else(String::new, |excerpt| format!(",line={}", excerpt.line));
        format!("file={}{line},", property(&row.file))
    });
    let gained = if new.len() < cause.count() { format!("{} of them new", new.len()) } else { String::new() };
    let parts = [
        report.shown_in_words(cause, rows),
        cause.why.clone(),
        Some(cause.extent()),
        Some(gained).filter(|gained| !gained.is_empty()),
        report.again_of_cause(cause, rows).map(|again| format!("again: {again}")),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    format!("::{command} {place}title={}::{}", property(&cause.headline()), message(&told.join(" — ")))
}

/// A text behind the second pair of colons.
fn message(text: &str) -> String {
    visible_start(text, 1000).replace('%', "%25")
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
