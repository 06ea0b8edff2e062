//! The report as Markdown, for step summaries and pull requests.
//!
//! What a server said stands in code spans alone: there nothing of it is markup, mention or link.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::evidence::wire;
use super::{Report, RowReport, StepResult, Verdict, counted};
use crate::case::Level;
use crate::visible::{visible, visible_start};

/// Characters kept of one text.
const LONGEST: usize = 300;
/// Bytes up to which failures are told in full, failures are told at all, and anything is listed. What
/// is left is enough for the ends of the sections: summaries stay below 64 KiB.
const ROOM: [usize; 3] = [24_000, 36_000, 56_000];
/// Causes that are listed.
const CAUSES: usize = 40;
/// Rows of a cause that are told in full: the others show the same.
const FULL: usize = 2;
/// Rows named for one reason.
const NAMED: usize = 20;

/// Writes a report.
pub fn to_markdown(report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "**{}** (exit {})\n", prose(&report.conclusion), report.exit);
    causes(&mut text, report);
    about(&mut text, report);
    levels(&mut text, report);
    baseline(&mut text, report);
    deaths(&mut text, report);
    failures(&mut text, report);
    tolerated(&mut text, report);
    observed(&mut text, report);
    not_judged(&mut text, report);
    explored(&mut text, report);
    clean_up(&mut text, report);
    text
}

/// What is behind the rows that fail, the worst first. What a baseline knows is counted alone.
fn causes(text: &mut String, report: &Report) {
    let news = report.news();
    let known = news.iter().filter(|(_, rows)| rows.is_empty()).count();
    if news.len() > known {
        text.push_str("| | harm | what the server does | seen | shown by |\n|--:|---|---|---|---|\n");
    }
    let mut listed = 0;
    for (at, (cause, new)) in (1..).zip(&news) {
        if new.is_empty() {
            continue;
        }
        listed += 1;
        if listed > CAUSES {
            let _ = writeln!(text, "| | | and {} more | | |", news.len() - known - CAUSES);
            break;
        }
        let why = cause.why.as_ref().filter(|_| cause.is_grave());
        let why = why.map_or_else(String::new, |why| format!(" — {}", prose(why)));
        let gained = if new.len() < cause.count() { format!(", {} new", new.len()) } else { String::new() };
        let _ = writeln!(
            text,
            "| {at} | {} | **{}**{why} | {}{gained} | {} |",
            cause.harm.name().to_uppercase(),
            prose(&cause.title),
            cause.extent(),
            prose(&cause.shown_by)
        );
    }
    if news.len() > known {
        text.push('\n');
    }
    if known > 0 {
        let _ = writeln!(text, "{} known to the baseline.\n", counted(known, "cause"));
    }
}

fn about(text: &mut String, report: &Report) {
    let (suite, target, run) = (&report.suite, &report.target, &report.run);
    let mut target_is = code(&target.name);
    if let Some(version) = &target.version {
        let _ = write!(target_is, " {}", code(version));
    }
    if target.name != target.endpoint {
        let _ = write!(target_is, " at {}", code(&target.endpoint));
    }
    let seconds = format!("{}.{:03}", run.millis / 1000, run.millis % 1000);
    let _ = writeln!(
        text,
        "mpuspec {} {} on {target_is}, which calls itself {}, as provider {}. Begun {}, {seconds} s, {} \
         requests, {} bytes sent, {} received, seed {}, run {}.\n",
        prose(&suite.version),
        code(&suite.commit),
        code(&target.server),
        code(&target.provider),
        prose(&run.started),
        run.requests,
        run.bytes_sent,
        run.bytes_received,
        code(&run.seed),
        code(&run.id)
    );
    if !run.skipped.is_empty() {
        let skipped: Vec<String> = run.skipped.iter().map(|pattern| code(pattern)).collect();
        let _ = writeln!(text, "Left out, as was asked: {}.\n", skipped.join(", "));
    }
}

fn levels(text: &mut String, report: &Report) {
    text.push_str("| level | pass | tolerated | fail | blocked | error | unsupported | n/a |\n");
    text.push_str("|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for level in Level::ALL {
        let Some(n) = report.summary.by_level.get(level.name()) else { continue };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} |",
            level.name(),
            n.pass,
            n.tolerated,
            n.fail,
            n.blocked,
            n.error,
            n.unsupported,
            n.not_applicable
        );
    }
    text.push('\n');
}

/// What a baseline made of it; known failures are named here alone.
fn baseline(text: &mut String, report: &Report) {
    let Some(held) = &report.baseline else { return };
    text.push_str("## Baseline\n\n");
    let lines: Vec<String> = [
        ("new", &held.new),
        ("pass though listed", &held.passing),
        ("name no row", &held.stale),
        ("new in suite", &held.new_in_suite),
        ("without a reason yet", &held.unexplained),
        ("known", &held.known),
    ]
    .iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(what, names)| format!("{what}, {}: {}", names.len(), some(names)))
    .collect();
    if lines.is_empty() {
        text.push_str("Nothing is known, and nothing is new.\n\n");
    }
    list(text, &lines, ROOM[0]);
}

fn deaths(text: &mut String, report: &Report) {
    for death in &report.deaths {
        let _ = writeln!(
            text,
            "## The server {}\n\n{}. The last requests that reached it:\n",
            death.verb(),
            code(&death.in_words())
        );
        let requests: Vec<String> = death.requests.iter().map(|request| code(request)).collect();
        list(text, &requests, ROOM[0]);
    }
}

fn failures(text: &mut String, report: &Report) {
    let failed: Vec<&RowReport> = with(report, Verdict::Fail).filter(|row| !row.is_known()).collect();
    if failed.is_empty() {
        return;
    }
    let _ = writeln!(text, "## Failed: {}\n", failed.len());
    // In the order of the causes, where the row that shows one best is its first.
    let behind = report.causes.iter().enumerate().flat_map(|(rank, cause)| {
        let others = cause.rows.iter().filter(|name| **name != cause.shown_by);
        [&cause.shown_by]
            .into_iter()
            .chain(others)
            .enumerate()
            .map(move |(at, name)| (name.clone(), (rank, at)))
    });
    let behind: BTreeMap<String, (usize, usize)> = behind.collect();
    let place = |row: &RowReport| behind.get(&row.name()).copied().unwrap_or((usize::MAX, 0));
    let (mut first, mut rest): (Vec<&RowReport>, Vec<&RowReport>) =
        failed.into_iter().partition(|row| place(row).1 < FULL);
    first.sort_by_key(|row| (place(row), row.level));
    rest.sort_by_key(|row| (place(row), row.level));
    let mut full = 0;
    for row in &first {
        let told = failure(report, row);
        if text.len() + told.len() > ROOM[0] {
            break;
        }
        text.push_str(&told);
        full += 1;
    }
    let rest: Vec<String> = first[full..].iter().chain(&rest).map(|row| one_line(row)).collect();
    if !rest.is_empty() {
        let _ = writeln!(text, "### In short: {}\n", rest.len());
        list(text, &rest, ROOM[1]);
    }
}

fn failure(report: &Report, row: &RowReport) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "### {} {}\n", row.level.name(), code(&row.name()));
    let _ = writeln!(text, "- claim: {}", prose(&row.title));
    let _ = writeln!(text, "- failed: {}", code(row.reason.as_deref().unwrap_or_default()));
    for (column, value) in &row.columns {
        let _ = writeln!(text, "- with: {}", code(&format!("{column} = {value}")));
    }
    for source in &row.sources {
        let says = source.says.as_ref().map_or_else(String::new, |says| format!(": {}", prose(says)));
        let _ = writeln!(text, "- promised: {}{says}", link(&source.key, source.url.as_deref()));
    }
    if let Some(again) = report.again(row) {
        // A command is not cut: half of it is of no use.
        let _ = writeln!(text, "- again: {}", span(&visible(&again)));
    }
    for finding in report.findings.iter().filter(|finding| finding.id == row.id) {
        let _ = writeln!(text, "- found with seed {}: {}", code(&finding.seed), code(&finding.title));
        if let Some(again) = report.again_of_finding(finding).filter(|_| finding.was_saved()) {
            let _ = writeln!(text, "  - again: {}", span(&visible(&again)));
        }
    }
    for wire in wire(row) {
        let _ = writeln!(text, "- wire, line {}, exchange {}: {}", wire.line, wire.n, code(&wire.request));
        text.push_str(&with_headers(&wire.request_headers));
        let _ = writeln!(text, "  - answered {}", code(&wire.answer));
        text.push_str(&with_headers(&wire.answer_headers));
        if let Some(said) = &wire.refusal {
            let _ = writeln!(text, "  - the server says {}", code(said));
        } else if let Some(body) = wire.body.filter(|body| !body.is_empty()) {
            let _ = writeln!(text, "  - the body begins {}", code(body));
        }
    }
    if !row.steps.is_empty() {
        let _ = writeln!(text, "- steps of {}:", code(&row.file));
    }
    for step in &row.steps {
        let claim = if step.claim { ", claim" } else { "" };
        let result = match step.result {
            StepResult::Met => "met",
            StepResult::Tolerated => "tolerated",
            StepResult::Unmet => "**unmet**",
            StepResult::Trouble => "**trouble**",
            StepResult::Skipped => "skipped",
        };
        let _ = write!(text, "  - line {} {}{claim}: {result}", step.line, code(&step.operation));
        if let Some(expected) = &step.expected {
            let _ = write!(text, ", expected {}", code(expected));
        }
        if step.result != StepResult::Met {
            let _ = write!(text, ", got {}", code(&step.got));
        }
        text.push('\n');
    }
    text.push('\n');
    text
}

/// A line with the headers of a request or an answer, if there are any.
fn with_headers(headers: &[String]) -> String {
    let headers: Vec<String> = headers.iter().map(|header| code(header)).collect();
    if headers.is_empty() { String::new() } else { format!("  - with {}\n", headers.join(", ")) }
}

fn tolerated(text: &mut String, report: &Report) {
    let rows: Vec<String> = with(report, Verdict::Tolerated).map(one_line).collect();
    if !rows.is_empty() {
        let _ = writeln!(text, "## Tolerated: {}\n", rows.len());
        list(text, &rows, ROOM[2]);
    }
}

fn observed(text: &mut String, report: &Report) {
    if !report.observed.is_empty() {
        text.push_str("## Observed behaviour\n\n");
        let rows = report.observed.iter().map(|(name, seen)| format!("{}: {}", code(name), code(seen)));
        list(text, &rows.collect::<Vec<_>>(), ROOM[2]);
    }
}

/// The rows without a judgement, folded by what kept them from one.
fn explored(text: &mut String, report: &Report) {
    let exploration = &report.exploration;
    if exploration.is_empty() {
        return;
    }
    let _ = writeln!(text, "## Explored\n\n{}.\n", exploration.in_words());
    if !exploration.cells_not_judged.is_empty() {
        let _ = writeln!(text, "Not judged: {}.\n", some(&exploration.cells_not_judged));
    }
    text.push_str("<details><summary>Calls at the same time</summary>\n\n");
    text.push_str(
        "| calls | rounds | at the same time | first, second first | lawful | not | at most missed | |\n",
    );
    text.push_str("|---|--:|--:|--:|--:|--:|--:|---|\n");
    for pair in &exploration.pairs {
        let missed = pair.missed_at().map_or_else(String::new, |rate| format!("{:.0} %", rate * 100.0));
        let _ = writeln!(
            text,
            "| {} | {} | {} | {}, {} | {} | {} | {missed} | {} |",
            prose(&pair.calls),
            pair.rounds,
            pair.overlapping,
            pair.first_first,
            pair.second_first,
            pair.lawful,
            pair.found,
            pair.not_exercised().map_or_else(String::new, |why| format!("not exercised: {why}"))
        );
    }
    text.push_str("\n</details>\n\n");
}

fn not_judged(text: &mut String, report: &Report) {
    let mut folded: Vec<(Verdict, String, Vec<String>)> = Vec::new();
    for verdict in [Verdict::Blocked, Verdict::Error, Verdict::Unsupported, Verdict::NotApplicable] {
        for row in with(report, verdict) {
            let reason = report.kept_from_judgement(row);
            match folded.iter_mut().find(|(known, why, _)| *known == verdict && *why == reason) {
                Some((_, _, names)) => names.push(row.name()),
                None => folded.push((verdict, reason, vec![row.name()])),
            }
        }
    }
    let mut lines: Vec<String> = folded
        .iter()
        .map(|(verdict, reason, names)| format!("{}: {}: {}", verdict.name(), code(reason), some(names)))
        .collect();
    if !report.not_run.is_empty() {
        lines.push(format!("not run, since the run ended before: {}", some(&report.not_run)));
    }
    if !lines.is_empty() {
        text.push_str("## Not judged\n\n");
        list(text, &lines, ROOM[2]);
    }
}

fn clean_up(text: &mut String, report: &Report) {
    text.push_str("## Clean-up\n\n");
    if report.cleanup.left.is_empty() {
        text.push_str("Nothing was left behind.\n");
    } else {
        let _ = writeln!(text, "Left behind: {}\n", report.cleanup.left.len());
        let left: Vec<String> = report.cleanup.left.iter().map(|left| span(&visible(left))).collect();
        list(text, &left, ROOM[2]);
    }
    if !report.cleanup.trouble.is_empty() {
        text.push_str("\nTrouble:\n\n");
        let trouble: Vec<String> = report.cleanup.trouble.iter().map(|line| code(line)).collect();
        list(text, &trouble, ROOM[2]);
    }
}

fn with(report: &Report, verdict: Verdict) -> impl Iterator<Item = &RowReport> {
    report.cases.iter().filter(move |row| row.verdict == verdict)
}

fn one_line(row: &RowReport) -> String {
    format!("{} {}: {}", row.level.name(), code(&row.name()), code(row.reason.as_deref().unwrap_or_default()))
}

/// The first of many names.
fn some(names: &[String]) -> String {
    let mut text = names.iter().take(NAMED).map(|name| code(name)).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        let _ = write!(text, " and {} more", names.len() - NAMED);
    }
    text
}

/// As many entries as there is room for.
fn list(text: &mut String, entries: &[String], room: usize) {
    for (at, entry) in entries.iter().enumerate() {
        if text.len() + entry.len() > room {
            let _ = writeln!(text, "- and {} more, which are in the JSON report", entries.len() - at);
            break;
        }
        let _ = writeln!(text, "- {entry}");
    }
    if !entries.is_empty() {
        text.push('\n');
    }
}

/// A text of the suite, as text.
pub(super) fn prose(text: &str) -> String {
    let mut escaped = String::new();
    for c in visible_start(text, LONGEST).chars() {
        if "\\`*_[]<>&|~$#@{}".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A text of whatever origin, as a code span.
pub(super) fn code(text: &str) -> String {
    span(&visible_start(text, LONGEST))
}

/// A code span: its fence is longer than every run of backticks in it.
fn span(line: &str) -> String {
    if line.is_empty() {
        return "`-`".to_owned();
    }
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // One space at both ends is taken away again; a text that has its own, or borders on the fence, needs it.
    let padded = line.starts_with([' ', '`']) || line.ends_with([' ', '`']);
    let pad = if padded { " " } else { "" };
    format!("{fence}{pad}{line}{pad}{fence}")
}

/// A link to a document, unless its address is none.
fn link(name: &str, url: Option<&str>) -> String {
    let usable = |url: &&str| {
        (url.starts_with("https://") || url.starts_with("http://"))
            && url.chars().all(|c| c.is_ascii_graphic() && !"<>\\`".contains(c))
    };
    match url.filter(usable) {
        Some(url) => format!("[{}](<{url}>)", prose(name)),
        None => prose(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_a_code_span() {
        assert_eq!(code("plain | <b> \\"), "`plain | <b> \\`");
        assert_eq!(code("a ``` b ` c"), "````a ``` b ` c````");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(" x "), "`  x  `");
        assert_eq!(code("\n\u{1b}[1m"), "`\\n\\u{1b}[1m`");
        assert_eq!(code(""), "`-`");
        assert!(code(&"`".repeat(10_000)).len() < 4 * LONGEST);
    }

    #[test]
    fn prose_has_no_markup() {
        assert_eq!(prose("[a](b) <i> *x* | `c` #1 @me"), "\\[a\\](b) \\<i\\> \\*x\\* \\| \\`c\\` \\#1 \\@me");
    }

    #[test]
    fn only_addresses_are_linked() {
        assert_eq!(link("a/b#c", Some("https://x.test/y#z")), "[a/b\\#c](<https://x.test/y#z>)");
        for other in ["javascript:alert(1)", "https://x> [y](z)", "https://x\ny", "https://x\\"] {
            assert_eq!(link("a/b", Some(other)), "a/b");
        }
    }
}
