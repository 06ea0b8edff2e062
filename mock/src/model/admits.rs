//! The oracle's face: is an observed answer lawful, and what is the state then.

use super::decide::{Choice, decide};
use super::operation::{Answer, Given, Observed, Operation};
use super::{KeyState, Rules, Time};

/// The ETag of what may have happened unseen, where ETags are the server's own choice.
pub const UNSEEN: &str = "?";

/// Every state in which the observed answer is lawful; none if it never is.
///
/// Ids and opaque ETags are bound to what was seen. An operation without an
/// answer may have happened or not; but an upload whose id nobody has seen is not known to be there.
pub fn admits(
    state: &KeyState,
    rules: &Rules,
    operation: &Operation,
    observed: &Observed,
    at: Time,
) -> Vec<KeyState> {
    let given = bind(observed, at);
    let mut states: Vec<KeyState> = Vec::new();
    let mut add = |state: KeyState| {
        if !states.contains(&state) {
            states.push(state);
        }
    };
    if *observed == Observed::Nothing {
        add(state.clone());
    }
    for Choice { answer, effect } in decide(state, rules, operation, &given) {
        if agrees(&answer, observed) {
            let mut next = state.clone();
            effect.apply(&mut next);
            add(next);
        }
    }
    states
}

/// What a server could answer, the usual answer first.
pub fn lawful(state: &KeyState, rules: &Rules, operation: &Operation, at: Time) -> Vec<Answer> {
    let given = bind(&Observed::Nothing, at);
    decide(state, rules, operation, &given).into_iter().map(|choice| choice.answer).collect()
}

fn bind(observed: &Observed, at: Time) -> Given {
    // Nobody has seen the ETag of what may have happened.
    let mut given = Given { id: None, at, etag: Some(UNSEEN.to_owned()) };
    match observed {
        Observed::Answered(Answer::Created(id)) => given.id = Some(id.clone()),
        Observed::Answered(Answer::Stored(etag) | Answer::Completed(etag)) => given.etag = Some(etag.clone()),
        _ => {}
    }
    given
}

/// Times are not compared: a client cannot know the server's clock.
fn agrees(answer: &Answer, observed: &Observed) -> bool {
    match (answer, observed) {
        (_, Observed::Nothing) => true,
        (Answer::Refused(refusal), Observed::Refused(code)) => refusal.code() == *code,
        (Answer::Parts(lawful), Observed::Answered(Answer::Parts(seen))) => {
            lawful.truncated == seen.truncated
                && lawful.parts.len() == seen.parts.len()
                && lawful
                    .parts
                    .iter()
                    .zip(&seen.parts)
                    .all(|(a, b)| (a.number, &a.etag, a.size) == (b.number, &b.etag, b.size))
        }
        (Answer::Uploads(lawful), Observed::Answered(Answer::Uploads(seen))) => {
            lawful.iter().map(|(id, _)| id).eq(seen.iter().map(|(id, _)| id))
        }
        (Answer::Object(lawful), Observed::Answered(Answer::Object(seen))) => {
            (&lawful.content, &lawful.etag, &lawful.meta) == (&seen.content, &seen.etag, &seen.meta)
        }
        // What nobody saw can be what was answered, and what is seen now what nobody saw.
        (
            Answer::Stored(lawful) | Answer::Completed(lawful),
            Observed::Answered(Answer::Stored(seen) | Answer::Completed(seen)),
        ) if [lawful, seen].iter().any(|etag| *etag == UNSEEN) => {
            matches!(answer, Answer::Stored(_)) == matches!(observed, Observed::Answered(Answer::Stored(_)))
        }
        (answer, Observed::Answered(seen)) => answer == seen,
        _ => false,
    }
}
