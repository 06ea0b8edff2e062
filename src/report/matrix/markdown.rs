//! The matrix as Markdown.

use std::fmt::Write as _;

use super::{Area, Column, Matrix};
use crate::report::markdown::{code, prose};

/// Writes a matrix.
pub fn matrix_markdown(matrix: &Matrix) -> String {
    let mut text = String::from("# Multipart upload: targets side by side\n\n");
    text.push_str("In the order in which they were given; not a ranking.\n\n");
    text.push_str(
        "| target | version | judged as | run | suite | MUST rows that hold | that fail or are blocked | not judged |\n",
    );
    text.push_str("|---|---|---|---|---|--:|--:|--:|\n");
    for column in &matrix.columns {
        let must = &column.must;
        let mut partial = if column.complete { "" } else { ", partial" }.to_owned();
        if !column.skipped.is_empty() {
            let _ = write!(partial, ", without {}", prose(&column.skipped.join(", ")));
        }
        let _ = writeln!(
            text,
            "| {} | {} | {} | {}{partial} | {} | {} | {} | {} |",
            prose(&column.name),
            prose(column.version.as_deref().unwrap_or_default()),
            prose(&column.provider),
            prose(&column.day),
            prose(&column.suite),
            must.held(),
            must.broken(),
            must.error.saturating_add(must.unsupported).saturating_add(must.not_applicable)
        );
    }
    causes(&mut text, matrix);
    for (title, areas) in [
        ("Held by some and broken by others", &matrix.differing),
        ("No difference among those that were judged", &matrix.agreeing),
    ] {
        let rows: usize = areas.iter().map(|area| area.rows.len()).sum();
        let _ = writeln!(text, "\n## {title}: {rows} rows\n");
        table(&mut text, &matrix.columns, areas);
    }
    if !matrix.observed.is_empty() {
        text.push_str("\n## Observed behaviour\n\n");
        for question in &matrix.observed {
            let answers: Vec<String> = question
                .answers
                .iter()
                .map(|(answer, targets)| {
                    let names: Vec<String> =
                        targets.iter().map(|&at| prose(&matrix.columns[at].name)).collect();
                    format!("{} ({})", code(answer), names.join(", "))
                })
                .collect();
            let _ = writeln!(text, "- {}: {}", code(&question.name), answers.join("; "));
        }
    }
    text
}

/// What is behind the rows that fail, with the number of rows that each target has of it.
fn causes(text: &mut String, matrix: &Matrix) {
    if matrix.causes.is_empty() {
        return;
    }
    let names: Vec<String> = matrix.columns.iter().map(|column| prose(&column.name)).collect();
    let _ = writeln!(text, "\n## Causes: {}\n", matrix.causes.len());
    text.push_str("What is behind the rows that fail, the worst first; a cell has the number of rows.\n\n");
    let _ = writeln!(text, "| harm | what the server does | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|---|{}", "--:|".repeat(names.len()));
    for cause in &matrix.causes {
        let cells: Vec<String> = cause
            .cells
            .iter()
            .map(|rows| if *rows == 0 { String::new() } else { rows.to_string() })
            .collect();
        let harm = cause.harm.name().to_uppercase();
        let _ = writeln!(text, "| {harm} | {} | {} |", prose(&cause.title), cells.join(" | "));
    }
}

fn table(text: &mut String, columns: &[Column], areas: &[Area]) {
    if areas.is_empty() {
        text.push_str("None.\n");
        return;
    }
    let names: Vec<String> = columns.iter().map(|column| prose(&column.name)).collect();
    let _ = writeln!(text, "| row | level | {} |", names.join(" | "));
    let _ = writeln!(text, "|---|---|{}", "---|".repeat(columns.len()));
    for row in areas.iter().flat_map(|area| &area.rows) {
        let cells: Vec<&str> = row
            .cells
            .iter()
            .map(|cell| cell.as_ref().map_or("not run", |cell| cell.verdict.name()))
            .collect();
        let _ = writeln!(text, "| {} | {} | {} |", prose(&row.name), row.level.name(), cells.join(" | "));
    }
}
