use mpuspec::report::Verdict;
use mpuspec_mock::Mock;
use mpuspec_mock::model::Defect;

use crate::stage::{run, small};

fn mock(defect: Option<Defect>) -> Mock {
    let builder = Mock::builder().loaded_provider(small("aws-s3"));
    match defect {
        Some(defect) => builder.defect(defect.name()),
        None => builder,
    }
    .start()
    .expect("it starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_defect_nothing_fails_and_nothing_is_left() {
    for provider in ["aws-s3", "generic"] {
        let mock = mock(None);
        let report = run(&mock.endpoint(), small(provider), &[]).await;
        let bad: Vec<_> = report
            .cases
            .iter()
            .filter(|row| row.verdict.counts_against())
            .map(|row| (&row.id, &row.row, &row.reason))
            .collect();
        assert!(bad.is_empty(), "{provider}: {bad:#?}");
        assert_eq!((report.exit, report.complete), (0, true));
        assert!(report.cleanup.left.is_empty() && report.cleanup.trouble.is_empty(), "{:?}", report.cleanup);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_defect_makes_some_row_fail() {
    let mut unnoticed = Vec::new();
    for defect in Defect::ALL {
        let mock = mock(Some(*defect));
        let report = run(&mock.endpoint(), small("aws-s3"), &[]).await;
        let failed = report.cases.iter().filter(|row| row.verdict == Verdict::Fail).count();
        if failed == 0 {
            unnoticed.push(defect.name());
        }
    }
    assert!(unnoticed.is_empty(), "no row fails with {unnoticed:?}");
}
