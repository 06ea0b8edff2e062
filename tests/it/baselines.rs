use std::collections::BTreeSet;
use std::path::Path;

use mpuspec::internals::baseline::{Baseline, TODO};
use mpuspec::internals::report::{Judged, Report, RowReport, Verdict};
use mpuspec_mock::provider::Origin;

#[test]
fn every_row_that_did_not_pass_is_judged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports");
    let mut servers = 0;
    for entry in std::fs::read_dir(folder.join("baselines")).expect("the folder is there").flatten() {
        servers += 1;
        let text = std::fs::read_to_string(entry.path()).expect("a text");
        let origin = Origin { name: entry.path().display().to_string(), text };
        let baseline = Baseline::load(origin).expect("a baseline");
        let server = baseline.server.as_deref().expect("a server");
        let json = std::fs::read_to_string(folder.join(format!("{server}.json"))).expect("its report");
        let report: Report = serde_json::from_str(&json).expect("a report");
        assert_eq!(Some(&report.target.provider), baseline.provider.as_ref());
        assert!(baseline.version.is_some() && report.complete);
        let named = !report.cleanup.left.is_empty();
        assert_eq!(named, baseline.left.is_some(), "{server}: {:?}", report.cleanup.left);
        let passes = |verdict: &Verdict| {
            matches!(verdict, Verdict::Pass | Verdict::Tolerated | Verdict::NotApplicable)
        };
        // Of several verdicts the report has one.
        let rows: BTreeSet<String> = report.cases.iter().map(RowReport::name).collect();
        let wavers = |id: &String| baseline.of(id).is_some_and(|known| known.verdicts.len() > 1);
        let known: BTreeSet<(String, Verdict)> = baseline.verdicts(&rows).collect();
        let listed: BTreeSet<(String, Verdict)> =
            known.iter().filter(|(id, _)| !wavers(id)).cloned().collect();
        let seen: BTreeSet<(String, Verdict)> = report
            .cases
            .iter()
            .filter(|row| !passes(&row.verdict))
            .map(|row| (RowReport::name(row), row.verdict))
            .collect();
        let missing: Vec<_> = listed.difference(&seen).chain(seen.difference(&known)).collect();
        assert!(missing.is_empty(), "{server}: {missing:?}");
        for (id, known) in &baseline.cases {
            assert!(known.why != TODO && known.judged.is_some(), "{id}");
            assert_ne!(known.judged, Some(Judged::Case), "{id}: a case that is wrong is mended");
        }
    }
    assert!(servers >= 2);
}
