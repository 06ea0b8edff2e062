//! A diff as Markdown, for pull requests.

use std::fmt::Write as _;

use super::{Change, Diff, Side};
use crate::report::markdown::{code, prose};
use crate::report::{Verdict, counted};

/// Bytes that a summary has at most, short of the lines that say so.
const ROOM: usize = 50_000;

/// Causes of a kind that are listed.
const CAUSES: usize = 40;

/// Writes a diff.
pub fn diff_markdown(diff: &Diff) -> String {
    let verdict = if diff.is_worse() { "something broke" } else { "nothing broke" };
    let mut text = format!(
        "**{verdict}**: {} broken, {} fixed, {} changed, {} new, {} gone, {} same\n\n",
        diff.broken.len(),
        diff.fixed.len(),
        diff.changed.len(),
        diff.new_rows.len(),
        diff.gone.len(),
        diff.same
    );
    let _ = writeln!(text, "From {} to {}.\n", side(&diff.old), side(&diff.new));
    diff.notes.iter().for_each(|note| _ = writeln!(text, "- note: {}", code(note)));
    causes(&mut text, diff);
    for (title, changes) in [
        ("Broken", &diff.broken),
        ("Fixed", &diff.fixed),
        ("Changed", &diff.changed),
        ("New", &diff.new_rows),
        ("Gone", &diff.gone),
    ] {
        if changes.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n## {title}: {}\n", changes.len());
        for (at, change) in changes.iter().enumerate() {
            let line = line(change);
            if text.len() + line.len() > ROOM {
                let _ = writeln!(text, "- and {} more", changes.len() - at);
                break;
            }
            text.push_str(&line);
        }
    }
    text
}

/// What is behind the rows that changed.
fn causes(text: &mut String, diff: &Diff) {
    let told = [
        ("cause new", "", &diff.causes_new),
        ("cause has", " more", &diff.causes_grown),
        ("cause gone", "", &diff.causes_gone),
    ];
    if told.iter().all(|(_, _, causes)| causes.is_empty()) {
        return;
    }
    text.push_str("\n## Causes\n\n");
    for (word, more, causes) in told {
        for cause in causes.iter().take(CAUSES) {
            let rows = counted(cause.rows.len(), "row");
            let harm = cause.harm.name().to_uppercase();
            let _ = writeln!(text, "- {word}: {harm} **{}** ({rows}{more})", prose(&cause.title));
        }
        if causes.len() > CAUSES {
            let _ = writeln!(text, "- and {} more", causes.len() - CAUSES);
        }
    }
}

fn side(side: &Side) -> String {
    let version = side.version.as_ref().map_or_else(String::new, |version| format!(" {}", code(version)));
    format!("{}{version} (suite {}, {})", code(&side.target), prose(&side.suite), prose(&side.started))
}

fn line(change: &Change) -> String {
    let word = |verdict: Option<Verdict>| verdict.map_or("not there", Verdict::name);
    let case = if change.case_changed { ", the case was changed" } else { "" };
    let told = change.told.as_deref().map_or_else(String::new, |told| format!(": {}", code(told)));
    let verdicts = match (change.old, change.new) {
        (Some(old), Some(new)) if old == new => old.name().to_owned(),
        (old, new) => format!("{} to {}", word(old), word(new)),
    };
    format!("- {} {}: {verdicts}{case}{told}\n", change.level.name(), code(&change.name))
}
