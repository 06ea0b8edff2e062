//! A baseline drafted from a report.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::TODO;
use crate::report::{Report, RowReport, Verdict};
use crate::visible::visible_start;

/// Writes a baseline that knows every row that did not pass; the reasons are still to be written.
pub fn draft(report: &Report) -> String {
    let target = &report.target;
    let mut text = String::from(
        "# Rows that are known not to pass. `why` says the reason, `judged` who is wrong: server, case or open.\n",
    );
    let _ = writeln!(text, "server: {}", quoted(&target.name));
    if let Some(version) = &target.version {
        let _ = writeln!(text, "version: {}", quoted(version));
    }
    let _ =
        writeln!(text, "provider: {}\nsuite: {}", quoted(&target.provider), quoted(&report.suite.version));
    let rows: BTreeMap<String, &RowReport> =
        report.cases.iter().filter(|row| is_listed(row.verdict)).map(|row| (row.name(), row)).collect();
    text.push_str(if rows.is_empty() { "cases: {}\n" } else { "cases:\n" });
    // Rows of one cause stand together: they have one reason.
    let mut written: BTreeSet<&str> = BTreeSet::new();
    for cause in &report.causes {
        let of_it: Vec<_> = cause.names().filter_map(|name| rows.get_key_value(name)).collect();
        let of_it: Vec<_> = of_it.into_iter().filter(|(name, _)| written.insert(name)).collect();
        if !of_it.is_empty() {
            let _ = writeln!(text, "\n  # {}", visible_start(&cause.headline(), 170));
            of_it.iter().for_each(|(_, row)| text.push_str(&entry(row)));
        }
    }
    let mut rest = rows.iter().filter(|(name, _)| !written.contains(name.as_str())).peekable();
    if rest.peek().is_some() && !written.is_empty() {
        text.push_str("\n  # behind no cause\n");
    }
    rest.for_each(|(_, row)| text.push_str(&entry(row)));
    text
}

/// Whether a row with this verdict has an entry.
pub(super) fn is_listed(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::Pass | Verdict::Tolerated | Verdict::NotApplicable)
}

/// An entry for a row, with what was seen as a comment for whoever writes the reason.
pub(super) fn entry(row: &RowReport) -> String {
    let reason = visible_start(row.reason.as_deref().unwrap_or_default(), 200);
    let seen = if reason.is_empty() { String::new() } else { format!("    # {reason}\n") };
    format!(
        "  {}:\n{seen}    verdict: {}\n    judged: open\n    why: {TODO}\n",
        quoted(&row.name()),
        row.verdict.name()
    )
}

/// A text in quotes, in which every character can be seen. JSON's quotes are YAML's too, but for what takes two escapes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    for c in serde_json::Value::from(text).to_string().chars() {
        match c {
            // Two of them can be a command in a log of a workflow, and are shown otherwise.
            '#' if quoted.ends_with('#') => quoted.push_str("\\x23"),
            ' '..='~' => quoted.push(c),
            c if c.escape_debug().len() == 1 => quoted.push(c),
            c => _ = write!(quoted, "\\U{:08x}", u32::from(c)),
        }
    }
    quoted
}
