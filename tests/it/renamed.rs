//! A row that has another id now is found under its old one: by patterns, in baselines and in comparisons.

use mpuspec::Suite;
use mpuspec::internals::case::Catalogue;
use mpuspec::internals::report::{Diff, Verdict};
use mpuspec_mock::Mock;

use crate::stage::defect;

const OLD: &str = "checksum/impossible-type-at-the-end";
const NEW: &str = "checksum/other-type-at-the-end[impossible-type]";

#[test]
fn earlier_ids_lead_to_rows_of_today() {
    let catalogue = Catalogue::builtin().expect("it loads");
    let rows: Vec<String> = catalogue.row_ids().map(|id| id.to_string()).collect();
    let renamed = catalogue.renamed();
    assert_eq!(renamed.get(OLD).map(String::as_str), Some(NEW));
    for (was, id) in &renamed {
        assert!(rows.contains(id) && !rows.contains(was), "{was} -> {id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_and_a_pattern_may_name_the_old_id() {
    let mock = Mock::builder().defect(defect("accept-impossible-type")).start().expect("it starts");
    let folder = tempfile::tempdir().expect("a folder");
    let baseline = folder.path().join("known.yaml");
    let known = format!("cases:\n  # Told upstream.\n  {OLD}: {{ verdict: fail, why: it is known }}\n");
    std::fs::write(&baseline, known).expect("it is written");
    let suite = Suite::at(mock.endpoint()).credentials(mpuspec_mock::ACCESS_KEY, mpuspec_mock::SECRET_KEY);
    let report = suite.only(OLD).baseline(&baseline).run().await.expect("it runs");
    let rows: Vec<_> = report.cases.iter().map(|row| (row.name(), row.verdict)).collect();
    assert_eq!(rows, [(NEW.to_owned(), Verdict::Fail)]);
    assert_eq!(report.exit, 0, "{}", report.conclusion);

    let mut before = report.clone();
    (before.cases[0].id, before.cases[0].row) = (OLD.to_owned(), None);
    before.cases[0].was.clear();
    before.cases[0].verdict = Verdict::Pass;
    let diff = Diff::of(&before, &report);
    let broken: Vec<&str> = diff.broken.iter().map(|change| change.name.as_str()).collect();
    assert_eq!((broken, diff.gone.len(), diff.new_rows.len()), (vec![NEW], 0, 0));
}
