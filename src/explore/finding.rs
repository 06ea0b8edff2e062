//! What was found, as a report tells it, with the case that repeats it.

use std::collections::BTreeSet;

use mpuspec_mock::provider::Strength;

use super::explorer::{Draw, Explorer, Moves, What};
use crate::case::Level;
use crate::history::call_in_words;
use crate::report::{Finding, FindingKind, NOT_SAVED, RowReport};
use crate::run::Life;

/// Rounds of a saved case. It ends at the first that fails; what hangs on time may take some.
const SAVED_ROUNDS: u32 = 50;

impl Explorer<'_> {
    /// What a run of these moves has shown.
    pub(super) fn finding(&self, draw: Draw, (moves, report): (Moves, RowReport)) -> Finding {
        let explanation = report.explanation.clone();
        let kind = explanation.as_ref().map_or(FindingKind::UnlawfulAnswer, |explanation| explanation.kind);
        let promised = draw.0 == What::Sequences || self.provider.consistency.multipart == Strength::Strong;
        let level = if promised || kind.is_never_allowed() { Level::Must } else { Level::Info };
        let stuck = |at: &usize| report.history.as_ref().and_then(|history| history.calls.get(*at));
        let told = explanation.iter().flat_map(|explanation| &explanation.stuck).filter_map(stuck);
        let told: Vec<String> = told.map(call_in_words).collect();
        let title = format!("{}: {}", kind.in_words(), told.join("; "));
        let blank = self.blank(draw, &moves, (level, kind, title));
        self.save(draw, Finding { history: report.history, explanation, ..blank })
    }

    /// What is told of a server that died of these moves, or while they were made. If it is these that it dies of,
    /// it dies again; of one that is gone nobody can tell.
    pub(super) async fn death(&mut self, draw: Draw, moves: &Moves, life: Life) -> Finding {
        let mut level = Level::Info;
        if life == Life::Again && self.run_again(moves, draw).await.is_some() {
            let dies = self.runner.look(&format!("{}-{}", draw.0.id(), draw.1)).await != Life::Alive;
            level = if dies { Level::Must } else { Level::Info };
        }
        let title = match level {
            Level::Must => "the server died of these calls, twice".to_owned(),
            _ => "the server died while these calls were made".to_owned(),
        };
        self.save(draw, self.blank(draw, moves, (level, FindingKind::Died, title)))
    }

    /// A finding that no calls stand behind yet.
    fn blank(
        &self,
        draw: Draw,
        moves: &Moves,
        (level, kind, title): (Level, FindingKind, String),
    ) -> Finding {
        let rounds =
            |text: String| text.replacen("\n\nsteps:", &format!("\nrepeat: {SAVED_ROUNDS}\n\nsteps:"), 1);
        let case = self.text(moves, draw).map(rounds);
        let (id, seed) = (draw.0.id().to_owned(), format!("{}/{}", self.options.seed, draw.1));
        Finding { id, level, kind, title, seed, case, saved: None, history: None, explanation: None }
    }

    /// Saves the case of a finding, where that is asked for.
    fn save(&self, (what, index): Draw, mut finding: Finding) -> Finding {
        if let (Some(folder), Some(text)) = (&self.options.save, &finding.case) {
            let name = format!("{}-{index}.yaml", what.id().replace('/', "-"));
            let path = folder.join(name);
            let saved = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
            finding.saved = Some(match saved {
                Ok(()) => path.display().to_string(),
                Err(error) => format!("{NOT_SAVED}{}: {error}", path.display()),
            });
        }
        finding
    }
}

/// What a finding has in common with others of its kind: what was asked at the point, and what came.
pub(super) fn signature(report: &RowReport) -> Option<String> {
    let explanation = report.explanation.as_ref()?;
    let history = report.history.as_ref()?;
    let calls = explanation.stuck.iter().filter_map(|at| history.calls.get(*at));
    let words = calls.map(|call| {
        let asked = serde_json::to_value(&call.ask).ok();
        let saw = serde_json::to_value(&call.saw).ok();
        let text = |value: &Option<serde_json::Value>, name: &str| {
            let found = value.as_ref().and_then(|value| value.get(name)?.as_str().map(str::to_owned));
            found.unwrap_or_default()
        };
        format!("{} {} {}", text(&asked, "op"), text(&saw, "what"), text(&saw, "code"))
    });
    let words: BTreeSet<String> = words.collect();
    Some(format!("{:?} {}", explanation.kind, words.into_iter().collect::<Vec<_>>().join(", ")))
}
