//! `--rerun FILE`: the rows of an earlier run that came to no good end.

use std::collections::BTreeSet;

use clap::Parser;
use mpuspec_mock::files::read_text;
use mpuspec_mock::provider::{self, LimitName};

use super::Failure;
use super::exploring::Exploring;
use super::place::Place;
use super::report_file::LONGEST_REPORT;
use super::settling::Settling;
use crate::baseline::BESIDE_THE_CATALOGUE;
use crate::case::{Catalogue, RowId};
use crate::report::{
    AUDIT, Report, RowReport, SEQUENCES, appended, asked, can_be_pasted, from_json, has_to_be_typed, quoted,
};
use crate::visible::visible;

/// What is to be run again.
#[derive(Debug)]
pub(super) struct Rerun {
    file: String,
    report: Report,
    rows: BTreeSet<RowId>,
}

/// The options of the earlier run that count again.
#[derive(Debug, Parser)]
#[command(no_binary_name = true)]
struct Earlier {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    exploring: Exploring,
    #[command(flatten)]
    settling: Settling,
}

impl Rerun {
    /// Reads the report of the earlier run.
    pub(super) fn read(file: &str) -> Result<Self, Failure> {
        let wrong = |reason: String| Failure::Usage(format!("--rerun {file}: {reason}"));
        let text = read_text(file.as_ref(), LONGEST_REPORT).map_err(|error| wrong(error.to_string()))?;
        let report = from_json(&text).map_err(|error| wrong(error.to_string()))?;
        let id = |row: &RowReport| RowId::new(&row.id, row.row.as_deref());
        let broken = report.cases.iter().filter(|row| row.verdict.counts_against());
        let mut rows: BTreeSet<RowId> = broken.map(id).collect();
        // An audit looks for what other rows completed.
        let is_audited = rows.iter().any(|row| row.case == AUDIT);
        let by_name = report.by_name();
        for lost in report.audit.lost.iter().filter(|_| is_audited) {
            match by_name.get(&lost.row) {
                Some(row) => _ = rows.insert(id(row)),
                None if lost.row.starts_with("explore/") => _ = rows.insert(RowId::new(SEQUENCES, None)),
                None => {}
            }
        }
        Ok(Self { file: file.to_owned(), report, rows })
    }

    /// Has the run go where the earlier one went, unless that is another machine: to go there has to be asked for.
    /// Returns whether it goes to the endpoint of the earlier one.
    pub(super) fn go_there_again(&self, place: &mut Place) -> Result<bool, Failure> {
        if place.mock || !place.endpoint.is_empty() {
            return Ok(false);
        }
        let mut earlier = self.earlier()?.place;
        // On this machine a bucket of its own goes without saying.
        if !earlier.mock && earlier.bucket.is_none() && !earlier.is_here()? {
            earlier.create_bucket = true;
        }
        let words = place.take_over(earlier);
        if self.rows.is_empty() {
            return Ok(!place.mock);
        }
        if let Some(word) = has_to_be_typed(&words) {
            return Err(
                self.typed(&format!("the earlier run had {word}, which a report cannot ask for"), &words)
            );
        }
        if words.iter().any(|word| word == "--timeout") && place.connection.waits_long() {
            return Err(
                self.typed("the earlier run waited longer for answers than a report can ask for", &words)
            );
        }
        if place.is_here()? {
            return Ok(!place.mock);
        }
        let there =
            format!("the earlier run was on {}, which is not this machine", place.endpoint.join(", "));
        Err(self.typed(&there, &words))
    }

    /// What is to be typed for a run that a report alone does not begin.
    fn typed(&self, why: &str, words: &[String]) -> Failure {
        let typed: String = std::env::args().skip(1).map(|word| format!(" {}", quoted(&word))).collect();
        let (file, why) = (&self.file, visible(why));
        // A report can be anybody's: what is pasted has what any report may ask for.
        let kept = asked(words);
        let named: Vec<&str> = words
            .iter()
            .filter(|word| word.starts_with("--") && !kept.contains(word))
            .map(String::as_str)
            .collect();
        let command = format!("mpuspec{typed}{}", appended(&kept));
        if !can_be_pasted(&command) {
            return Failure::Usage(format!(
                "--rerun {file}: {why}; to run there again, type the options of that run"
            ));
        }
        let own = match named.is_empty() {
            true => String::new(),
            false => format!("\nwith {} of your own, if it is to be as it was", visible(&named.join(", "))),
        };
        Failure::Usage(format!("--rerun {file}: {why}; to run there again, type\n  {command}{own}"))
    }

    /// Has the run explore and wait as the earlier one did, as far as rows of that are to be run again.
    pub(super) fn take_over(
        &self,
        exploring: &mut Exploring,
        settling: &mut Settling,
    ) -> Result<(), Failure> {
        let earlier = self.earlier()?;
        if self.has("explore") {
            let words = exploring.take_over(earlier.exploring);
            if exploring.is_long() {
                let why = "the earlier run explored for longer than a report can ask for";
                return Err(self.typed(why, &words));
            }
        }
        if self.has("audit") {
            let words = settling.take_over(earlier.settling);
            if settling.is_long() {
                return Err(self.typed("the earlier run waited for longer than a report can ask for", &words));
            }
            if let Some(word) = has_to_be_typed(&words) {
                let why = format!("the earlier run had {word}, which a report cannot ask for");
                return Err(self.typed(&why, &words));
            }
        }
        Ok(())
    }

    /// What the earlier run was told.
    fn earlier(&self) -> Result<Earlier, Failure> {
        let Report { run, target, .. } = &self.report;
        let wrong = |reason: String| {
            let reason = visible(&reason);
            Failure::Usage(format!("--rerun {}: its options cannot be read: {reason}", self.file))
        };
        let read = |options: &[String]| {
            let words = options.iter().chain(&run.repeat.exploring).chain(&run.repeat.settling);
            Earlier::try_parse_from(words).map_err(|error| wrong(error.to_string()))
        };
        if !run.repeat.options.is_empty() {
            return read(&run.repeat.options);
        }
        // Reports without options are older. The bundled mock was asked for by naming no endpoint.
        let is_mock = run.again.as_ref().is_some_and(|again| !again.contains("--endpoint"));
        let mut words = Vec::new();
        if is_mock {
            words.push("--mock".to_owned());
        } else {
            let nodes = std::iter::once(&target.endpoint).chain(&target.others);
            words.extend(nodes.flat_map(|node| ["--endpoint".to_owned(), node.clone()]));
            match target.bucket == format!("mpuspec-{}", run.id) {
                true => words.push("--create-bucket".to_owned()),
                false => words.extend(["--bucket".to_owned(), target.bucket.clone()]),
            }
        }
        words.extend(["--provider".to_owned(), target.provider.clone()]);
        let is_bundled = !provider::is_file(&target.provider);
        if let Some(provider) = is_bundled.then(|| provider::load(&target.provider).ok()).flatten() {
            for (name, value) in &target.limits {
                let usual = name.parse::<LimitName>().map(|name| provider.limit(name));
                if usual.is_ok_and(|usual| usual != *value) {
                    let value = value.map_or_else(|| "none".to_owned(), |value| value.to_string());
                    words.extend(["--limit".to_owned(), format!("{name}={value}")]);
                }
            }
        }
        read(&words)
    }

    /// Asks for the case files whose rows are to be run again, where nobody names them: a report can be anybody's, and
    /// no file is read that it alone names.
    pub(super) fn ask_for_files(&self, named: &[String]) -> Result<(), Failure> {
        let of_report = &self.report.cases;
        let is_needed = |file: &&String| {
            let of_file = of_report.iter().filter(|row| row.file == **file);
            { of_file }.any(|row| self.rows.contains(&RowId::new(&row.id, row.row.as_deref())))
        };
        let lacking = self.report.run.repeat.files.iter().filter(is_needed);
        let lacking: Vec<String> = lacking.filter(|file| !named.contains(file)).cloned().collect();
        if lacking.is_empty() {
            return Ok(());
        }
        if lacking.iter().any(|file| file.starts_with('-')) {
            let file = &self.file;
            return Err(Failure::Usage(format!("--rerun {file}: it names case files that are options")));
        }
        let named = visible(&lacking.join(", "));
        let file = &self.file;
        Err(Failure::Usage(format!(
            "--rerun {file}: rows of case files are to be run again, which a report cannot ask for; to run them again, name the files too: {named}"
        )))
    }

    /// Whether all that is named are case files of the earlier run: they select no rows then.
    pub(super) fn are_its_files(&self, named: &[String]) -> bool {
        named.iter().all(|name| self.report.run.repeat.files.contains(name))
    }

    /// Says what is to be known, and gives the exit code if there is nothing to run.
    pub(super) fn look_at(&mut self, catalogue: &Catalogue, provider: &str) -> Option<u8> {
        let Self { file, report, rows } = self;
        if !report.not_run.is_empty() {
            let count = report.not_run.len();
            super::tell!("note: the run of {file} ended before {count} rows were run; they are left out");
        }
        if rows.is_empty() {
            super::tell!("nothing to run again: in {file} no row has the verdict fail, error or blocked");
            // Nothing is wrong if nothing was; a run that showed nothing shows nothing again.
            return Some(if report.exit == 0 { 0 } else { 4 });
        }
        if report.target.provider != provider {
            let earlier = visible(&report.target.provider);
            super::tell!(
                "note: {file} judged by the promises of {earlier}, this run judges by those of {provider}"
            );
        }
        let beside = rows.iter().filter(|row| is_beside(row)).cloned();
        let known: BTreeSet<RowId> = catalogue.row_ids().chain(beside).collect();
        for gone in rows.difference(&known).map(|gone| visible(&gone.to_string())) {
            super::tell!(
                "warning: {file} names {gone}, which is no row of any case; a case of your own is named again, by its file or with --cases"
            );
        }
        rows.retain(|row| known.contains(row));
        if rows.is_empty() {
            super::tell!("nothing ran: none of the rows to run again is there");
            return Some(4);
        }
        None
    }

    /// Whether a row is to be run again.
    pub(super) fn takes(&self, row: &RowId) -> bool {
        self.rows.contains(row)
    }

    /// The rows by name, which select what runs only when it is named.
    pub(super) fn names(&self) -> Vec<String> {
        self.rows.iter().filter(|row| !is_beside(row)).map(RowId::to_string).collect()
    }

    /// Whether rows of this area, behind which no case stands, are to be run again.
    pub(super) fn has(&self, area: &str) -> bool {
        self.rows.iter().any(|row| row.area() == area && is_beside(row))
    }

    /// What the contents of the earlier run were made from.
    pub(super) fn seed(&self) -> &str {
        &self.report.run.seed
    }
}

/// Whether no case stands behind a row.
fn is_beside(row: &RowId) -> bool {
    BESIDE_THE_CATALOGUE.contains(&row.to_string().as_str())
}
