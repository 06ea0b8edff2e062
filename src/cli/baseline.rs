//! `mpuspec baseline`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use mpuspec_mock::yaml::nearest;

use super::report_file::read_report;
use super::{Failure, catalogue, print};
use crate::baseline::{BESIDE_THE_CATALOGUE, Baseline, draft, update};
use crate::case::Catalogue;
use crate::replaced::{For, replace};
use crate::report::Report;
use crate::suite::SuiteError;
use crate::visible::visible;

/// Writes down which rows are known not to pass.
#[derive(Debug, Args)]
pub(super) struct KeepBaseline {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Draft a baseline from a JSON report, to standard output
    Init {
        /// The JSON report
        report: PathBuf,
    },
    /// Rewrite the verdicts of a baseline after a JSON report, and keep its words
    Update {
        /// The baseline
        file: PathBuf,
        /// The JSON report
        report: PathBuf,
        /// A folder with cases of your own
        #[arg(long = "cases", value_name = "DIR")]
        cases_dir: Option<PathBuf>,
    },
}

impl KeepBaseline {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        match self.command {
            Command::Init { report } => print(&draft(&read_report(&report)?)),
            Command::Update { file, report, cases_dir } => {
                let (catalogue, _) = catalogue(cases_dir.as_ref(), &[])?;
                bring_up_to_date(&file, &report, &catalogue)?;
            }
        }
        Ok(0)
    }
}

fn bring_up_to_date(file: &Path, report: &Path, catalogue: &Catalogue) -> Result<(), Failure> {
    let baseline = load_baseline(file, catalogue)?;
    let report = read_report(report)?;
    let name = file.display();
    if !report.complete {
        super::tell!("note: the report is partial; entries of rows that were not run stay as they are");
    }
    refuse_what_is_too_long(&baseline, &report)?;
    let Some(updated) = update(&baseline, &report, &row_names(catalogue)) else {
        let message = format!(
            "{name}: its entries do not stand on lines of their own; put each row on a line below `cases:`"
        );
        return Err(Failure::Usage(message));
    };
    replace(file, updated.text.as_bytes(), For::Usual)
        .map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
    for (word, names) in
        [("added", &updated.added), ("removed", &updated.removed), ("changed", &updated.changed)]
    {
        names.iter().for_each(|name| print(&format!("{word:>8} {}\n", visible(name))));
    }
    let (added, removed, changed) = (updated.added.len(), updated.removed.len(), updated.changed.len());
    print(&format!("{name}: {added} added, {removed} removed, {changed} changed\n"));
    if added > 0 {
        super::tell!("write the reasons: each new entry says `why: TODO`");
    }
    Ok(())
}

/// Reads a baseline; mistakes are shown in its text.
pub(super) fn load_baseline(path: &Path, catalogue: &Catalogue) -> Result<Baseline, Failure> {
    let baseline = Baseline::read(path).map_err(SuiteError::from)?;
    Ok(baseline.with_todays_ids(&catalogue.renamed()))
}

/// Refuses a report that would take too long to be held against a baseline.
pub(super) fn refuse_what_is_too_long(baseline: &Baseline, report: &Report) -> Result<(), Failure> {
    if baseline.is_too_long_for(&report.cases) {
        let name = &baseline.origin.name;
        return Err(Failure::Usage(format!(
            "{name}: its patterns are too long for so many rows of the report"
        )));
    }
    Ok(())
}

/// Says what is to be known of a baseline before a run.
pub(super) fn look_at(baseline: &Baseline, rows: &BTreeSet<String>, provider: &str) {
    let file = &baseline.origin.name;
    if let Some(other) = baseline.provider.as_ref().filter(|other| *other != provider) {
        let other = visible(other);
        super::tell!(
            "note: {file} was written for the promises of {other}, this run judges by those of {provider}"
        );
    }
    for id in baseline.stale(rows) {
        let known = rows.iter().map(String::as_str).chain(BESIDE_THE_CATALOGUE);
        let hint = nearest(&id, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let id = visible(&id);
        super::tell!("warning: {file}: `{id}` names no row of any case{hint}");
    }
    let unexplained = baseline.unexplained();
    if !unexplained.is_empty() {
        super::tell!("warning: {file}: no reason is written yet for {}", visible(&unexplained.join(", ")));
    }
}

/// Every row that there is.
pub(super) fn row_names(catalogue: &Catalogue) -> BTreeSet<String> {
    catalogue.row_ids().map(|id| id.to_string()).collect()
}
