//! Follows the markers of a listing to its last page.

use std::time::{Duration, Instant};

use super::super::judge::{ENTRIES, Fault};
use super::round::Round;
use crate::operation::{Prepared, Turned, Turning};
use crate::wire::{Answer, Signing};

/// No listing has more pages: an upload has up to 10,000 parts, of which each page brings one at least.
const MOST_PAGES: u32 = 12_000;
/// The pages of a listing have at most this number of bytes together.
const MOST_BYTES: usize = 64 << 20;
/// A listing is followed for so long.
const PATIENCE: Duration = Duration::from_secs(300);

/// Refuses a page that leaves entries out, or does not say whether more follows.
fn leads_on(answer: &Answer) -> Result<(), Fault> {
    let mut needed = ENTRIES.into_iter().chain(["IsTruncated"]);
    match needed.find(|aspect| answer.deviation(aspect).is_some()) {
        Some(aspect) => Err(Fault::Unseen(Box::new(answer.clone()), aspect)),
        None => Ok(()),
    }
}

impl Round<'_> {
    /// Follows a listing to its last page; a page that is refused ends it. The answer has the entries of all.
    pub(super) async fn walk(&mut self, prepared: &mut dyn Prepared) -> Result<Answer, Fault> {
        let turning = Turning { by_id: self.judge().needs_id_marker() };
        let begun = Instant::now();
        let mut bytes = 0;
        for number in 1..=MOST_PAGES {
            let answer = self.send(prepared.call(), &Signing::default()).await?;
            bytes += answer.body.len();
            if bytes > MOST_BYTES {
                return Err(Fault::Walk(format!("more than {MOST_BYTES} bytes in {number} pages")));
            }
            if begun.elapsed() > PATIENCE {
                return Err(Fault::Walk(format!("no last page within {} s", PATIENCE.as_secs())));
            }
            let Some(pages) = prepared.pages().filter(|_| answer.is_ok()) else { return Ok(answer) };
            leads_on(&answer)?;
            pages.add(&answer).map_err(|entry| Fault::Walk(format!("{entry} on a second page")))?;
            if !answer.truncated {
                return Ok(Answer { pages: number, ..pages.whole(answer) });
            }
            pages.turn(&answer, turning).map_err(|turned| match turned {
                Turned::NotOn(what) => Fault::Walk(format!("page {number} has {what}")),
                Turned::Lacking(what) => Fault::Lacking(what.to_owned()),
            })?;
            let entries = pages.entries();
            if number as usize > entries + 2 {
                return Err(Fault::Walk(format!("{number} pages for {entries} {}", pages.noun())));
            }
        }
        Err(Fault::Walk(format!("no last page among {MOST_PAGES}")))
    }
}
