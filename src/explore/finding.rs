//! What was found, as a report tells it, with the case that repeats it.

use super::draw::Draw;
use super::explorer::Explorer;
use super::shown::Shown;
use super::signature::{UNLISTED, essence_of_lanes};
use super::signs::signs;
use mpuspec_mock::provider::Strength;

use crate::case::Level;
use crate::history::call_in_words;
use crate::replaced::{For, replace};
use crate::report::{Confirmed, Finding, FindingKind, NOT_SAVED};

/// Rounds of a saved case. It ends at the first that fails; what hangs on time may take some.
const SAVED_ROUNDS: u32 = 50;

impl Explorer<'_> {
    /// What a draw has shown, which others have shown too.
    pub(super) fn finding(&self, shown: Shown, confirmed: Option<Confirmed>, others: u32) -> Finding {
        let kind = shown.explanation.kind;
        let told = shown.told.calls.iter().filter_map(|at| shown.history.calls.get(*at));
        let told: Vec<String> = told.map(call_in_words).collect();
        let mut title = format!("{}: {}", kind.in_words(), told.join("; "));
        // A restart is no call, and so in no line of the history.
        if shown.draw.restarts() {
            title.push_str(", across a restart of the server");
        }
        if let Some(Confirmed { shown, tries }) = confirmed {
            title.push_str(&format!(" (seen {shown} of {tries})"));
        }
        let blank = self.blank(&shown.draw, (self.level(&shown, confirmed), kind, title));
        let beside = essence_of_lanes(&shown.history).into_iter().map(|call| format!("beside {call}"));
        let shows = signs(&shown.history, &shown.told.calls).into_iter().map(|sign| format!("shows {sign}"));
        let signs = shown.told.signature.words().cloned().chain(beside).chain(shows).collect();
        let Shown { draw, history, explanation, .. } = shown;
        let (history, explanation) = (Some(history), Some(explanation));
        let finding = Finding { confirmed, others, history, explanation, signs, ..blank };
        self.save(&draw, finding)
    }

    /// What may never happen counts, however seldom it was seen; the rest if it was seen again and is promised.
    fn level(&self, shown: &Shown, confirmed: Option<Confirmed>) -> Level {
        let kind = shown.explanation.kind;
        let seen_again = confirmed.is_none_or(|confirmed| confirmed.shown > 0);
        let never = match kind {
            FindingKind::Torn | FindingKind::Lost | FindingKind::OtherBytes | FindingKind::ForeignBytes => {
                true
            }
            kind => seen_again && kind.is_never_allowed(),
        };
        let is_unlisted = shown.told.signature.words().any(|word| word == UNLISTED);
        let lists = is_unlisted && self.provider.consistency.listing == Strength::Strong;
        let promised = seen_again && (lists || self.promises_order(&shown.draw));
        if never || promised { Level::Must } else { Level::Info }
    }

    /// What is told of a server that died while these calls were made; MUST if it died once more of them.
    pub(super) fn death(&self, draw: &Draw, level: Level) -> Finding {
        let title = match level {
            Level::Must => "the server died of these calls, twice".to_owned(),
            _ => "the server died while these calls were made".to_owned(),
        };
        self.save(draw, self.blank(draw, (level, FindingKind::Died, title)))
    }

    /// A finding that no calls stand behind yet.
    fn blank(&self, draw: &Draw, (level, kind, title): (Level, FindingKind, String)) -> Finding {
        let case = self.repeated(draw);
        let (id, seed) = (draw.what.id().to_owned(), format!("{}/{}", self.options.seed, draw.label));
        Finding {
            id,
            level,
            kind,
            title,
            seed,
            confirmed: None,
            others: 0,
            case,
            saved: None,
            history: None,
            explanation: None,
            signs: Vec::new(),
        }
    }

    /// The case of a draw, which repeats it.
    pub(super) fn repeated(&self, draw: &Draw) -> Option<String> {
        let rounds = format!("\nrepeat: {SAVED_ROUNDS}\n\nsteps:");
        let text = draw.text(self.scope, &self.options.seed)?;
        Some(text.replacen("\n\nsteps:", &rounds, 1))
    }

    /// Saves the case of a finding, where that is asked for.
    pub(super) fn save(&self, draw: &Draw, mut finding: Finding) -> Finding {
        if let (Some(folder), Some(text)) = (&self.options.save, &finding.case) {
            let name = format!("{}-{}.yaml", draw.what.id().replace('/', "-"), draw.label);
            let path = folder.join(name);
            let saved =
                std::fs::create_dir_all(folder).and_then(|()| replace(&path, text.as_bytes(), For::Usual));
            finding.saved = Some(match saved {
                Ok(()) => path.display().to_string(),
                Err(error) => format!("{NOT_SAVED}{}: {error}", path.display()),
            });
        }
        finding
    }
}
