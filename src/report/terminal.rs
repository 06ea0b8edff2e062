//! What a run says on a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Color, Style as Ansi};
use mpuspec_mock::provider::Harm;

use super::evidence::{HEADER, decisive, wire};
use super::{AS_CLAIMED, Cause, HeldAgainst, Report, RowReport, Verdict};
use crate::case::Level;
use crate::history::timeline;
use crate::visible::{visible, visible_start};

/// How lines are drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With colours; words carry the meaning all the same.
    pub colour: bool,
}

impl Style {
    fn paint(self, verdict: Verdict, text: &str) -> String {
        let colour = match verdict {
            Verdict::Pass => AnsiColor::Green,
            Verdict::Tolerated => AnsiColor::Cyan,
            Verdict::Fail => AnsiColor::Red,
            Verdict::Blocked => AnsiColor::Yellow,
            Verdict::Error => AnsiColor::Magenta,
            Verdict::Unsupported | Verdict::NotApplicable => AnsiColor::BrightBlack,
        };
        if !self.colour {
            return text.to_owned();
        }
        let style = Ansi::new().fg_color(Some(Color::Ansi(colour))).bold();
        format!("{style}{text}{style:#}")
    }
}

/// No line of a file is shown further, and no mark below one is longer.
const WIDEST: usize = 400;

fn name(row: &RowReport) -> String {
    visible(&row.name())
}

/// The line of a row that has its verdict.
pub fn line(row: &RowReport, done: usize, total: usize, style: Style) -> String {
    let word = style.paint(row.verdict, &format!("{:>12}", row.verdict.name().to_uppercase()));
    let width = total.to_string().len();
    let level = if row.verdict.counts_against() { format!("   {}", row.level.name()) } else { String::new() };
    let told: Vec<String> = match row.verdict {
        Verdict::Pass => row.observed.iter().map(|(name, outcome)| format!("{name}: {outcome}")).collect(),
        _ => row.reason.iter().cloned().collect(),
    };
    let told = if told.is_empty() { String::new() } else { format!("   {}", visible(&told.join("; "))) };
    let time = format!("{}.{:03}s", row.millis / 1000, row.millis % 1000);
    format!("{word} [{time:>8}] ({done:>width$}/{total}) {}{level}{told}", name(row))
}

/// The failures, the firmest promises first; `most` of them in full.
pub fn failures(report: &Report, most: usize, style: Style) -> String {
    let mut text = String::new();
    let mut failed: Vec<&RowReport> =
        report.cases.iter().filter(|row| row.verdict.counts_against() && !row.is_known()).collect();
    failed.sort_by_key(|row| (row.level, std::cmp::Reverse(row.verdict)));
    let mut folded: Vec<(&str, Vec<&RowReport>)> = Vec::new();
    let mut untried: Vec<(&str, usize)> = Vec::new();
    let mut shown = 0;
    for row in failed {
        // Told with the calls that led to it.
        if report.findings.iter().any(|finding| finding.id == row.id) {
            continue;
        }
        if let Some(cause) = &row.cause {
            match folded.iter_mut().find(|(known, _)| known == cause) {
                Some((_, rows)) => rows.push(row),
                None => folded.push((cause, vec![row])),
            }
        } else if row.steps.is_empty() {
            // Rows that were not even tried share their reason.
            match untried.iter_mut().find(|(known, _)| Some(*known) == row.reason.as_deref()) {
                Some((_, rows)) => *rows += 1,
                None => untried.push((row.reason.as_deref().unwrap_or_default(), 1)),
            }
        } else if shown < most {
            text.push_str(&failure(report, row, style));
            shown += 1;
        } else {
            let _ = writeln!(
                text,
                "{} {}: {}",
                row.verdict.name().to_uppercase(),
                name(row),
                visible(row.reason.as_deref().unwrap_or(""))
            );
        }
    }
    for (reason, rows) in untried {
        let _ = writeln!(text, "{rows} more not tried: {}\n", visible(reason));
    }
    for (cause, rows) in folded {
        let answered = visible(report.preflight.get(cause).map_or("", String::as_str));
        let noun = if rows.len() == 1 { "row needs" } else { "rows need" };
        let _ = writeln!(
            text,
            "{} {noun} {}, which was answered {answered} in the preflight:",
            rows.len(),
            visible(cause)
        );
        let names: Vec<String> = rows.iter().map(|row| name(row)).collect();
        let _ = writeln!(text, "   {}\n", names.join(", "));
    }
    text
}

/// What is behind the rows that fail, the worst first, in a line or three each.
pub fn causes(report: &Report, style: Style) -> String {
    let mut text = String::new();
    if report.causes.is_empty() {
        return text;
    }
    let rows: usize = report.causes.iter().map(Cause::count).sum();
    let mut harms: Vec<String> = Vec::new();
    for harm in Harm::ALL {
        let count = report.causes.iter().filter(|cause| cause.harm == harm).count();
        if count > 0 {
            harms.push(format!("{count} {}", harm.name().to_uppercase()));
        }
    }
    let (one, many) = (report.causes.len() == 1, rows != 1);
    let _ = writeln!(
        text,
        "────────────\n      Causes {} cause{} behind {rows} row{}: {}",
        report.causes.len(),
        if one { "" } else { "s" },
        if many { "s" } else { "" },
        harms.join(", ")
    );
    for (at, cause) in (1..).zip(&report.causes) {
        let harm = format!("{:<8}", cause.harm.name().to_uppercase());
        let grave = matches!(cause.harm, Harm::Data | Harm::Security);
        let harm = style.paint(if grave { Verdict::Fail } else { Verdict::Blocked }, &harm);
        let level =
            if cause.level == Level::Must { String::new() } else { format!(", {}", cause.level.name()) };
        let rows = match cause.count() {
            1 => "1 row".to_owned(),
            count => format!("{count} rows"),
        };
        let _ = writeln!(text, "{at:>12} {harm} {} ({rows}{level})", visible(&cause.title));
        if !grave {
            continue;
        }
        let row = report.cases.iter().find(|row| row.name() == cause.shown_by);
        if let Some(why) = &cause.why {
            let _ = writeln!(text, "                      {}", visible(why));
        }
        if let Some(row) = row {
            let reason = row.reason.as_deref().unwrap_or_default();
            let _ = writeln!(text, "                      {}: {}", name(row), visible_start(reason, 160));
        }
        if let Some(again) = row.and_then(|row| report.again(row)) {
            let _ = writeln!(text, "                      again  {}", visible(&again));
        }
    }
    text
}

/// What exploring and the audit found, with the calls that led to it.
pub fn findings(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let _ = writeln!(
            text,
            "── FINDING  {}   {}   seed {}",
            visible(&finding.id),
            finding.level.name(),
            visible(&finding.seed)
        );
        let _ = writeln!(text, "   {}\n", visible(&finding.title));
        let picture = match (&finding.explanation, &finding.history) {
            (Some(explanation), _) => explanation.text.clone(),
            (None, Some(history)) => timeline(history),
            (None, None) => String::new(),
        };
        for line in picture.lines() {
            let _ = writeln!(text, "   {}", visible(line));
        }
        if let Some(saved) = &finding.saved {
            let _ = writeln!(text, "   saved    {}", visible(saved));
        } else if let Some(case) = &finding.case {
            text.push_str("   as a case, which --save DIR writes to a file:\n");
            for line in case.lines() {
                let _ = writeln!(text, "     {}", visible(line));
            }
        }
        if let Some(again) = report.again_of_finding(finding) {
            let _ = writeln!(text, "   again    {}", visible(&again));
        }
        text.push('\n');
    }
    text
}

/// When the server died, and what it was asked before.
pub fn deaths(report: &Report) -> String {
    let mut text = String::new();
    for death in &report.deaths {
        let head = if death.hung { "HUNG" } else { "DEATH" };
        let _ = writeln!(
            text,
            "── {head}  {}\n   the last requests that reached it:",
            visible(&death.in_words())
        );
        death.requests.iter().for_each(|request| _ = writeln!(text, "     {}", visible(request)));
        text.push('\n');
    }
    text
}

/// A failure in full.
pub(super) fn failure(report: &Report, row: &RowReport, style: Style) -> String {
    let mut text = String::new();
    let word = style.paint(row.verdict, &row.verdict.name().to_uppercase());
    let _ = writeln!(text, "── {word}  {}   {}", name(row), row.level.name());
    let _ = writeln!(text, "   {}\n", visible(&row.title));
    if let Some(excerpt) = &row.excerpt {
        let _ = writeln!(text, "     ╭─[{}:{}:{}]", visible(&row.file), excerpt.line, excerpt.column);
        let decisive = decisive(row);
        for (number, line) in (excerpt.first_line..usize::MAX).zip(&excerpt.lines) {
            let _ = writeln!(text, "{number:>4} │ {}", visible_start(line, WIDEST));
            if number == excerpt.line {
                // A report can be anybody's: its numbers have no bounds of their own.
                let indent = " ".repeat(excerpt.column.saturating_sub(1).min(WIDEST));
                let _ = writeln!(text, "     · {indent}{}", "─".repeat(excerpt.length.clamp(1, WIDEST)));
                if let Some(step) = decisive {
                    if let Some(expected) = &step.expected {
                        let _ = writeln!(text, "     · {indent}expected  {}", visible(expected));
                    }
                    let _ = writeln!(text, "     · {indent}got       {}", visible(&step.got));
                }
            }
        }
        let _ = writeln!(text, "     ╰────");
    }
    if let (None, Some(reason)) = (&row.excerpt, &row.reason) {
        let _ = writeln!(text, "   {}", visible(reason));
    }
    for (column, value) in &row.columns {
        let _ = writeln!(text, "   with     {}", visible(&format!("{column} = {value}")));
    }
    for source in &row.sources {
        let says = source.says.as_ref().map_or_else(String::new, |says| format!(": {}", visible(says)));
        let _ = writeln!(text, "   source   {}{says}", visible(&source.key));
        if let Some(url) = source.url.as_ref().filter(|url| **url != source.key) {
            let _ = writeln!(text, "            {}", visible(url));
        }
    }
    wire_lines(&mut text, row);
    if let Some(again) = report.again(row) {
        let _ = writeln!(text, "   again    {}", visible(&again));
    }
    text.push('\n');
    text
}

/// What went over the wire in the step that decided.
fn wire_lines(text: &mut String, row: &RowReport) {
    for wire in wire(row) {
        let _ = writeln!(text, "   wire     line {}, exchange {}", wire.line, wire.n);
        let _ = writeln!(text, "            > {}", visible(&wire.request));
        for header in &wire.request_headers {
            let _ = writeln!(text, "            > {}", visible_start(header, HEADER));
        }
        let _ = writeln!(text, "            < {}", visible(&wire.answer));
        for header in &wire.answer_headers {
            let _ = writeln!(text, "            < {}", visible_start(header, HEADER));
        }
        if let Some(refusal) = &wire.refusal {
            let _ = writeln!(text, "            < {}", visible_start(refusal, 400));
        }
        for line in wire.body.unwrap_or_default().lines().take(6) {
            let _ = writeln!(text, "            < {}", visible_start(line, 200));
        }
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

/// The end of a run.
pub fn summary(report: &Report, style: Style) -> String {
    let mut text = String::new();
    let all = &report.summary.verdicts;
    let seconds = format!("{}.{:03}s", report.run.millis / 1000, report.run.millis % 1000);
    let _ = writeln!(text, "────────────");
    let _ = writeln!(
        text,
        "     Summary [{seconds}] {}: {} rows: {} passed, {} tolerated, {} failed, {} blocked, {} errors, {} unsupported, {} n/a",
        visible(&report.target.name),
        report.summary.total,
        all.pass,
        all.tolerated,
        all.fail,
        all.blocked,
        all.error,
        all.unsupported,
        all.not_applicable
    );
    for level in Level::ALL {
        let Some(counts) = report.summary.by_level.get(level.name()) else { continue };
        let (held, judged) = (counts.held(), counts.judged());
        let words = if level == Level::Info { "observed" } else { "hold" };
        let _ = writeln!(text, "{:>12} {held} of {judged} {words}", level.name());
    }
    if !report.observed.is_empty() {
        let _ = writeln!(text, "    observed");
        // What is as the documents have it needs no line; the other formats have every row.
        for (name, outcome) in report.observed.iter().filter(|(_, outcome)| *outcome != AS_CLAIMED) {
            let _ = writeln!(text, "             {}: {}", visible(name), visible(outcome));
        }
    }
    if !report.exploration.is_empty() {
        let _ = writeln!(text, "    explored {}", visible(&report.exploration.in_words()));
    }
    let _ =
        writeln!(text, "        wire {} requests, {} bytes sent", report.run.requests, report.run.bytes_sent);
    if report.run.cuts > 0 {
        let _ = writeln!(text, "         cut {} answers, by the server", report.run.cuts);
    }
    if let Some(held) = &report.baseline {
        against(&mut text, held);
    }
    for left in &report.cleanup.left {
        let _ = writeln!(text, "        LEFT {}", visible(left));
    }
    for trouble in &report.cleanup.trouble {
        let _ = writeln!(text, "    clean-up {}", visible(trouble));
    }
    if !report.not_run.is_empty() {
        let _ = writeln!(text, "     not run {} more rows", report.not_run.len());
    }
    let verdict = match report.exit {
        0 if report.holds_a_must() => Verdict::Pass,
        0 => Verdict::Unsupported,
        _ => Verdict::Fail,
    };
    let _ = writeln!(text, "{} (exit {})", style.paint(verdict, &visible(&report.conclusion)), report.exit);
    text
}
