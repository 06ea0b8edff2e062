//! What is behind the rows that fail, on a terminal: the worst first, in a line or four each.

use std::fmt::Write as _;

use mpuspec_mock::provider::Harm;

use super::Style;
use crate::case::Level;
use crate::report::{ByName, Cause, Finding, Report, Verdict, counted};
use crate::visible::{visible, visible_ends, visible_start};

/// Where the text of a cause begins.
const INDENT: &str = "                      ";
/// Causes that are looked at; more are nobody's reading.
const MOST: usize = 400;
/// Characters of an answer that are shown.
const ANSWER: usize = 280;
/// Up to this number of causes the worst is still in sight at the end.
const FEW: usize = 3;
/// Causes of form, and findings that count for nothing, are shown one by one up to this number.
const FORMS: usize = 3;

/// Writes the causes that are news, the worst first. Those of form are counted alone, unless they are asked for or few.
pub(super) fn causes(report: &Report, with_form: bool, style: Style) -> String {
    let mut text = String::new();
    if report.causes.is_empty() {
        return text;
    }
    let news = report.news();
    let (causes, with_causes) = (report.causes.len(), report.rows_with_causes());
    // Else the rows of the causes, added up, would be taken for a mistake.
    let shared = report.causes.iter().map(Cause::count).sum::<usize>() > with_causes;
    let rows = counted(with_causes, "row") + if shared { ", some with several" } else { "" };
    let _ = writeln!(text, "      causes {causes} behind {rows}, the worst first: {}", report.harms());
    let known = news.iter().filter(|(_, rows)| rows.is_empty()).count();
    if known > 0 {
        let _ = writeln!(text, "             {known} of them known to the baseline");
    }
    let is_form = |cause: &Cause| cause.harm == Harm::Form;
    let forms = news.iter().filter(|(cause, rows)| is_form(cause) && !rows.is_empty());
    let (forms, of_forms) = forms.fold((0, 0), |(count, of), (cause, _)| (count + 1, of + cause.count()));
    let by_name = report.by_name();
    let folds = !with_form && forms > FORMS;
    for (at, (cause, new)) in (1..).zip(&news) {
        if at > MOST {
            let _ =
                writeln!(text, "             and {} more, which are in the JSON report", news.len() - MOST);
            break;
        }
        if new.is_empty() || (folds && is_form(cause)) {
            continue;
        }
        let gained = if new.len() < cause.count() { format!("; {} new", new.len()) } else { String::new() };
        let harm = format!("{:<8}", cause.harm.name().to_uppercase());
        let harm = style.paint(if cause.is_grave() { Verdict::Fail } else { Verdict::Blocked }, &harm);
        let _ = writeln!(text, "{at:>12} {harm} {} ({}{gained})", visible(&cause.title), cause.extent());
        if cause.is_grave() {
            in_detail(&mut text, report, &by_name, cause);
        }
    }
    if news.iter().any(|(cause, new)| cause.harm == Harm::Client && !new.is_empty()) {
        let _ = writeln!(text, "             --show rows has the answers and commands of each");
    }
    if folds {
        let (forms, of_forms) = (counted(forms, "cause"), counted(of_forms, "row"));
        let _ =
            writeln!(text, "             {:<8} {forms} behind {of_forms}; --show form names them", "FORM");
    }
    text
}

/// The worst cause once more: a terminal shows the end of what is long.
pub(super) fn worst(text: &mut String, report: &Report, style: Style) {
    let news = report.news();
    let Some((cause, _)) = news.iter().find(|(_, rows)| !rows.is_empty()) else { return };
    if report.causes.len() <= FEW || !cause.is_grave() {
        return;
    }
    let harm = style.paint(Verdict::Fail, &cause.harm.name().to_uppercase());
    let _ = writeln!(text, "       worst {harm} {}", visible(&cause.title));
    if let Some(again) = report.again_of_cause(cause, &report.by_name()) {
        let _ = writeln!(text, "      repeat {}", visible(&again));
    }
}

/// What was found and counts for nothing: what nobody promises, or what was seen no second time.
pub(super) fn beside(text: &mut String, report: &Report) {
    let told: Vec<&Finding> = report.findings.iter().filter(|found| found.level > Level::Should).collect();
    for finding in told.iter().take(FORMS) {
        let _ = writeln!(text, "   also seen (not counted) {}", visible_start(&finding.title, ANSWER));
    }
    if told.len() > FORMS {
        let _ = writeln!(text, "             and {} more; --show findings", told.len() - FORMS);
    }
}

/// What was done and came back, who is hurt, and how to see it again.
fn in_detail(text: &mut String, report: &Report, rows: &ByName<'_>, cause: &Cause) {
    if let Some(shown) = report.shown_in_words(cause, rows) {
        let _ = writeln!(text, "{INDENT}{}", visible_ends(&shown, ANSWER));
    }
    // Of calls at the same time the last line says what should have been seen.
    let due =
        report.shown_by_finding(cause).and_then(|finding| finding.explanation.as_ref()?.text.lines().last());
    if let Some(due) = due.filter(|due| due.contains("lawful would be")) {
        let _ = writeln!(text, "{INDENT}{}", visible_ends(due, ANSWER));
    }
    if let Some(why) = &cause.why {
        let _ = writeln!(text, "{INDENT}{}", visible_start(why, ANSWER));
    }
    if let Some(again) = report.again_of_cause(cause, rows) {
        let _ = writeln!(text, "{INDENT}repeat {}", visible(&again));
    }
}
