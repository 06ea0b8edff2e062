//! `cases/README.md`: all cases by area.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use mpuspec::internals::case::Case;

const HEAD: &str = "\
<!-- Made from the case files by `MPUSPEC_BLESS=1 cargo test --test it`; change those, not this. -->

# The cases

A folder an area, a file a case. The level is the case's own: a provider whose documents do not promise
it has the case as INFO. `mpuspec show ID` shows a case with its documents, `mpuspec list --json` all of
this for machines.
";

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if "\\`*_[]<>&|~$".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn index() -> String {
    let catalogue = crate::stage::catalogue();
    let mut areas: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for case in &catalogue.cases {
        areas.entry(case.id.split_once('/').map_or("", |(area, _)| area)).or_default().push(case);
    }
    let mut text = HEAD.to_owned();
    for (area, cases) in areas {
        let _ = write!(text, "\n## {area}\n\n| case | level | claim | rows |\n|---|---|---|---|\n");
        for case in cases {
            let name =
                case.id.strip_prefix(area).map_or(case.id.as_str(), |name| name.trim_start_matches('/'));
            let rows: Vec<&str> = case.rows.iter().filter_map(|row| row.name.as_deref()).collect();
            let _ = writeln!(
                text,
                "| [{name}]({}.yaml) | {} | {} | {} |",
                case.id,
                case.level.name(),
                cell(&case.title),
                rows.join(", ")
            );
        }
    }
    text
}

#[test]
fn the_index_of_the_cases_is_the_one_that_they_give() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/README.md");
    let index = index();
    if std::env::var_os("MPUSPEC_BLESS").is_some() {
        std::fs::write(&path, &index).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == index, "run `MPUSPEC_BLESS=1 cargo test --test it`");
}
