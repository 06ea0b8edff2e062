//! The commands that repeat what a report shows.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::asked::asked;
use super::shell::{LONGEST_LINE, appended, can_be_pasted, in_quotes, quoted};
use super::{AUDIT, Finding, HISTORIES, Report, RowReport, SEQUENCES};

/// What a run was told, as far as its rows hang on it. Words are as the command line takes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Repeat {
    /// Options that say where and how it ran.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// The case files that it was given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// Options of what was explored.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exploring: Vec<String>,
    /// Options of what came before the audit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settling: Vec<String>,
}

impl Repeat {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn is_explored(row: &str) -> bool {
    row.starts_with("explore/")
}

/// More rows than these are not named one by one: then all are run.
const MOST_NAMED: usize = 20;

impl Report {
    /// Returns the command that repeats one row. A name that begins as an option does would be one.
    pub fn again(&self, row: &RowReport) -> Option<String> {
        if row.id.starts_with('-') || row.file.starts_with('-') {
            return None;
        }
        self.again_of(&row.id, || self.name_on_command_line(row)).filter(|command| can_be_pasted(command))
    }

    /// Returns the command that repeats a finding: the case that was saved, or the row that found it.
    pub fn again_of_finding(&self, finding: &Finding) -> Option<String> {
        let is_option = |name: &String| name.starts_with('-');
        if is_option(&finding.id) {
            return None;
        }
        let command =
            match finding.saved.as_ref().filter(|path| path.ends_with(".yaml") && finding.was_saved()) {
                Some(path) if is_option(path) => None,
                Some(path) => Some(format!("{} {}", self.seeded()?, in_quotes(path))),
                None => self.again_of(&finding.id, || in_quotes(&finding.id)),
            };
        command.filter(|command| can_be_pasted(command))
    }

    fn again_of(&self, id: &str, name: impl Fn() -> String) -> Option<String> {
        let run = self.seeded()?;
        Some(match id {
            SEQUENCES | HISTORIES => {
                let target = run.strip_prefix("mpuspec run").unwrap_or(&run).to_owned();
                format!("mpuspec explore{target}{}", appended(&self.printed(&self.run.repeat.exploring)))
            }
            AUDIT => {
                let all = format!("{run}{}", self.audited());
                let named = format!("{all}{}", self.audited_rows());
                // Without the names of rows all are run.
                if can_be_pasted(&named) { named } else { all }
            }
            _ => format!("{run} {}", name()),
        })
    }

    /// Returns the command up to the names of rows.
    fn seeded(&self) -> Option<String> {
        let options = &self.run.repeat.options;
        // A report can be anybody's: what is pasted is made from single words. Older ones have the line alone.
        let line = self.run.again.as_ref()?;
        // What cannot be pasted need not be put together, once for each row.
        let length = if options.is_empty() { line.len() } else { options.iter().map(String::len).sum() };
        if length > LONGEST_LINE || self.was_read && self.run.seed.starts_with('-') {
            return None;
        }
        let words: Vec<String> = match options.is_empty() {
            true => line.split_whitespace().skip(2).map(str::to_owned).collect(),
            false => options.clone(),
        };
        let again = format!("mpuspec run{}", appended(&self.printed(&words)));
        Some(format!("{again} --seed {}", quoted(&self.run.seed)))
    }

    /// Returns the words of options that are printed: of a report that was read, what any report may ask for.
    fn printed(&self, words: &[String]) -> Vec<String> {
        if self.was_read { asked(words) } else { words.to_vec() }
    }

    /// Returns the options with which a run completes the lost objects once more, and audits them.
    fn audited(&self) -> String {
        let mut text = appended(&self.printed(&self.run.repeat.settling));
        if self.lost_in_rows().iter().any(|row| is_explored(row)) {
            text.push_str(&appended(&self.printed(&self.run.repeat.exploring)));
        }
        text
    }

    /// Returns the rows that lost an object. A name that begins as an option does would be one.
    fn lost_in_rows(&self) -> BTreeSet<&str> {
        self.audit.lost.iter().map(|lost| lost.row.as_str()).filter(|row| !row.starts_with('-')).collect()
    }

    /// Returns the names of the rows that complete the lost objects once more.
    fn audited_rows(&self) -> String {
        let lost = self.lost_in_rows();
        let rows: Vec<&str> = lost.iter().copied().filter(|row| !is_explored(row)).collect();
        if lost.is_empty() || rows.len() > MOST_NAMED {
            return String::new();
        }
        let mut text = format!(" {}", in_quotes(AUDIT));
        for name in rows {
            let known = self.cases.iter().find(|row| !row.file.starts_with('-') && row.name() == name);
            let name = known.map_or_else(|| in_quotes(name), |row| self.name_on_command_line(row));
            text.push_str(&format!(" {name}"));
        }
        text
    }

    /// Returns what names a row on the command line: the file, where one was given.
    fn name_on_command_line(&self, row: &RowReport) -> String {
        if !self.run.repeat.files.contains(&row.file) {
            return in_quotes(&row.name());
        }
        let bracketed = row.row.as_ref().map_or_else(String::new, |row| format!("[{row}]"));
        in_quotes(&format!("{}{bracketed}", row.file))
    }
}
