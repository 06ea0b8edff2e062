//! `--report FORMAT=FILE`.

use std::path::PathBuf;

use super::Failure;
use crate::report::{Format, Report};

/// A file that gets a report.
#[derive(Debug)]
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
            let known = Format::ALL.map(Format::name).join(", ");
            let (format, path) = match option.split_once('=') {
                Some((format, path)) if !path.is_empty() => (format, PathBuf::from(path)),
                _ => {
                    let reason = format!("write it as FORMAT=FILE, such as json=report.json; known: {known}");
                    return Err(wrong(reason));
                }
            };
            let format = format.parse().map_err(wrong)?;
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            if folder.is_some_and(|folder| !folder.is_dir()) || path.is_dir() {
                return Err(wrong("the folder is not there, or the file is one".to_owned()));
            }
            if files.iter().any(|file| file.path == path) {
                return Err(wrong("another report goes to the same file".to_owned()));
            }
            files.push(Self { format, path });
        }
        Ok(files)
    }

    /// Writes all of them, also when one cannot be written.
    pub(super) fn write(files: &[Self], report: &Report) -> Result<(), Failure> {
        let mut told = Vec::new();
        for Self { format, path } in files {
            if let Err(error) = std::fs::write(path, format.write(report)) {
                told.push(format!("--report {}={}: {error}", format.name(), path.display()));
            }
        }
        if told.is_empty() { Ok(()) } else { Err(Failure::Usage(told.join("\n"))) }
    }
}
