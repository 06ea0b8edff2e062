//! The head and the end of what a run says on a terminal.

use std::fmt::Write as _;

use super::Style;
use super::causes::{beside, causes, worst};
use crate::case::Level;
use crate::report::{AS_CLAIMED, HeldAgainst, Report, Verdict, counted};
use crate::visible::{visible, visible_start};

/// What is shown beside what everybody needs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown {
    /// Causes that concern the form of answers, one by one.
    pub form: bool,
    /// Observed behaviour that is not as the documents have it.
    pub observed: bool,
    /// Everything that could not be removed.
    pub left: bool,
}

/// Reasons for which rows were not judged that are named.
const REASONS: usize = 4;

/// What could not be removed is named one by one up to this number.
const LEFT: usize = 8;

/// Writes the end of a run: what ran, what is behind failing rows, and what was not judged.
pub fn summary(report: &Report, shown: Shown, style: Style) -> String {
    let mut text = String::from("────────────\n");
    head(&mut text, report);
    text.push_str(&causes(report, shown.form, style));
    for answer in report.answers.iter().filter(|_| !report.causes.is_empty()) {
        let _ = writeln!(text, "    question {} {}", visible(&answer.question), visible(&answer.answer));
    }
    beside(&mut text, report);
    not_judged(&mut text, report);
    if shown.observed {
        observed(&mut text, report);
    }
    if !report.exploration.is_empty() {
        let _ = writeln!(text, "    explored {}", visible(&report.exploration.in_words()));
    }
    if report.audit.at_once {
        let objects = counted(usize::try_from(report.audit.read).unwrap_or(usize::MAX), "object");
        let came = match report.audit.lost_at_all() {
            0 => "all as they were acknowledged".to_owned(),
            lost => format!("{lost} not as they were acknowledged"),
        };
        let _ = writeln!(
            text,
            "     audited {objects} right after the run: {came}. Not after garbage collection: with --bucket NAME --ledger FILE they stay for `mpuspec audit FILE` hours later"
        );
    }
    if let Some(held) = &report.baseline {
        against(&mut text, held);
    }
    let left = &report.cleanup.left;
    let most = if shown.left { left.len() } else { LEFT };
    left.iter().take(most).for_each(|left| _ = writeln!(text, "        LEFT {}", visible(left)));
    if left.len() > most {
        let more = left.len() - most;
        let _ = writeln!(
            text,
            "        LEFT {more} more, which --verbose and the reports name; `mpuspec clean` looks again"
        );
    }
    for trouble in &report.cleanup.trouble {
        let _ = writeln!(text, "    clean-up {}", visible(trouble));
    }
    if !report.not_run.is_empty() {
        let _ = writeln!(text, "     not run {} more rows", report.not_run.len());
    }
    worst(&mut text, report, style);
    text
}

/// Writes the last line of a run: what it comes to.
pub fn verdict(report: &Report, style: Style) -> String {
    let verdict = match report.exit {
        0 if report.holds_a_must() => Verdict::Pass,
        0 => Verdict::Unsupported,
        _ => Verdict::Fail,
    };
    format!("{} (exit {})\n", style.paint(verdict, &visible(&report.conclusion)), report.exit)
}

/// What ran, against what, and how the rows ended.
fn head(text: &mut String, report: &Report) {
    let (all, run, target) = (&report.summary.verdicts, &report.run, &report.target);
    let seconds = format!("{}.{:03}s", run.millis / 1000, run.millis % 1000);
    let version = target.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
    let at = if target.name == target.endpoint { "" } else { &format!(" at {}", target.endpoint) };
    // Of a provider without documents of its own nothing conforms.
    let by = if report.conformant.is_none() { ", by the promises of AWS" } else { "" };
    let _ = writeln!(
        text,
        "     Summary [{seconds}] {} as {}{by}: {} requests, {} bytes sent, {} received",
        visible(&format!("{}{version}{at}", target.name)),
        visible(&target.provider),
        run.requests,
        run.bytes_sent,
        run.bytes_received
    );
    if run.cuts > 0 {
        let _ =
            writeln!(text, "         cut {} answers, which the server did not bring to their end", run.cuts);
    }
    let counts = [
        (all.pass, "passed"),
        (all.tolerated, "tolerated"),
        (all.fail, "failed"),
        (all.blocked, "blocked"),
        (all.error, "errors"),
        (all.unsupported, "unsupported"),
    ];
    let counts = counts.iter().filter(|(count, word)| *count > 0 || ["passed", "failed"].contains(word));
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    // What has no meaning here is no part of it.
    let rows = report.summary.total.saturating_sub(all.not_applicable);
    let _ = writeln!(text, "        rows {rows}: {}", counts.join(", "));
    let level = |level: &Level| {
        let counts = report.summary.by_level.get(level.name())?;
        let (held, judged) = (counts.held(), counts.judged());
        let words = if *level == Level::Info { "observed" } else { "hold" };
        (judged > 0).then(|| format!("{} {held} of {judged} {words}", level.name()))
    };
    let levels: Vec<String> = Level::ALL.iter().filter_map(level).collect();
    if !levels.is_empty() {
        let _ = writeln!(text, "      levels {}", levels.join(", "));
    }
}

/// What kept rows from a judgement, the most first.
fn not_judged(text: &mut String, report: &Report) {
    let folded = report.not_judged();
    let rows: usize = folded.iter().map(|(_, _, names)| names.len()).sum();
    if !report.run.skipped.is_empty() {
        let _ = writeln!(text, "     skipped {}", visible_start(&report.run.skipped.join(", "), 160));
    }
    if rows == 0 {
        return;
    }
    let _ = writeln!(text, "  not judged {}", counted(rows, "row"));
    for (verdict, reason, names) in folded.iter().take(REASONS) {
        let name = names.first().map_or_else(String::new, |name| match names.len() {
            1 => format!(" ({name})"),
            _ => format!(" ({name}, ...)"),
        });
        let line = format!("{} {}: {reason}{name}", names.len(), verdict.name());
        let _ = writeln!(text, "             {}", visible_start(&line, 160));
    }
    if folded.len() > REASONS {
        let rest: usize = folded[REASONS..].iter().map(|(_, _, names)| names.len()).sum();
        let _ = writeln!(text, "             {rest} for {} other reasons", folded.len() - REASONS);
    }
}

/// What is as the documents have it needs no line; the other formats have every one.
fn observed(text: &mut String, report: &Report) {
    let _ = writeln!(text, "    observed");
    for (name, outcome) in report.observed.iter().filter(|(_, outcome)| *outcome != AS_CLAIMED) {
        let _ = writeln!(text, "             {}: {}", visible(name), visible(outcome));
    }
}

/// What a baseline made of the run.
fn against(text: &mut String, held: &HeldAgainst) {
    let _ = writeln!(text, "    baseline {} known   {}", held.known.len(), visible(&held.file));
    for (names, told) in [
        (&held.new, "is new"),
        (&held.passing, "passes: take it out"),
        (&held.stale, "names no row of any case"),
        (&held.new_in_suite, "is new in suite"),
        (&held.unexplained, "has no reason yet"),
    ] {
        names.iter().for_each(|name| _ = writeln!(text, "             {} {told}", visible(name)));
    }
}
