//! The report while the run goes: what is left of a run that is killed, marked as partial.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::report_file::ReportFile;
use crate::report::{Format, Report, RowReport, fit};

/// Often enough for whoever reads what is left, seldom enough for the run.
const PAUSE: Duration = Duration::from_secs(2);

/// Rows as they end, written to the JSON reports from time to time.
#[derive(Debug, Default)]
pub(super) struct Partial {
    kept: Mutex<Option<Kept>>,
}

#[derive(Debug)]
struct Kept {
    files: Vec<ReportFile>,
    report: Report,
    written: Instant,
    begun: Instant,
}

impl Partial {
    /// Begins with a report that has no rows yet. Other formats are drawn from the JSON that is left.
    pub(super) fn begin(&self, files: &[ReportFile], report: Report) {
        let files: Vec<ReportFile> =
            files.iter().filter(|file| file.format() == Format::Json).cloned().collect();
        if files.is_empty() {
            return;
        }
        let now = Instant::now();
        let mut kept = Kept { files, report, written: now, begun: now };
        kept.write();
        if let Ok(mut place) = self.kept.lock() {
            *place = Some(kept);
        }
    }

    /// Adds a row.
    pub(super) fn add(&self, row: &RowReport) {
        let Ok(mut place) = self.kept.lock() else { return };
        let Some(kept) = place.as_mut() else { return };
        let name = row.name();
        kept.report.not_run.retain(|other| *other != name);
        kept.report.summary.total += 1;
        kept.report.summary.verdicts.add(row.verdict);
        kept.report.summary.by_level.entry(row.level.name().to_owned()).or_default().add(row.verdict);
        kept.report.observed.extend(row.observed.clone());
        kept.report.cases.push(row.clone());
        if kept.written.elapsed() >= PAUSE {
            kept.write();
        }
    }
}

impl Kept {
    /// That it can be written was found out before; the whole report tells of trouble later.
    fn write(&mut self) {
        self.report.run.millis = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.report.cases.sort_by(|a, b| (&a.id, &a.row).cmp(&(&b.id, &b.row)));
        fit(&mut self.report);
        let _ = ReportFile::replace(&self.files, &self.report);
        self.written = Instant::now();
    }
}
