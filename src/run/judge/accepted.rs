//! Requests that have to be refused, and were accepted: reported as that, whatever stands in the answer.

use super::Judge;
use super::claims::{REFUSAL, expected_refusal};
use super::verdict::StepOutcome;
use crate::case::{Expect, Outcome, Sign, SignBy, Step, Tampered, User, WrongToken};
use crate::wire::{Trouble, TroubleKind};

impl Judge<'_, '_> {
    /// Returns what became of a step that claims a refusal, and was answered with a success that cannot be read.
    pub(super) fn accepted(
        &self,
        step: &Step,
        trouble: &Trouble,
        status: Option<u16>,
    ) -> Option<StepOutcome> {
        let expected = self.demands_refusal(step)?;
        let status = status?;
        let is_accepted = trouble.kind == TroubleKind::Unreadable && (200..300).contains(&status);
        let got = format!("{status} success");
        let about = REFUSAL.into();
        is_accepted.then_some(StepOutcome::Unmet { about, expected, got, not_implemented: false })
    }

    /// Says what was wrong with a request that was accepted although it claims a refusal.
    pub(in super::super) fn in_full(&self, step: &Step, outcome: StepOutcome) -> StepOutcome {
        match (outcome, wrong_with(step)) {
            (StepOutcome::Unmet { about, expected, got, not_implemented }, Some(wrong))
                if got.contains(" success") && self.demands_refusal(step).is_some() =>
            {
                StepOutcome::Unmet {
                    about,
                    expected,
                    got: format!("{got}: it accepted a request {wrong}"),
                    not_implemented,
                }
            }
            (outcome, _) => outcome,
        }
    }

    /// Returns the refusal that a step claims, if it claims nothing else.
    pub(super) fn demands_refusal(&self, step: &Step) -> Option<String> {
        let scene = self.scene(step);
        match step.expect.as_ref()? {
            Expect::Claims(claims) => expected_refusal(claims, &scene),
            Expect::OneOf(outcomes) => {
                let refusal = |outcome: &Outcome| expected_refusal(&outcome.claims, &scene);
                let refusals: Option<Vec<String>> = outcomes.iter().map(refusal).collect();
                refusals?.into_iter().next()
            }
            Expect::Ok | Expect::Lawful => None,
        }
    }
}

/// Returns why a request has to be refused, as far as its signature shows.
fn wrong_with(step: &Step) -> Option<&'static str> {
    match step.as_user {
        Some(User::Anonymous) => return Some("that nobody signed"),
        Some(User::UnknownKey) => return Some("of an unknown access key"),
        _ => {}
    }
    let Sign { tamper, secret, region, token, time, by, expires, .. } = step.sign.as_ref()?;
    let tampered = tamper.map(|tampered| match tampered {
        Tampered::Path => "whose path was changed after it was signed",
        Tampered::Query => "whose query was changed after it was signed",
        Tampered::PartNumber => "whose part number was changed after it was signed",
        Tampered::Header => "whose header was changed after it was signed",
        Tampered::NewHeader => "with a header that was not signed",
        Tampered::Body => "whose body was changed after it was signed",
    });
    let token = token.map(|token| match token {
        WrongToken::Missing => "without its security token",
        WrongToken::Wrong => "with a wrong security token",
    });
    tampered
        .or(token)
        .or(secret.map(|_| "that was signed with a wrong secret"))
        .or(region.map(|_| "that was signed for another region"))
        .or(time.as_ref().map(|_| match (by, expires) {
            (Some(SignBy::Url), Some(_)) => "whose URL had expired",
            _ => "that was signed too long ago",
        }))
        .or((step.as_user == Some(User::Second)).then_some("of somebody else"))
}
