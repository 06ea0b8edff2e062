//! A badge: how many MUST rows hold, as an SVG of its own.

use super::Report;
use crate::case::Level;

/// Writes a badge. Counts, never a percentage.
pub fn to_badge(report: &Report) -> String {
    let counts = report.summary.by_level.get(Level::Must.name()).copied().unwrap_or_default();
    let (held, judged) = (counts.held(), counts.judged());
    let known = report.baseline.as_ref().map_or(0, |held| held.known.len());
    let (said, colour) = match (report.complete, report.exit) {
        (false, _) => (format!("{held}/{judged} MUST, partial"), "#5b5f66"),
        (true, 0) if known > 0 => (format!("{held}/{judged} MUST, rest known"), "#8a6100"),
        (true, 0) if held == 0 => ("no MUST judged".to_owned(), "#5b5f66"),
        (true, 0) => (format!("{held}/{judged} MUST"), "#1f7a3d"),
        (true, 1) => (format!("{held}/{judged} MUST"), "#b3261e"),
        (true, _) => (format!("{held}/{judged} MUST, not judged"), "#5b5f66"),
    };
    let label = "multipart upload";
    // Eleven pixels of a usual sans serif are some 6.6 wide; the text is fitted to its box all the same.
    let width = |text: &str| text.len() as u64 * 66 / 10 + 12;
    let (left, right) = (width(label), width(&said));
    let whole = left + right;
    let text = |x: u64, box_width: u64, text: &str| {
        format!(
            "<text x=\"{}\" y=\"14\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\">{text}</text>",
            x + 6,
            box_width - 12
        )
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"20\" role=\"img\" aria-label=\"{label}: {said}\">\
         <title>{label}: {said}</title><rect width=\"{left}\" height=\"20\" fill=\"#3b4048\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{colour}\"/>\
         <g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,sans-serif\" font-size=\"11\">{}{}</g></svg>\n",
        text(0, left, label),
        text(left, right, &said)
    )
}
