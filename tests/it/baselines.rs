use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mpuspec::report::{Report, Verdict};
use serde::Deserialize;

/// What is known about a server that does not pass everything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Baseline {
    server: String,
    version: String,
    provider: String,
    /// Why not everything could be removed.
    left: Option<String>,
    cases: BTreeMap<String, Known>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    verdict: Verdict,
    judged: Judged,
    why: String,
}

/// Who is wrong.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Judged {
    Server,
    Case,
    Open,
}

#[test]
fn every_row_that_did_not_pass_is_judged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let mut servers = 0;
    for entry in std::fs::read_dir(folder.join("baselines")).expect("the folder is there").flatten() {
        servers += 1;
        let text = std::fs::read_to_string(entry.path()).expect("a text");
        let value = mpuspec_mock::yaml::parse(&text).expect("YAML");
        let baseline: Baseline =
            mpuspec_mock::yaml::decode(value, &mpuspec_mock::yaml::Path::root()).expect("a baseline");
        let json =
            std::fs::read_to_string(folder.join(format!("{}.json", baseline.server))).expect("its report");
        let report: Report = serde_json::from_str(&json).expect("a report");
        assert_eq!(report.target.provider, baseline.provider);
        assert!(!baseline.version.is_empty() && report.complete);
        let named = !report.cleanup.left.is_empty();
        assert_eq!(named, baseline.left.is_some(), "{}: {:?}", baseline.server, report.cleanup.left);
        let listed: BTreeSet<(String, Verdict)> =
            baseline.cases.iter().map(|(id, known)| (id.clone(), known.verdict)).collect();
        let seen: BTreeSet<(String, Verdict)> = report
            .cases
            .iter()
            .filter(|row| !matches!(row.verdict, Verdict::Pass | Verdict::Tolerated | Verdict::NotApplicable))
            .map(|row| {
                let name = row.row.as_ref().map_or_else(String::new, |name| format!("[{name}]"));
                (format!("{}{name}", row.id), row.verdict)
            })
            .collect();
        assert_eq!(listed, seen, "{}", baseline.server);
        for (id, known) in &baseline.cases {
            assert!(!known.why.trim().is_empty(), "{id}");
            assert_ne!(known.judged, Judged::Case, "{id}: a case that is wrong is mended");
        }
    }
    assert!(servers >= 2);
}
