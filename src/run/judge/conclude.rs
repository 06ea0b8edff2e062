//! What comes of a step by its answer.

use mpuspec_mock::provider::{CAPABILITIES, Support};

use super::super::plan::{ANY_PREFIX, ID_MARKER, capability, is_of_signing};
use super::Judge;
use super::absence::{is_refused_as_absent, is_shown, passed_over};
use super::claims::{Met, SUCCESS, Scene, content, judge, lacking};
use super::outcomes::Concluded;
use super::verdict::StepOutcome;
use crate::case::{Expect, Step};
use crate::operation::OF_ERRORS;
use crate::report::AS_CLAIMED;
use crate::row::Unavailable;
use crate::wire::{Answer, Trouble, TroubleKind};

/// Why a step has no answer.
#[derive(Debug)]
pub(in super::super) enum Fault {
    Trouble(Trouble),
    Unavailable(String),
    /// A listing that cannot be followed.
    Walk(String),
    /// A listing that lacks what leads on.
    Unseen(Box<Answer>, &'static str),
    /// A listing that lacks what the case needs of it.
    Lacking(String),
}

impl From<Unavailable> for Fault {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable.0)
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

/// What a claim is about whose capability is not there.
pub(super) const ABSENT: &str = "capability";

/// What is known beside an answer that was read.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Seen {
    /// The status that came last, whatever could be read behind it.
    pub(in super::super) status: Option<u16>,
    /// Whether the model does not know any more what the server may know.
    pub(in super::super) model_is_lost: bool,
}

impl Seen {
    /// The answers to a step whose claim is that they are lawful: the model judges them afterwards.
    pub(in super::super) fn left_to_the_model(self) -> StepOutcome {
        if self.model_is_lost {
            StepOutcome::Skipped("what the server may know is not known any more".to_owned())
        } else {
            StepOutcome::Met(None)
        }
    }
}

impl Judge<'_, '_> {
    fn needs(&self, capability: &str) -> bool {
        self.planned.case.needs.iter().any(|name| name == capability)
    }

    /// Whether a page that ends among the uploads of one key has to say at which.
    pub(in super::super) fn needs_id_marker(&self) -> bool {
        self.needs(ID_MARKER)
    }

    /// Whether a step reads a sub-resource that nobody promised.
    fn may_lack(&self, step: &Step) -> bool {
        let capability = self.capability(step).filter(|_| step.profile().sub_resource);
        capability.is_some_and(|name| self.context.provider.support(name) == Support::Unknown)
    }

    /// The capability that a step asks for; of a raw request its case says it.
    pub(in super::super) fn capability(&self, step: &Step) -> Option<&'static str> {
        let profile = step.profile();
        if profile.by_hand {
            let name = self.planned.case.needs.first()?;
            return CAPABILITIES.iter().map(|(known, _)| *known).find(|known| known == name);
        }
        if profile.walks_uploads && self.needs_id_marker() {
            return Some(ID_MARKER);
        }
        let any_prefix =
            self.needs(ANY_PREFIX) && self.context.provider.support(ANY_PREFIX) == Support::Unknown;
        match capability(step) {
            Some("list_uploads") if any_prefix => Some(ANY_PREFIX),
            capability => capability,
        }
    }

    /// What the claims of a step are held against.
    pub(in super::super) fn scene(&self, step: &Step) -> Scene<'_> {
        let profile = step.profile();
        Scene {
            provider: &self.context.provider,
            state: self.state,
            prefix: &self.state.prefix,
            head: profile.head,
            late_error: profile.late_error,
            codes_elsewhere: self.context.homes.is_elsewhere(&self.planned.id, OF_ERRORS, "Code"),
            codes_are_foreign: self.context.preflight.codes_are_foreign,
            own_only: profile.own_only,
        }
    }

    /// What comes of a step by its answer.
    pub(in super::super) fn conclude(
        &mut self,
        step: &Step,
        answer: Result<Answer, Fault>,
        seen: Seen,
    ) -> Concluded {
        let answer = match answer {
            Ok(answer) => answer,
            // A sub-resource that a server does not know is passed over, and the object itself answered.
            Err(Fault::Trouble(trouble))
                if trouble.kind == TroubleKind::Unreadable && self.may_lack(step) =>
            {
                let expected = "the document of the sub-resource".to_owned();
                return (
                    StepOutcome::Unmet {
                        about: ABSENT.into(),
                        expected,
                        got: trouble.to_string(),
                        not_implemented: true,
                    },
                    None,
                );
            }
            Err(Fault::Trouble(trouble))
                if trouble.kind == TroubleKind::Unreadable && self.is_absent(step) =>
            {
                let hidden = self.absent(step, &trouble.to_string());
                return (hidden.unwrap_or(StepOutcome::Trouble(trouble)), None);
            }
            Err(Fault::Trouble(trouble)) => {
                let accepted = self.accepted(step, &trouble, seen.status);
                return (accepted.unwrap_or(StepOutcome::Trouble(trouble)), None);
            }
            // A part that was refused cannot be listed: whatever follows is lawful without it.
            Err(Fault::Unavailable(why)) if matches!(step.expect, Some(Expect::Lawful)) => {
                return (StepOutcome::Met(Some(format!("not tried: {why}"))), None);
            }
            Err(Fault::Unavailable(why)) => return (self.skipped(why), None),
            Err(Fault::Lacking(got)) => {
                let expected = "a marker for the upload too".to_owned();
                let about = ABSENT.into();
                return (StepOutcome::Unmet { about, expected, got, not_implemented: true }, None);
            }
            Err(Fault::Unseen(answer, aspect)) => {
                self.recorder.note(&answer, self.context, self.planned);
                return (self.unseen(&answer, aspect), None);
            }
            Err(Fault::Walk(got)) => {
                let expected = "pages that lead from one to the next".to_owned();
                let about = "pages".into();
                return (StepOutcome::Unmet { about, expected, got, not_implemented: false }, None);
            }
        };
        self.recorder.note(&answer, self.context, self.planned);
        let capability = self.capability(step);
        let unknown = capability.is_some_and(|name| self.context.provider.support(name) == Support::Unknown);
        // What a server does not know it passes over. Whether it lacks the capability is decided when the
        // row has ended: another answer may show it.
        match capability {
            Some(name) if unknown && passed_over(capability, step, &answer) => {
                let asked = (self.recorder.steps.len(), answer.summary());
                self.recorder.passed_over.entry(name).or_insert(asked);
            }
            Some(name) if is_shown(name, step, &answer) => _ = self.recorder.shown.insert(name),
            _ => {}
        }
        let not_implemented = is_refused_as_absent(capability, &answer);
        // What is absent altogether says nothing of how it may be signed.
        if not_implemented
            && (!unknown || is_of_signing(capability))
            && let Some(hidden) = self.absent(step, &answer.summary())
        {
            return (hidden, None);
        }
        let scene = self.scene(step);
        let unmet = |about, expected, got| StepOutcome::Unmet { about, expected, got, not_implemented };
        match &step.expect {
            Some(Expect::Lawful) => (seen.left_to_the_model(), None),
            None | Some(Expect::Ok) if answer.is_ok() => (StepOutcome::Met(None), None),
            None | Some(Expect::Ok) => (unmet(SUCCESS.into(), "success".to_owned(), answer.summary()), None),
            Some(Expect::Claims(claims)) => {
                let outcome = match judge(claims, &answer, &scene) {
                    Met::Yes => StepOutcome::Met(None),
                    Met::Tolerated(name) => StepOutcome::Tolerated(name),
                    Met::No { about, expected, got } => unmet(about, expected, got),
                    Met::Unavailable(why) => self.skipped(why),
                    Met::Nothing(why) => StepOutcome::Nothing(why),
                    Met::Unseen(aspect) => self.unseen(&answer, aspect),
                };
                self.recorder.observe(step, self.planned, shown(&outcome, &answer));
                (outcome, None)
            }
            Some(Expect::OneOf(outcomes)) => {
                let chosen =
                    outcomes.iter().find_map(|outcome| match judge(&outcome.claims, &answer, &scene) {
                        Met::Yes => Some((outcome, None)),
                        Met::Tolerated(name) => Some((outcome, Some(name))),
                        Met::No { .. } | Met::Unavailable(_) | Met::Nothing(_) => None,
                        // Without its document no outcome was seen.
                        Met::Unseen("root") => None,
                        // What cannot be seen does not speak against an outcome.
                        Met::Unseen(_) => Some((outcome, None)),
                    });
                let mut got = content::seen(&answer, self.state);
                if let Some(lacking) = lacking(outcomes, &answer, &scene) {
                    got = format!("{got}: {lacking}");
                }
                self.choose(step, outcomes, chosen, got, not_implemented)
            }
        }
    }
}

/// What a claim without named outcomes shows as observed behaviour.
fn shown(outcome: &StepOutcome, answer: &Answer) -> String {
    match outcome {
        StepOutcome::Unmet { got, not_implemented: true, .. } => format!("not there: {got}"),
        StepOutcome::Unmet { got, .. } => format!("other: {got}"),
        _ if answer.refusal.is_some() => answer.code(),
        _ => AS_CLAIMED.to_owned(),
    }
}
