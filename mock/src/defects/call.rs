//! One call of the model with the mistakes around it: each can change what goes in, carry the call out in its own
//! way, or change what came of it.

use std::collections::BTreeMap;

use super::parts;
use crate::model::complete::remembered;
use crate::model::{
    Answer, Ending, Event, Given, KeyState, List, ListedPart, Operation, Part, Refusal, Rules, Upload,
    UploadId, apply,
};

/// What a mistake makes of a call.
pub(super) type Around = fn(&mut ModelCall<'_>) -> Answer;

/// What mistakes remember beside the state.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    /// The parts that were replaced.
    pub(super) replaced: BTreeMap<UploadId, BTreeMap<u32, Part>>,
    /// How many parts of an upload are under way, and whether any two were at once.
    pub(super) under_way: BTreeMap<UploadId, (u32, bool)>,
}

/// A call on its way to the model.
pub(super) struct ModelCall<'c> {
    pub(super) state: &'c mut KeyState,
    pub(super) rules: Rules,
    pub(super) operation: Operation,
    pub(super) given: &'c Given,
    pub(super) memory: &'c mut Memory,
    /// The mistakes that have not seen it yet.
    rest: &'c [Around],
}

/// Carries an event out, with these mistakes around the model.
pub(super) fn carry_out(
    on: &[Around],
    memory: &mut Memory,
    state: &mut KeyState,
    rules: &Rules,
    event: &Event,
) -> Answer {
    let Event { operation, given } = event;
    let before = parts::replaced_by(state, operation);
    let mut call =
        ModelCall { state, rules: rules.clone(), operation: operation.clone(), given, memory, rest: on };
    let answer = call.go_on();
    if let (Some((id, number, part)), Answer::Stored(_)) = (before, &answer) {
        memory.replaced.entry(id).or_default().insert(number, part);
    }
    // Whatever a mistake made of the list, the upload ended with the one that was sent.
    if let Operation::Complete { upload, list: List::Parts(sent), .. } = operation
        && let (Answer::Completed(_), Some(Ending::Completed { list, .. })) =
            (&answer, state.ended.get_mut(upload))
        && !on.is_empty()
    {
        *list = remembered(sent);
    }
    answer
}

impl ModelCall<'_> {
    /// Lets the next mistake see it, and the model behind the last one.
    pub(super) fn go_on(&mut self) -> Answer {
        match self.rest.split_first() {
            None => {
                let event = Event { operation: self.operation.clone(), given: self.given.clone() };
                apply(self.state, &self.rules, &event)
            }
            Some((next, rest)) => next(&mut ModelCall {
                state: self.state,
                rules: self.rules.clone(),
                operation: self.operation.clone(),
                given: self.given,
                memory: self.memory,
                rest,
            }),
        }
    }

    /// Carries another operation out in its place.
    pub(super) fn instead(&mut self, operation: Operation) -> Answer {
        self.operation = operation;
        self.go_on()
    }

    /// Goes on, and has nothing happen if the outcome is to be another: what was done is undone, and the call refused.
    pub(super) fn refuse_if(
        &mut self,
        refusal: impl FnOnce(&KeyState, &Operation, &Answer) -> Option<Refusal>,
    ) -> Answer {
        let before = self.state.clone();
        let operation = self.operation.clone();
        let answer = self.go_on();
        if matches!(answer, Answer::Refused(_)) {
            return answer;
        }
        match refusal(&before, &operation, &answer) {
            Some(refusal) => {
                *self.state = before;
                Answer::Refused(refusal)
            }
            None => answer,
        }
    }

    /// Goes on with another look of an upload; what is left of it afterwards looks as before.
    pub(super) fn as_if(&mut self, id: &UploadId, change: impl FnOnce(&mut Upload)) -> Answer {
        let Some(before) = self.state.uploads.get(id).cloned() else { return self.go_on() };
        self.state.uploads.entry(id.clone()).and_modify(change);
        let answer = self.go_on();
        if let Some(upload) = self.state.uploads.get_mut(id) {
            *upload = before;
        }
        answer
    }

    /// The upload that the call names, if it is in progress.
    pub(super) fn upload(&self) -> Option<(&UploadId, &Upload)> {
        let id = id_of(&self.operation)?;
        self.state.uploads.get_key_value(id)
    }

    /// Whether the call names an upload that is not in progress.
    pub(super) fn strays(&self) -> bool {
        id_of(&self.operation).is_some_and(|id| !self.state.uploads.contains_key(id))
    }

    /// The list of a completion that has one, to be changed.
    pub(super) fn list(&mut self) -> Option<&mut Vec<ListedPart>> {
        match &mut self.operation {
            Operation::Complete { list: List::Parts(list), .. } => Some(list),
            _ => None,
        }
    }
}

/// The upload that an operation names.
pub(super) fn id_of(operation: &Operation) -> Option<&UploadId> {
    match operation {
        Operation::BeginPart { upload, .. }
        | Operation::UploadPart { upload, .. }
        | Operation::Complete { upload, .. }
        | Operation::Abort { upload }
        | Operation::ListParts { upload, .. } => Some(upload),
        _ => None,
    }
}
