//! `mpuspec check`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use mpuspec_mock::files::read_text;
use mpuspec_mock::provider::{self, LimitName, Provider};

use super::report_file::LONGEST_REPORT;
use super::{Failure, print};
use crate::history::{Found, History, Oracle, explain, judge, kind_of};
use crate::report::{FindingKind, Report, RowReport, from_json};
use crate::visible::visible;

/// Judges histories of a report again, without a server.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The report, as JSON
    report: PathBuf,
    /// The row or the kind of finding, such as explore/histories or race/complete-and-abort
    case: String,
}

/// Histories are judged for so long; those behind it stay undecided.
const LONGEST: Duration = Duration::from_secs(120);

impl Check {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let usage = |message: String| Failure::Usage(format!("{}: {message}", self.report.display()));
        let text = read_text(&self.report, LONGEST_REPORT).map_err(|error| usage(error.to_string()))?;
        let report = from_json(&text).map_err(|error| usage(error.to_string()))?;
        let provider = played(&report).map_err(usage)?;
        let histories = self.histories(&report);
        if histories.is_empty() {
            let known: Vec<String> = report
                .findings
                .iter()
                .map(|finding| finding.id.clone())
                .chain(report.cases.iter().filter(|row| row.history.is_some()).map(RowReport::name))
                .collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let known = visible(&known);
            let message = format!("no history of `{}` is kept; there are: {known}", self.case);
            return Err(Failure::Usage(format!("{}: {message}", self.report.display())));
        }
        let oracle = Oracle::of(&provider);
        let (mut unlawful, mut undecided) = (false, false);
        let began = Instant::now();
        for (name, history) in histories {
            let name = visible(&name);
            if began.elapsed() > LONGEST {
                undecided = true;
                print(&format!("{name}: undecided: the time of {} s is over\n", LONGEST.as_secs()));
                continue;
            }
            match judge(history, &oracle) {
                Found::Lawful(_) => print(&format!("{name}: some order of the calls explains them\n")),
                Found::TooMany => {
                    undecided = true;
                    print(&format!("{name}: undecided: there are more orders than can be tried\n"));
                }
                Found::Unlawful(stuck) => {
                    unlawful = true;
                    let kind = FindingKind::from(kind_of(history, &stuck)).in_words();
                    print(&format!("{name}: {kind}\n{}", explain(history, &stuck, &oracle)));
                }
            }
        }
        Ok(match (unlawful, undecided) {
            (true, _) => 1,
            (false, true) => 5,
            (false, false) => 0,
        })
    }

    fn histories<'r>(&self, report: &'r Report) -> Vec<(String, &'r History)> {
        let rows = report.cases.iter().filter(|row| row.name() == self.case || row.id == self.case);
        let rows = rows.filter_map(|row| Some((row.name(), row.history.as_ref()?)));
        let findings = report.findings.iter().filter(|finding| finding.id == self.case);
        rows.chain(findings.filter_map(|finding| Some((finding.seed.clone(), finding.history.as_ref()?))))
            .collect()
    }
}

/// The provider as it was in the run.
fn played(report: &Report) -> Result<Provider, String> {
    let name = &report.target.provider;
    // A report can be anybody's, and names no files.
    if provider::is_file(name) {
        let name = visible(name);
        return Err(format!("it was judged by the file `{name}`; `check` knows the bundled providers alone"));
    }
    let mut provider = provider::load(name)
        .map_err(|_| format!("there is no provider `{}`, by which it was judged", visible(name)))?;
    for (name, value) in &report.target.limits {
        let name: LimitName = name.parse().map_err(|told: String| visible(&told))?;
        if provider.limit(name) != *value {
            provider.override_limit(name, *value);
        }
    }
    Ok(provider)
}
