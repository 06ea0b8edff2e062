//! What a run says on a terminal.

mod causes;
mod summary;

use std::fmt::Write as _;

use anstyle::{AnsiColor, Color, Style as Ansi};

use super::evidence::{HEADER, decisive, wire};
use super::{Report, RowReport, Verdict};
use crate::history::timeline;
use crate::visible::{visible, visible_start};

pub use summary::{Shown, summary, verdict};

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

/// Up to this number, failing rows are shown in full without being asked for.
const FEW: usize = 3;

/// The failures in full, the firmest promises first; nothing where they are more than a few and nobody asks for
/// them. What was not tried is left to the summary.
pub fn failures(report: &Report, asked: bool, style: Style) -> String {
    // What was found otherwise is shown with the calls that led to it.
    let is_finding = |row: &RowReport| report.findings.iter().any(|finding| finding.id == row.id);
    let is_told = |row: &&RowReport| {
        row.verdict.counts_against()
            && !row.is_known()
            && row.cause.is_none()
            && !row.steps.is_empty()
            && !is_finding(row)
    };
    let mut failed: Vec<&RowReport> = report.cases.iter().filter(is_told).collect();
    if !asked && failed.len() > FEW {
        return String::new();
    }
    failed.sort_by_key(|row| (row.level, std::cmp::Reverse(row.verdict)));
    failed.iter().map(|row| failure(report, row, style)).collect()
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
            let _ = writeln!(text, "   repeat   {}", visible(&again));
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
        let _ = writeln!(text, "   repeat   {}", visible(&again));
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
