//! Whether an endpoint keeps metadata and lists objects: what is not multipart upload is left out where it fails
//! in the simplest of cases, which have rows of their own.

use mpuspec_mock::provider::LimitName;

use super::draw::{Draw, What};
use super::explorer::Explorer;
use super::moves::{Move, Number, Range, Size};

/// Leaves out what the endpoint does not have. Returns what was left out, in words.
pub(super) async fn probe(explorer: &mut Explorer<'_>) -> Vec<String> {
    let put = Move::Put { key: 0, size: Size::Tiny(1) };
    let mut lacking = Vec::new();
    let kept = vec![put.clone(), Move::Head { key: 0 }, Move::Get { key: 0, range: Range::Whole }];
    let before = explorer.scope;
    explorer.scope.objects = false;
    if !holds(explorer, "metadata", kept).await {
        explorer.scope.metadata = false;
        lacking.push("metadata are not compared: those of a put were not read back".to_owned());
    }
    explorer.scope.objects = before.objects;
    let listed = vec![put, Move::ListObjects, Move::Delete { key: 0 }, Move::ListObjects];
    if !holds(explorer, "listing", listed).await {
        explorer.scope.objects = false;
        lacking.push("object listings are not compared: a put or a deletion did not show".to_owned());
    }
    let part = Move::CopyShared { upload: 0, number: Number::Low(0), size: Size::Tiny(1) };
    let copied = vec![Move::Create { key: 0, sequential: false }, part];
    if explorer.scope.shared {
        // The object of the run is written now.
        let full = explorer.provider.limit(LimitName::MinPartSize).unwrap_or(0);
        explorer.spend(full + (1 << 20));
    }
    if explorer.scope.shared && !holds(explorer, "copy", copied).await {
        explorer.scope.shared = false;
        lacking.push("large parts are sent, not copied: a copy of a range was not taken".to_owned());
    }
    lacking
}

/// Whether calls are answered as the model allows, and none is missing.
async fn holds(explorer: &mut Explorer<'_>, name: &str, moves: Vec<Move>) -> bool {
    let label = format!("probe-{name}");
    let draw = Draw { closes: false, ..Draw::of(What::Sequences, label, moves) };
    let share = explorer.all();
    let Some((report, judged)) = explorer.run_again(&draw, share).await else { return false };
    !report.verdict.counts_against() && judged.is_some_and(|judged| judged.explanations.is_empty())
}
