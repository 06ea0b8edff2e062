use std::path::Path;

use mpuspec::internals::cause::{answers, causes};
use mpuspec::internals::report::{Cause, Report, to_json, to_markdown};

/// The published reports lead with the causes that the register has today; `MPUSPEC_BLESS=1` writes them anew.
#[test]
fn the_causes_of_published_reports_are_those_of_the_register() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let mut changed = Vec::new();
    for entry in std::fs::read_dir(folder.join("baselines")).expect("the folder is there").flatten() {
        let place = folder.join(entry.file_name()).with_extension("json");
        let text = std::fs::read_to_string(&place).expect("its report");
        let was: Report = serde_json::from_str(&text).expect("a report");
        let mut report = Report { causes: causes(&was), ..was.clone() };
        report.answers = answers(&report);
        if std::env::var_os("MPUSPEC_BLESS").is_some() {
            std::fs::write(&place, to_json(&report)).expect("written");
            std::fs::write(place.with_extension("md"), to_markdown(&report)).expect("written");
            continue;
        }
        let told = |report: &Report| -> Vec<String> { report.causes.iter().map(in_words).collect() };
        let (was, is) = (told(&was), told(&report));
        changed.extend(
            is.iter().filter(|cause| !was.contains(cause)).map(|cause| format!("{place:?}: now {cause}")),
        );
        changed.extend(
            was.iter().filter(|cause| !is.contains(cause)).map(|cause| format!("{place:?}: was {cause}")),
        );
    }
    assert!(changed.is_empty(), "{}", changed.join("\n"));
}

fn in_words(cause: &Cause) -> String {
    format!("{} ({}): {}, {:?}: {:?}", cause.id, cause.harm.name(), cause.title, cause.rows, cause.findings)
}
