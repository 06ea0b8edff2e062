//! What a report keeps of its evidence: a server can answer as much as it likes, and the report of it has to be read again.

use std::io::{Result, Write};

use serde::Serialize;

use super::{Finding, Report, RowReport};

/// Room for exchanges. A usual report has some seven million bytes of them.
const EXCHANGES: Room = Room { bytes: 16 << 20, values: 180_000 };
/// Room for what is left of exchanges without headers and texts.
const LIGHT: Room = Room { bytes: 4 << 20, values: 60_000 };
/// Room for what the steps of all rows saw, with their histories. A usual report has some two million bytes of it.
const ROWS: Room = Room { bytes: 8 << 20, values: 100_000 };
/// Room for findings.
const FINDINGS: Room = Room { bytes: 8 << 20, values: 80_000 };
/// Bytes of a text for which there is no room.
const SHORT: usize = 200;
/// Bytes of what a server calls itself.
const A_NAME: usize = 300;

/// What is left of a room.
struct Room {
    bytes: usize,
    values: usize,
}

impl Room {
    /// Takes the place of a part, if there is as much.
    fn takes(&mut self, part: &impl Serialize) -> bool {
        let mut taken = Taken::default();
        serde_json::to_writer(&mut taken, part).expect("a report has no keys but texts");
        match (self.bytes.checked_sub(taken.bytes), self.values.checked_sub(taken.values)) {
            (Some(bytes), Some(values)) => {
                *self = Self { bytes, values };
                true
            }
            _ => false,
        }
    }
}

/// Leaves out evidence for which a report has no room. What was judged, and how, stays.
pub(crate) fn fit(report: &mut Report) {
    cut(&mut report.target.server, A_NAME);
    let (mut room, mut light) = (EXCHANGES, LIGHT);
    for row in &mut report.cases {
        row.exchanges.retain_mut(|exchange| {
            if room.takes(exchange) {
                return true;
            }
            exchange.lighten();
            light.takes(exchange)
        });
    }
    let mut room = ROWS;
    for row in &mut report.cases {
        let shown = (&row.steps, &row.history, &row.explanation, &row.notes, &row.reason, &row.observed);
        let head = (&row.about, &row.sources, &row.columns, &row.was, &row.standing);
        if !room.takes(&(shown, head)) {
            lighten(row);
        }
    }
    let mut room = FINDINGS;
    for finding in &mut report.findings {
        if !room.takes(finding) {
            lighten_finding(finding);
        }
    }
}

fn lighten(row: &mut RowReport) {
    (row.history, row.explanation) = (None, None);
    row.about = None;
    row.notes.truncate(1);
    row.sources.truncate(1);
    row.was.truncate(1);
    row.columns.values_mut().for_each(|text| cut(text, SHORT));
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

/// Counts what is written, as it stands in a report: what cannot be seen is escaped there. A comma within a text counts as a
/// value: that is no less.
#[derive(Default)]
struct Taken {
    bytes: usize,
    values: usize,
}

impl Write for Taken {
    fn write(&mut self, written: &[u8]) -> Result<usize> {
        // Each of two bytes or more can come to six.
        self.bytes += written.len() + 2 * written.iter().filter(|byte| !byte.is_ascii()).count();
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
    use crate::wire::{Exchange, RecordedBody, RecordedRequest, RecordedResponse};

    /// Many values in few bytes, and many characters that are escaped.
    fn report_of_an_exchange() -> Exchange {
        let text = |bytes: usize| RecordedBody {
            bytes: bytes as u64,
            text: Some("\u{1}".repeat(bytes)),
            ..RecordedBody::default()
        };
        let headers = vec![("a".to_owned(), String::new()); 88];
        Exchange {
            n: 1,
            operation: "GetObject".to_owned(),
            lane: None,
            node: None,
            start_us: 0,
            end_us: 1,
            request: RecordedRequest {
                method: "GET".to_owned(),
                target: "/b/k".to_owned(),
                headers: headers.clone(),
                body: text(0),
                signed_otherwise: false,
            },
            response: Some(RecordedResponse { status: 200, headers, body: text(200) }),
            trouble: None,
            deviations: Vec::new(),
        }
    }

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
            got: "é\u{202e}".repeat(8_000),
            about: None,
            seen: None,
            exchanges: None,
        };
        let exchange = report_of_an_exchange();
        for at in 0..300 {
            let mut row = RowReport::untried(&format!("area/{at}"), None, "a title", Level::Must);
            row.steps.push(step());
            row.exchanges = vec![exchange.clone(); 10];
            report.cases.push(row);
        }
        fit(&mut report);
        let text = to_json(&report);
        assert!(text.len() < 64 << 20, "{}", text.len());
        let read = from_json(&text).expect("it is read");
        assert_eq!(read.cases.len(), 300);
        assert!(read.cases[0].steps[0].got.len() > SHORT, "what there is room for stays");
    }
}
