//! A diff for a terminal.

use std::fmt::Write as _;

use super::{Change, ChangedCause, Diff, Side};
use crate::report::counted;
use crate::visible::visible_start;

/// Characters of a text in a line.
const TEXT: usize = 300;

fn shown(text: &str) -> String {
    visible_start(text, TEXT)
}

/// Writes a diff.
pub fn diff_text(diff: &Diff) -> String {
    let mut text = format!("old  {}\nnew  {}\n", side(&diff.old), side(&diff.new));
    for note in &diff.notes {
        let _ = writeln!(text, "note {}", shown(note));
    }
    for (word, causes) in [
        ("cause new", &diff.causes_new),
        ("cause grown", &diff.causes_grown),
        ("cause gone", &diff.causes_gone),
    ] {
        causes.iter().for_each(|cause| of_cause(&mut text, word, cause));
    }
    for (word, changes) in [
        ("broken", &diff.broken),
        ("fixed", &diff.fixed),
        ("changed", &diff.changed),
        ("new", &diff.new_rows),
        ("gone", &diff.gone),
    ] {
        let _ = writeln!(text, "{word:>8} {}", changes.len());
        changes.iter().for_each(|change| line(&mut text, change));
    }
    let _ = writeln!(text, "{:>8} {}", "same", diff.same);
    text
}

fn of_cause(text: &mut String, word: &str, cause: &ChangedCause) {
    let more = if word == "cause grown" { " more" } else { "" };
    let harm = cause.harm.name().to_uppercase();
    let rows = counted(cause.rows.len(), "row") + more;
    let _ = writeln!(text, "{word:>11} {harm:<8} {} ({rows})", shown(&cause.title));
}

fn side(side: &Side) -> String {
    let version = side.version.as_ref().map_or_else(String::new, |version| format!(" {}", shown(version)));
    format!(
        "{}{version}   provider {}   suite {}   {}",
        shown(&side.target),
        shown(&side.provider),
        shown(&side.suite),
        shown(&side.started)
    )
}

fn line(text: &mut String, change: &Change) {
    let word = |verdict: Option<crate::report::Verdict>| verdict.map_or("-", crate::report::Verdict::name);
    let told = change.told.as_deref().map_or_else(String::new, |told| format!("   {}", shown(told)));
    let case = if change.case_changed { "   (the case was changed)" } else { "" };
    let verdicts = match (change.old, change.new) {
        (Some(old), Some(new)) if old == new => String::new(),
        (old, new) => format!("   {} -> {}", word(old), word(new)),
    };
    let _ =
        writeln!(text, "         {:<6} {}{verdicts}{case}{told}", change.level.name(), shown(&change.name));
}
