//! `mpuspec mutants`.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;
use mpuspec_mock::defects::Defect;
use mpuspec_mock::yaml::{self, Path};

use super::door::print_json;
use super::{Failure, print};

/// Shows which rows fail with each defect of the mock: what proves that a row can fail.
#[derive(Debug, Args)]
pub(super) struct Mutants {
    /// A defect, or a case whose defects are asked for
    name: Option<String>,
    /// As JSON
    #[arg(long)]
    json: bool,
}

type Table = BTreeMap<String, BTreeSet<String>>;

const TABLE: &str = include_str!("../../reports/mutants.yaml");

impl Mutants {
    pub(super) fn execute(self) -> Result<u8, Failure> {
        let mut table = read()?;
        if let Some(name) = &self.name {
            table = select(table, name)?;
        }
        if self.json {
            let text =
                serde_json::to_string_pretty(&table).map_err(|error| Failure::Usage(error.to_string()))?;
            print_json(&format!("{text}\n"));
            return Ok(0);
        }
        for (name, rows) in &table {
            let about = name.parse::<Defect>().map_or("", Defect::about);
            let rows: String = rows.iter().map(|row| format!("    {row}\n")).collect();
            print(&format!("{name}: {about}\n{rows}"));
        }
        Ok(0)
    }
}

fn read() -> Result<Table, Failure> {
    let broken = |message: String| Failure::Usage(format!("the table of defects is broken: {message}"));
    let value = yaml::parse(TABLE).map_err(|placed| broken(placed.message))?;
    yaml::decode(value, &Path::root()).map_err(|mistake| broken(mistake.message))
}

/// The line of a defect, or those in which a case or a row stands.
fn select(table: Table, name: &str) -> Result<Table, Failure> {
    if table.contains_key(name) {
        return Ok(table.into_iter().filter(|(defect, _)| defect == name).collect());
    }
    let of_case = format!("{name}[");
    let fits = |row: &String| row == name || row.starts_with(&of_case);
    let names: BTreeSet<String> = table
        .iter()
        .flat_map(|(defect, rows)| std::iter::once(defect.clone()).chain(rows.iter().cloned()))
        .chain(table.values().flatten().filter_map(|row| Some(row.split_once('[')?.0.to_owned())))
        .collect();
    let found: Table = table
        .into_iter()
        .map(|(defect, rows)| (defect, rows.into_iter().filter(fits).collect::<BTreeSet<_>>()))
        .filter(|(_, rows)| !rows.is_empty())
        .collect();
    if found.is_empty() {
        if name.parse::<Defect>().is_ok() {
            let message = format!(
                "`{name}` is a defect that reports/mutants.yaml lacks; `MPUSPEC_BLESS=1 cargo test --test it defects` makes that again"
            );
            return Err(Failure::Usage(message));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        return Err(Failure::Usage(yaml::unknown("defect or case", name, &names).message));
    }
    Ok(found)
}
