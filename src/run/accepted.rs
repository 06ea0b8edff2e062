//! Requests that have to be refused, and were accepted: told as that, whatever stands in the answer.

use super::claims::expected_refusal;
use super::row::Round;
use super::verdict::StepOutcome;
use crate::case::{Expect, Sign, Step, Tampered, User, WrongToken};
use crate::wire::{Trouble, TroubleKind};

impl Round<'_> {
    /// Returns what became of a step that claims a refusal, and was answered with a success that cannot be read.
    pub(super) fn accepted(&self, step: &Step, trouble: &Trouble) -> Option<StepOutcome> {
        let Some(Expect::Claims(claims)) = &step.expect else { return None };
        let expected = expected_refusal(claims, &self.scene(&step.operation))?;
        let status = self.log.last()?.response?.status;
        let is_accepted = trouble.kind == TroubleKind::Unreadable && (200..300).contains(&status);
        let got = format!("{status} success");
        is_accepted.then_some(StepOutcome::Unmet { expected, got, not_implemented: false })
    }

    /// Says what was wrong with a request that was accepted although it claims a refusal.
    pub(super) fn in_full(&self, step: &Step, outcome: StepOutcome) -> StepOutcome {
        let Some(Expect::Claims(claims)) = &step.expect else { return outcome };
        match (outcome, wrong_with(step)) {
            (StepOutcome::Unmet { expected, got, not_implemented }, Some(wrong))
                if got.contains(" success")
                    && expected_refusal(claims, &self.scene(&step.operation)).is_some() =>
            {
                StepOutcome::Unmet {
                    expected,
                    got: format!("{got}: it accepted a request {wrong}"),
                    not_implemented,
                }
            }
            (outcome, _) => outcome,
        }
    }
}

/// Returns why a request has to be refused, as far as its signature tells.
fn wrong_with(step: &Step) -> Option<&'static str> {
    match step.as_user {
        Some(User::Anonymous) => return Some("that nobody signed"),
        Some(User::UnknownKey) => return Some("of an unknown access key"),
        _ => {}
    }
    let Sign { tamper, secret, region, token, time, .. } = step.sign.as_ref()?;
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
        .or(time.as_ref().map(|_| "that was signed at another time"))
        .or((step.as_user == Some(User::Second)).then_some("of somebody else"))
}
