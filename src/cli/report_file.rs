//! Files of reports: `--report FORMAT=FILE`, and JSON to read again.

use mpuspec_mock::files::read_text;
use std::path::{Path, PathBuf};

use super::Failure;
use super::door::print_report;
use crate::cause::{answers, causes};
use crate::replaced::{For, is_of_system, replace, try_out};
use crate::report::{Format, Report, from_json};

/// A file that gets a report.
#[derive(Clone, Debug)]
pub(super) struct ReportFile {
    format: Format,
    path: PathBuf,
}

impl ReportFile {
    /// Reads the options; that the files can be written is found out before the run.
    pub(super) fn read(options: &[String]) -> Result<Vec<Self>, Failure> {
        let mut files: Vec<Self> = Vec::new();
        for option in options {
            let wrong = |reason: String| Failure::Usage(format!("--report {option}: {reason}"));
            let known = Format::ALL.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ");
            let (format, path) = match option.split_once('=') {
                Some((format, path)) if !path.is_empty() => (format, PathBuf::from(path)),
                _ => {
                    let reason = format!("write it as FORMAT=FILE, such as json=report.json; known: {known}");
                    return Err(wrong(reason));
                }
            };
            let format = format.parse().map_err(wrong)?;
            Self::add(&mut files, format, path, &format!("--report {option}"))?;
        }
        Ok(files)
    }

    /// Adds a file that can be written, and is in the list no other time.
    pub(super) fn add(
        files: &mut Vec<Self>,
        format: Format,
        path: PathBuf,
        option: &str,
    ) -> Result<(), Failure> {
        let wrong = |reason: String| Failure::Usage(format!("{option}: {reason}"));
        if path.as_os_str() == "-" {
            if files.iter().any(Self::is_stdout) {
                return Err(wrong("another report goes to standard output".to_owned()));
            }
            files.push(Self { format, path });
            return Ok(());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if folder.is_some_and(|folder| !folder.is_dir()) || path.is_dir() {
            return Err(wrong("the folder is not there, or the file is one".to_owned()));
        }
        if files.iter().any(|file| file.path == path) {
            return Err(wrong("another report goes to the same file".to_owned()));
        }
        // To write beside it tells what no look at permissions does.
        try_out(&path).map_err(|error| wrong(error.to_string()))?;
        files.push(Self { format, path });
        Ok(())
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// Whether it goes to standard output.
    pub(super) fn is_stdout(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// Writes all of them, also when one cannot be written.
    pub(super) fn write(files: &[Self], report: &Report) -> Result<(), Failure> {
        Self::write_with(files, |format| format.write(report))
    }

    /// As [`Self::write`], and whoever dies meanwhile leaves what was there before.
    pub(super) fn replace(files: &[Self], report: &Report) -> std::io::Result<()> {
        for Self { format, path } in files.iter().filter(|file| !file.is_stdout()) {
            // A pipe gets the whole report alone.
            if !is_of_system(path) {
                replace(path, format.write(report).as_bytes(), For::Usual)?;
            }
        }
        Ok(())
    }

    /// As [`Self::write`], with texts made by the caller.
    pub(super) fn write_with(files: &[Self], text: impl Fn(Format) -> String) -> Result<(), Failure> {
        let mut told = Vec::new();
        for file in files {
            let Self { format, path } = file;
            if file.is_stdout() {
                print_report(&text(*format), *format);
            } else if let Err(error) = replace(path, text(*format).as_bytes(), For::Usual) {
                told.push(format!("{} report {}: {error}", format.name(), path.display()));
            }
        }
        if told.is_empty() { Ok(()) } else { Err(Failure::Usage(told.join("\n"))) }
    }
}

/// Bytes of a report that is read: what it comes to in memory is a multiple of that.
pub(super) const LONGEST_REPORT: u64 = 64 << 20;

/// Reads a report; what is wrong is told with the name of the file.
pub(super) fn read_report(path: &Path) -> Result<Report, Failure> {
    let wrong = |reason: String| Failure::Usage(format!("{}: {reason}", path.display()));
    let text = read_text(path, LONGEST_REPORT).map_err(|error| wrong(error.to_string()))?;
    let mut report = from_json(&text).map_err(|error| wrong(error.to_string()))?;
    // Reports of the first version say nothing of causes.
    if report.schema_version < 2 {
        report.causes = causes(&report);
        report.answers = answers(&report);
    }
    Ok(report)
}
