//! The matrix as one page.

use serde_json::json;

use super::Matrix;
use crate::case::Level;
use crate::report::Verdict;
use crate::report::html::{Room, fill, show};

/// Reasons are short here: the reports have them whole.
const ROOM: Room = Room { line: 220, text: 400 };

/// Writes a matrix.
pub fn matrix_html(matrix: &Matrix) -> String {
    let areas = || matrix.differing.iter().chain(&matrix.agreeing);
    let mut names: Vec<&str> = areas().map(|area| area.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let rows = || areas().flat_map(|area| &area.rows);
    let seen =
        |verdict: Verdict| rows().flat_map(|row| row.cells.iter().flatten()).any(|c| c.verdict == verdict);
    let verdicts: Vec<&str> = Verdict::ALL.into_iter().filter(|v| seen(*v)).map(Verdict::name).collect();
    let levels: Vec<&str> = Level::ALL
        .into_iter()
        .filter(|level| rows().any(|row| row.level == *level))
        .map(Level::name)
        .collect();
    let count = |areas: &[super::Area]| areas.iter().map(|area| area.rows.len()).sum::<usize>();
    fill(
        "matrix.html",
        json!({
            "matrix": show(matrix, ROOM),
            "areas": show(&names, ROOM),
            "differing": count(&matrix.differing),
            "agreeing": count(&matrix.agreeing),
            "verdicts": verdicts,
            "levels": levels,
        }),
    )
}
