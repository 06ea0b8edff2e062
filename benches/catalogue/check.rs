//! Whether the figures in docs/measures.md that do not depend on the machine are still true.

use crate::table::{BYTES, REQUESTS, count, counted};
use crate::{PLACE, Result, harness, measures};

/// Requests may differ by one in so many: who comes first in a race decides how often is asked.
const ONE_IN: u64 = 100;

/// Runs the catalogue once and compares what it sends with the table.
pub(crate) fn check() -> Result<()> {
    let again = format!("run `{}` on an idle machine and commit docs/measures.md", measures::WRITE);
    let table = measures::read(PLACE)?;
    let benches = measures::digest_of_benches()?;
    if !table.contains(&format!("benches {benches}.")) {
        return Err(format!(
            "the measures in docs/measures.md are not of these benches ({benches}): {again}"
        )
        .into());
    }
    let told =
        |what| counted(&table, what).ok_or_else(|| format!("docs/measures.md tells no `{what}`: {again}"));
    let (requests, bytes) = (told(REQUESTS)?, told(BYTES)?);
    let run = harness::run(harness::What::Catalogue, None, None)?;
    let mut wrong = Vec::new();
    let mut compare = |what: &str, told: u64, found: u64, allowed: u64| {
        if told.abs_diff(found) > allowed {
            wrong.push(format!("{what}: {} in docs/measures.md, {} now", count(told), count(found)));
        }
    };
    compare(BYTES, bytes, run.bytes_sent, 0);
    compare(REQUESTS, requests, run.requests, requests / ONE_IN);
    if !wrong.is_empty() {
        return Err(format!("the measures are not true any more ({}): {again}", wrong.join("; ")).into());
    }
    println!(
        "the catalogue sends {} bytes in {} requests, as docs/measures.md says",
        count(bytes),
        count(run.requests)
    );
    Ok(())
}
