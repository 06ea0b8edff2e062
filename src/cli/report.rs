//! `mpuspec report`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;

use super::baseline::{load_baseline, refuse_what_is_too_long, row_names};
use super::door::Stream;
use super::report_file::{ReportFile, read_report};
use super::showing::Showing;
use super::{Failure, catalogue, print};
use crate::baseline::{Strictness, hold};
use crate::report::{
    Format, Matrix, Report, RowReport, leave_out_commands, matrix_html, matrix_markdown, shared,
};
use crate::visible::visible;

/// Cells of a matrix: each holds texts.
const MOST_CELLS: usize = 100_000;

/// Bytes of all reports that are drawn side by side.
const MOST_OF_REPORTS: u64 = 128 << 20;

/// Draws reports again, or several side by side.
#[derive(Debug, Args)]
pub(super) struct Redraw {
    /// JSON reports: one to draw again, several to put side by side in this order
    #[arg(required = true, value_name = "FILE")]
    reports: Vec<PathBuf>,
    /// Show what is known: a baseline, of which there can be one a report, found by its `server`
    #[arg(long, value_name = "FILE")]
    baseline: Vec<PathBuf>,
    /// Write a page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write Markdown
    #[arg(long, value_name = "FILE")]
    md: Option<PathBuf>,
    /// Write JUnit XML, of one report
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a badge as SVG, of one report
    #[arg(long, value_name = "FILE")]
    badge: Option<PathBuf>,
    /// Write JSON, of one report
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Leave out hosts, buckets, owners and ids of requests, so that a report can be shown to others
    #[arg(long)]
    share: bool,
    /// The reports are your own: their pages have scripts of curl calls, and their commands all options
    #[arg(long)]
    own: bool,
    #[command(flatten)]
    showing: Showing,
}

impl Redraw {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let files = self.files()?;
        let bytes = self.reports.iter().filter_map(|file| std::fs::metadata(file).ok());
        if bytes.map(|file| file.len()).fold(0, u64::saturating_add) > MOST_OF_REPORTS {
            let message = format!("the reports have more than {} MiB together", MOST_OF_REPORTS >> 20);
            return Err(Failure::Usage(message));
        }
        let mut reports: Vec<Report> =
            self.reports.iter().map(|file| read_report(file)).collect::<Result<_, _>>()?;
        for report in &mut reports {
            match self.own {
                true => report.was_read = false,
                false => leave_out_commands(report),
            }
        }
        self.hold(&mut reports)?;
        if self.share {
            reports = reports.iter().map(shared).collect::<Result<_, _>>().map_err(Failure::Usage)?;
        }
        match &reports[..] {
            [report] => {
                if files.is_empty() {
                    print(&self.showing.report(report, self.showing.style(Stream::Out)));
                }
                ReportFile::write(&files, report)?;
            }
            several => self.side_by_side(several, &files)?,
        }
        Ok(0)
    }

    /// Holds each report against the baseline of its server.
    fn hold(&self, reports: &mut [Report]) -> Result<(), Failure> {
        if self.baseline.is_empty() {
            return Ok(());
        }
        let catalogue = catalogue(None, &[])?.0;
        let rows = row_names(&catalogue);
        for file in &self.baseline {
            let baseline = load_baseline(file, &catalogue)?;
            let is_of = |report: &&mut Report| {
                baseline.server.as_ref().is_none_or(|server| *server == report.target.name)
            };
            let Some(report) = reports.iter_mut().find(is_of) else {
                let server = baseline.server.as_deref().unwrap_or_default();
                let server = visible(server);
                let message = format!("--baseline {}: no report is of a server `{server}`", file.display());
                return Err(Failure::Usage(message));
            };
            refuse_what_is_too_long(&baseline, report)?;
            hold(report, &baseline, &rows, Strictness::default());
        }
        Ok(())
    }

    fn files(&self) -> Result<Vec<ReportFile>, Failure> {
        let given = [
            (Format::Html, &self.html),
            (Format::Markdown, &self.md),
            (Format::Junit, &self.junit),
            (Format::Badge, &self.badge),
            (Format::Json, &self.json),
        ];
        let given = given.into_iter().filter_map(|(format, path)| Some((format, path.as_ref()?)));
        let mut files = Vec::new();
        for (format, path) in given {
            let option = format!("--{} {}", format.name(), path.display());
            ReportFile::add(&mut files, format, path.clone(), &option)?;
        }
        Ok(files)
    }

    fn side_by_side(&self, reports: &[Report], files: &[ReportFile]) -> Result<(), Failure> {
        if let Some(file) =
            files.iter().find(|file| !matches!(file.format(), Format::Html | Format::Markdown))
        {
            let message = format!(
                "--{} is of one report, and {} are given; several can be written with --html and --md",
                file.format().name(),
                reports.len()
            );
            return Err(Failure::Usage(message));
        }
        let rows: BTreeSet<String> =
            reports.iter().flat_map(|report| report.cases.iter().map(RowReport::name)).collect();
        let causes: BTreeSet<&str> =
            reports.iter().flat_map(|report| &report.causes).map(|cause| cause.id.as_str()).collect();
        let questions: BTreeSet<&String> = reports.iter().flat_map(|report| report.observed.keys()).collect();
        let lines = rows.len() + causes.len() + questions.len();
        if lines.saturating_mul(reports.len()) > MOST_CELLS {
            let message = format!(
                "{lines} rows, causes and questions of {} reports are more than {MOST_CELLS} cells; name fewer reports",
                reports.len()
            );
            return Err(Failure::Usage(message));
        }
        let matrix = Matrix::of(reports);
        if files.is_empty() {
            print(&matrix_markdown(&matrix));
        }
        ReportFile::write_with(files, |format| match format {
            Format::Html => matrix_html(&matrix),
            _ => matrix_markdown(&matrix),
        })
    }
}
