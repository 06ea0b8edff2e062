//! The verdict on a row, decided here and nowhere else.

use std::borrow::Cow;

use mpuspec_mock::provider::{Provider, Strength, Support};

use crate::case::Level;
use crate::report::{FindingKind, Verdict};
use crate::wire::Trouble;

/// What came of a step.
#[derive(Clone, Debug)]
pub(in super::super) enum StepOutcome {
    /// As expected; the name of the outcome, where there are several.
    Met(Option<String>),
    /// Allowed, not preferred.
    Tolerated(String),
    /// Not as expected, in what the claim is about.
    Unmet { about: Cow<'static, str>, expected: String, got: String, not_implemented: bool },
    /// No answer that could be judged.
    Trouble(Trouble),
    /// Not tried.
    Skipped(String),
    /// The answer has nothing that the claim could be about.
    Nothing(String),
    /// Not to be judged, since another row's promise is broken; `of` is what is amiss, and what was got.
    Hidden { by: String, why: String, of: Option<(Cow<'static, str>, String)> },
}

/// A step with what came of it.
#[derive(Clone, Debug)]
pub(in super::super) struct JudgedStep {
    pub(in super::super) claim: bool,
    /// Whether it only reads: what it cannot see hides nothing else.
    pub(in super::super) reads: bool,
    /// The capability that the operation itself is.
    pub(in super::super) capability: Option<&'static str>,
    pub(in super::super) outcome: StepOutcome,
}

/// The verdict on a row.
#[derive(Clone, Debug)]
pub(in super::super) struct Decision {
    pub(in super::super) verdict: Verdict,
    /// The step that decided it.
    pub(in super::super) step: Option<usize>,
    pub(in super::super) reason: Option<String>,
    /// The row whose broken promise keeps this one from a judgement.
    pub(in super::super) blocked_by: Option<String>,
}

/// Decides the verdict on a row.
pub(in super::super) fn decide(level: Level, provider: &Provider, steps: &[JudgedStep]) -> Decision {
    let mut worst = Decision { verdict: Verdict::Pass, step: None, reason: None, blocked_by: None };
    for (at, step) in steps.iter().enumerate() {
        let verdict = of_step(provider, step);
        // Of equal verdicts the first counts: later ones often follow from it.
        if verdict > worst.verdict {
            let blocked_by = match &step.outcome {
                StepOutcome::Hidden { by, .. } => Some(by.clone()),
                _ => None,
            };
            worst = Decision { verdict, step: Some(at), reason: reason(step), blocked_by };
        }
        // Behind a preparation that failed no claim was reached, and behind a capability that is not
        // there: what later steps show follows from it. A claim that could not look hides nothing else.
        let only_looked = step.claim && step.reads && matches!(step.outcome, StepOutcome::Hidden { .. });
        if matches!(verdict, Verdict::Blocked | Verdict::Unsupported) && !only_looked {
            break;
        }
    }
    // A row that found nothing to judge passes nothing.
    let claims = || steps.iter().filter(|step| step.claim);
    let found_nothing = |step: &JudgedStep| matches!(step.outcome, StepOutcome::Nothing(_));
    if worst.verdict == Verdict::Pass && claims().all(found_nothing) {
        worst.reason = claims().find_map(reason);
        worst.verdict = if worst.reason.is_some() { Verdict::NotApplicable } else { Verdict::Pass };
    }
    // What nobody promised is only recorded.
    if level == Level::Info && worst.verdict == Verdict::Fail {
        worst.verdict = Verdict::Pass;
    }
    worst
}

/// Where nobody promises that concurrent calls take effect in some order, an order that is missing is only
/// recorded; what may never happen is not.
pub(in super::super) fn weakened(
    level: Level,
    verdict: Verdict,
    kind: FindingKind,
    provider: &Provider,
) -> (Level, Verdict) {
    match provider.consistency.multipart {
        Strength::Strong => (level, verdict),
        _ if kind.is_never_allowed() => (level, verdict),
        _ if verdict == Verdict::Fail => (Level::Info, Verdict::Pass),
        _ => (Level::Info, verdict),
    }
}

fn of_step(provider: &Provider, step: &JudgedStep) -> Verdict {
    let broken = if step.claim { Verdict::Fail } else { Verdict::Blocked };
    match &step.outcome {
        StepOutcome::Met(_) | StepOutcome::Nothing(_) => Verdict::Pass,
        StepOutcome::Tolerated(_) => Verdict::Tolerated,
        StepOutcome::Unmet { not_implemented: true, .. }
            if step.capability.is_some_and(|name| provider.support(name) == Support::Unknown) =>
        {
            Verdict::Unsupported
        }
        StepOutcome::Unmet { .. } => broken,
        StepOutcome::Trouble(trouble) if trouble.is_of_the_server() => broken,
        StepOutcome::Trouble(_) => Verdict::Error,
        // A claim that was not reached proves nothing, whoever is at fault.
        StepOutcome::Skipped(_) | StepOutcome::Hidden { .. } => Verdict::Blocked,
    }
}

fn reason(step: &JudgedStep) -> Option<String> {
    match &step.outcome {
        StepOutcome::Met(_) => None,
        StepOutcome::Skipped(why) | StepOutcome::Nothing(why) => Some(why.clone()),
        StepOutcome::Hidden { by, why, .. } => Some(format!("{why}; {by} is about that")),
        StepOutcome::Tolerated(name) => Some(name.clone()),
        StepOutcome::Unmet { expected, got, .. } => Some(format!("expected {expected}, got {got}")),
        StepOutcome::Trouble(trouble) => Some(trouble.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::TroubleKind;

    fn provider() -> Provider {
        mpuspec_mock::provider::load("generic").expect("it is bundled")
    }

    fn step(claim: bool, outcome: StepOutcome) -> JudgedStep {
        JudgedStep { claim, reads: true, capability: None, outcome }
    }

    fn unmet(not_implemented: bool) -> StepOutcome {
        let (expected, got) = ("a".to_owned(), "b".to_owned());
        StepOutcome::Unmet { about: "size".into(), expected, got, not_implemented }
    }

    fn trouble(kind: TroubleKind) -> StepOutcome {
        StepOutcome::Trouble(Trouble::new(kind, ""))
    }

    fn verdict(level: Level, steps: &[JudgedStep]) -> Verdict {
        decide(level, &provider(), steps).verdict
    }

    #[test]
    fn a_claim_fails_where_a_preparation_blocks() {
        assert_eq!(verdict(Level::Must, &[step(true, unmet(false))]), Verdict::Fail);
        assert_eq!(verdict(Level::Must, &[step(false, unmet(false))]), Verdict::Blocked);
        assert_eq!(verdict(Level::Must, &[step(true, trouble(TroubleKind::Timeout))]), Verdict::Fail);
        assert_eq!(verdict(Level::Must, &[step(false, trouble(TroubleKind::Cut))]), Verdict::Blocked);
        assert_eq!(verdict(Level::Must, &[step(true, trouble(TroubleKind::Unreachable))]), Verdict::Error);
        assert_eq!(verdict(Level::Must, &[step(true, trouble(TroubleKind::Throttled))]), Verdict::Error);
    }

    #[test]
    fn the_worst_step_decides_and_the_first_of_equals_is_told() {
        let steps = [
            step(true, StepOutcome::Tolerated("x".to_owned())),
            step(true, unmet(false)),
            step(true, trouble(TroubleKind::Unreachable)),
            step(true, unmet(false)),
        ];
        assert_eq!(decide(Level::Must, &provider(), &steps).step, Some(1));
    }

    #[test]
    fn a_claim_that_was_never_judged_is_no_pass() {
        assert_eq!(
            verdict(Level::Must, &[step(true, StepOutcome::Skipped(String::new()))]),
            Verdict::Blocked
        );
    }

    #[test]
    fn what_found_nothing_to_judge_is_no_pass() {
        let nothing = || step(true, StepOutcome::Nothing("there is none".to_owned()));
        let prepared = || step(false, StepOutcome::Met(None));
        let found = decide(Level::Must, &provider(), &[prepared(), nothing()]);
        assert_eq!((found.verdict, found.reason.as_deref()), (Verdict::NotApplicable, Some("there is none")));
        assert_eq!(verdict(Level::Must, &[nothing(), step(true, StepOutcome::Met(None))]), Verdict::Pass);
        assert_eq!(verdict(Level::Must, &[nothing(), step(true, unmet(false))]), Verdict::Fail);
        assert_eq!(verdict(Level::Must, &[prepared()]), Verdict::Pass);
    }

    #[test]
    fn a_claim_that_cannot_look_is_blocked_and_hides_no_other() {
        let hidden = || StepOutcome::Hidden { by: "answers/x".to_owned(), why: String::new(), of: None };
        let looked = decide(Level::Must, &provider(), &[step(true, hidden())]);
        assert_eq!((looked.verdict, looked.blocked_by.as_deref()), (Verdict::Blocked, Some("answers/x")));
        assert_eq!(verdict(Level::Must, &[step(true, hidden()), step(true, unmet(false))]), Verdict::Fail);
        assert_eq!(
            verdict(Level::Must, &[step(false, hidden()), step(true, unmet(false))]),
            Verdict::Blocked
        );
    }

    #[test]
    fn behind_a_failed_preparation_no_claim_counts() {
        let steps = [step(false, unmet(false)), step(true, unmet(false))];
        assert_eq!(verdict(Level::Must, &steps), Verdict::Blocked);
    }

    #[test]
    fn what_nobody_promised_is_unsupported_or_recorded() {
        let copy = |not_implemented| JudgedStep {
            claim: true,
            reads: false,
            capability: Some("upload_part_copy"),
            outcome: unmet(not_implemented),
        };
        assert_eq!(verdict(Level::Must, &[copy(true)]), Verdict::Unsupported);
        assert_eq!(verdict(Level::Must, &[copy(false)]), Verdict::Fail);
        assert_eq!(verdict(Level::Info, &[step(true, unmet(false))]), Verdict::Pass);
        assert_eq!(verdict(Level::Info, &[step(false, unmet(false))]), Verdict::Blocked);
    }
}
