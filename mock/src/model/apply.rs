//! The mock's face: one lawful answer.

use super::decide::decide;
use super::{Answer, Event, KeyState, Rules};

/// Carries out an event and gives the answer.
///
/// # Panics
///
/// If the event lacks what its operation needs from outside: an unused id for a creation,
/// an ETag where ETags are opaque.
pub fn apply(state: &mut KeyState, rules: &Rules, event: &Event) -> Answer {
    let mut choices = decide(state, rules, &event.operation, &event.given);
    assert!(!choices.is_empty(), "the event gives what its operation needs");
    let choice = choices.swap_remove(0);
    choice.effect.apply(state);
    choice.answer
}
