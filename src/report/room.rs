//! What a report keeps of its evidence: a server can answer as much as it likes, and the report of it has to be read again.

use std::io::{Result, Write};

use serde::Serialize;

use super::{Finding, Report, RowReport};

/// Bytes of headers and texts of all exchanges. A usual report has some five million.
const EXCHANGES: usize = 16 << 20;
/// Bytes of what the steps of all rows saw, with their histories. A usual report has some two million.
const ROWS: usize = 8 << 20;
/// Bytes of all findings.
const FINDINGS: usize = 8 << 20;
/// Bytes that a value counts for at least: it takes more memory than place.
const A_VALUE: usize = 64;
/// Bytes of a text for which there is no room.
const SHORT: usize = 200;
/// Bytes of what a server calls itself.
const A_NAME: usize = 300;

/// Leaves out evidence for which a report has no room. What was judged, and how, stays.
pub(crate) fn fit(report: &mut Report) {
    cut(&mut report.target.server, A_NAME);
    let mut room = EXCHANGES;
    for exchange in report.cases.iter_mut().flat_map(|row| &mut row.exchanges) {
        match room.checked_sub(exchange.weight()) {
            Some(left) => room = left,
            None => exchange.lighten(),
        }
    }
    let mut room = ROWS;
    for row in &mut report.cases {
        let shown = (&row.steps, &row.history, &row.explanation, &row.notes, &row.reason, &row.observed);
        match room.checked_sub(weight(&shown)) {
            Some(left) => room = left,
            None => lighten(row),
        }
    }
    let mut room = FINDINGS;
    for finding in &mut report.findings {
        match room.checked_sub(weight(finding)) {
            Some(left) => room = left,
            None => lighten_finding(finding),
        }
    }
}

fn lighten(row: &mut RowReport) {
    (row.history, row.explanation) = (None, None);
    row.notes.truncate(1);
    let texts = row.steps.iter_mut().flat_map(|step| step.expected.iter_mut().chain([&mut step.got]));
    let texts = texts.chain(&mut row.reason).chain(&mut row.notes).chain(row.observed.values_mut());
    texts.for_each(|text| cut(text, SHORT));
}

fn lighten_finding(finding: &mut Finding) {
    (finding.history, finding.explanation, finding.case) = (None, None, None);
    cut(&mut finding.title, SHORT);
    finding.signs.truncate(10);
    finding.signs.iter_mut().for_each(|sign| cut(sign, SHORT));
}

/// Cuts a text, to a border of characters.
fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
}

/// What a part of a report takes.
fn weight(part: &impl Serialize) -> usize {
    let mut counted = Counted::default();
    serde_json::to_writer(&mut counted, part).expect("a report has no keys but texts");
    counted.bytes.max(counted.values * A_VALUE)
}

/// Counts what is written. A comma within a text counts too: that is no less.
#[derive(Default)]
struct Counted {
    bytes: usize,
    values: usize,
}

impl Write for Counted {
    fn write(&mut self, written: &[u8]) -> Result<usize> {
        self.bytes += written.len();
        self.values += written.iter().filter(|byte| b",[{".contains(byte)).count();
        Ok(written.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Level;
    use crate::report::{StepReport, StepResult, from_json, to_json};

    #[test]
    fn a_report_of_long_answers_can_be_read_again() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/rclone.json");
        let mut report = from_json(&std::fs::read_to_string(path).expect("it is there")).expect("it is one");
        report.cases.clear();
        report.target.server = "x".repeat(3_000);
        let step = || StepReport {
            operation: "get_object".to_owned(),
            line: 1,
            claim: true,
            result: StepResult::Unmet,
            expected: None,
            got: "é\u{202e}".repeat(20_000),
            about: None,
            seen: None,
            exchanges: None,
        };
        for at in 0..1_000 {
            let mut row = RowReport::untried(&format!("area/{at}"), None, "a title", Level::Must);
            row.steps.push(step());
            report.cases.push(row);
        }
        fit(&mut report);
        let text = to_json(&report);
        assert!(text.len() < 64 << 20, "{}", text.len());
        let read = from_json(&text).expect("it is read");
        assert_eq!(read.cases.len(), 1_000);
        assert!(read.cases[0].steps[0].got.len() > SHORT, "what there is room for stays");
    }
}
