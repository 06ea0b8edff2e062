//! How the draws of sequences or of histories went, and the row that this comes to.

use super::draw::What;
use super::explorer::Explorer;
use crate::case::Level;
use crate::report::{Finding, RowReport, Verdict};

/// How the draws of a row went.
#[derive(Debug, Default)]
pub(super) struct Went {
    pub(super) ran: u32,
    pub(super) steps: usize,
    pub(super) undecided: u32,
    /// Why draws of the plan were not run.
    pub(super) stopped: Option<String>,
    pub(super) not_run: u32,
    /// Draws that could not be judged, and the last of them.
    pub(super) troubles: u32,
    pub(super) trouble: Option<(String, RowReport)>,
    pub(super) millis: u64,
}

impl Explorer<'_> {
    /// The row of sequences, or of histories.
    pub(super) fn row(&self, what: What, went: Went, findings: &[Finding]) -> RowReport {
        let found: Vec<&Finding> = findings.iter().filter(|finding| finding.id == what.id()).collect();
        let mut row = RowReport::untried(what.id(), None, what.title(), Level::Must);
        row.millis = went.millis;
        row.notes.push(format!("{} drawn and run, {} steps, {} findings", went.ran, went.steps, found.len()));
        row.notes.extend(self.coverage.in_words(what));
        if let Some((reason, _)) = &went.trouble {
            row.notes.push(format!("{} could not be judged, the last one: {reason}", went.troubles));
        }
        row.notes.extend(went.stopped.clone());
        if went.undecided > 0 {
            row.notes.push(format!("{} undecided: more orders than can be tried", went.undecided));
        }
        // What was asked for and not run was not judged: the row does not pass.
        let not_run = (went.not_run > 0).then(|| {
            format!("{} of the plan not run: {}", went.not_run, went.stopped.clone().unwrap_or_default())
        });
        let counts = found.iter().filter(|finding| finding.level == Level::Must).count();
        (row.verdict, row.reason) = match (counts, went.trouble) {
            (1.., _) => {
                let titles: Vec<&str> = found.iter().map(|finding| finding.title.as_str()).collect();
                (Verdict::Fail, Some(titles.join("; ")))
            }
            (0, Some((reason, last))) => {
                row.exchanges = last.exchanges;
                (Verdict::Error, Some(reason))
            }
            (0, None) => match not_run {
                Some(not_run) => (Verdict::Error, Some(not_run)),
                None => (Verdict::Pass, None),
            },
        };
        row
    }
}
