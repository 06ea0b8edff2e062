//! What an audit has missed of draws, tried again: rounds on keys of their own, and one audit behind all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::dig::Trials;
use super::draw::Draw;
use super::explorer::{Explorer, Share};
use crate::report::Confirmed;
use crate::run::{Entry, Findings};

/// How long all of it may take.
const LONGEST: Duration = Duration::from_secs(300);

/// The round that an object is of.
fn round(entry: &Entry) -> &str {
    entry.key.rsplit_once('/').map_or("", |(round, _)| round)
}

impl Explorer<'_> {
    /// Tries again what lost the objects that an audit has missed, lets the endpoint settle, and looks in how many rounds
    /// they are lost once more. Returns whether anything was tried.
    pub async fn confirm_lost(&mut self, audited: &mut Findings, settle: impl Future<Output = ()>) -> bool {
        let before: BTreeSet<String> =
            self.runner.acknowledged().into_iter().map(|entry| entry.key).collect();
        let suspects: BTreeMap<&String, Arc<Draw>> = (audited.origins.iter())
            .filter_map(|origin| Some((origin, self.ran.get(origin)?.clone())))
            .collect();
        // Its time is over, and what is lost is worth the moment that this takes.
        let share = Share { until: Some(Instant::now() + LONGEST), ..self.all() };
        for draw in suspects.values() {
            let trials = Trials { are_audited: true, ..Trials::of(draw) };
            self.trials(std::slice::from_ref(draw), &trials, share, |_, _| false).await;
        }
        let mut entries = self.runner.acknowledged();
        entries.retain(|entry| !before.contains(&entry.key));
        if entries.is_empty() {
            return false;
        }
        settle.await;
        let (read, lost) = self.runner.look_again(&entries).await;
        if read.trouble.is_some() {
            return true;
        }
        for (finding, origin) in audited.findings.iter_mut().zip(&audited.origins) {
            let Some(draw) = suspects.get(origin) else { continue };
            let rounds = |entries: &[Entry]| {
                let of_it = entries.iter().filter(|entry| entry.row == *origin).map(round);
                u32::try_from(of_it.collect::<BTreeSet<_>>().len()).unwrap_or(u32::MAX)
            };
            let confirmed = Confirmed { shown: rounds(&lost), tries: rounds(&entries) };
            finding.title.push_str(&format!(" (seen {} of {})", confirmed.shown, confirmed.tries));
            finding.confirmed = Some(confirmed);
            finding.case = self.repeated(draw);
            *finding = self.save(draw, finding.clone());
        }
        true
    }
}
