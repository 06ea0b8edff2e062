//! Shows mistakes in the file in which they were made.

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report};
use mpuspec_mock::provider::Problem;
use mpuspec_mock::yaml::MOST_MISTAKES;

use super::door::without_secrets;
use crate::visible::visible_start;

/// No line is shown further.
const WIDEST: usize = 1_000;

/// A line that is longer is not drawn: its marks would be as long.
const LONGEST_DRAWN: usize = 10_000;

/// Whether a secret stands in the lines that are drawn around one, folded or not: a message could repeat a piece of it.
fn is_beside_a_secret(text: &str, line: usize) -> bool {
    let drawn: Vec<&str> = text.lines().skip(line.saturating_sub(4)).take(7).collect();
    let joined: String = drawn.concat().chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    [drawn.join("\n"), joined].iter().any(|text| without_secrets(text) != *text)
}

/// Draws all problems, one behind the other.
pub(super) fn render(problems: &[Problem]) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(110);
    let mut text = String::new();
    for problem in problems.iter().take(MOST_MISTAKES) {
        let placed = &problem.placed;
        // Lines are broken where they are long: a secret that was broken would be found no more.
        let message = without_secrets(&placed.message);
        let position = format!("{}:{}:{}", problem.origin.name, placed.span.line, placed.span.column);
        let label = LabeledSpan::new(Some(message.clone()), placed.span.offset, placed.span.length);
        let mut diagnostic = MietteDiagnostic::new(format!("{position}: {message}")).with_label(label);
        let place = if placed.path.is_empty() { None } else { Some(format!("in {}", placed.path)) };
        let help: Vec<String> =
            place.into_iter().chain(placed.help.clone()).map(|help| without_secrets(&help)).collect();
        if !help.is_empty() {
            diagnostic = diagnostic.with_help(help.join("; "));
        }
        if problem.origin.text.is_empty() {
            text.push_str(&format!("{}: {}\n", problem.origin.name, placed.message));
            continue;
        }
        if is_beside_a_secret(&problem.origin.text, placed.span.line) {
            text.push_str(&format!("{position}: a mistake beside a secret, of which nothing is shown\n"));
            continue;
        }
        // What cannot be shown is not drawn either.
        let line = problem.origin.text.lines().nth(placed.span.line.saturating_sub(1)).unwrap_or_default();
        if line.len() > LONGEST_DRAWN {
            text.push_str(&format!("{position}: {message}\n  {}\n", help.join("; ")));
            continue;
        }
        let source = NamedSource::new(&problem.origin.name, problem.origin.text.clone());
        let report = Report::from(diagnostic).with_source_code(source);
        // Writing to a text does not fail.
        let _ = handler.render_report(&mut text, report.as_ref());
    }
    // A secret that was cut would be found no more.
    let text = without_secrets(&text);
    let text: Vec<String> = text.lines().map(|line| visible_start(line, WIDEST)).collect();
    let noun = if problems.len() == 1 { "mistake" } else { "mistakes" };
    let more = if problems.len() >= MOST_MISTAKES {
        ", and perhaps more: none are looked for behind so many"
    } else {
        ""
    };
    format!("{}\n{} {noun}{more}\n", text.join("\n"), problems.len())
}
