//! One call of the model with the mistakes around it: each can change what goes in, carry the call out in its own
//! way, or change what came of it.

use super::switched::Memory;
use super::{Defect, Defects, aborts, completions, joins, listings, objects, parts};
use crate::model::{
    Answer, Ending, Event, Given, KeyState, List, ListedPart, Operation, Refusal, Rules, Upload, UploadId,
    apply, as_sent,
};

/// What a mistake makes of a call.
pub(super) type Around = fn(&mut Call<'_>) -> Answer;

/// The mistakes around the model, in the order in which they see a call.
const AROUND: [&[(Defect, Around)]; 6] =
    [objects::AROUND, parts::AROUND, aborts::AROUND, completions::AROUND, joins::AROUND, listings::AROUND];

/// A call on its way to the model.
pub(super) struct Call<'c> {
    pub(super) state: &'c mut KeyState,
    pub(super) rules: Rules,
    pub(super) operation: Operation,
    pub(super) given: &'c Given,
    pub(super) memory: &'c mut Memory,
    /// The mistakes that have not seen it yet.
    rest: &'c [Around],
}

/// Behind this many parts of an upload no further one is looked at.
const ENOUGH: usize = 64;

impl Defects {
    /// Carries an event out, with the mistakes that are switched on.
    ///
    /// # Panics
    ///
    /// If the event lacks what its operation needs from outside, as [`apply`].
    pub fn apply(&self, state: &mut KeyState, rules: &Rules, event: &Event) -> Answer {
        if self.asked().is_noting() {
            self.note_effects(state, rules, event);
        }
        if self.is_sound() {
            return apply(state, rules, event);
        }
        let on = AROUND.iter().copied().flatten().filter(|(defect, _)| self.is_on(*defect));
        let on: Vec<Around> = on.map(|(_, around)| *around).collect();
        carry_out(&on, &mut self.memory(), state, rules, event)
    }

    /// Notes the mistakes that would change anything.
    fn note_effects(&self, state: &KeyState, rules: &Rules, event: &Event) {
        // Of many parts one is like the other.
        let many =
            id_of(&event.operation).and_then(|id| state.uploads.get(id)).map_or(0, |of| of.parts.len());
        if many > ENOUGH
            && matches!(event.operation, Operation::BeginPart { .. } | Operation::UploadPart { .. })
        {
            return;
        }
        let outcome = |on: &[Around], memory: &mut Memory| {
            let mut state = state.clone();
            let answer = carry_out(on, memory, &mut state, rules, event);
            (state, answer)
        };
        let mut memory = self.memory();
        let sound = outcome(&[], &mut memory);
        for (defect, around) in AROUND.iter().copied().flatten() {
            if outcome(&[*around], &mut memory.clone()) != sound {
                self.asked().note(*defect);
            }
        }
        // Those that remember have something to remember.
        carry_out(&[parts::remember], &mut memory, &mut state.clone(), rules, event);
    }
}

fn carry_out(
    on: &[Around],
    memory: &mut Memory,
    state: &mut KeyState,
    rules: &Rules,
    event: &Event,
) -> Answer {
    let Event { operation, given } = event;
    let mut call =
        Call { state, rules: rules.clone(), operation: operation.clone(), given, memory, rest: on };
    let answer = call.go_on();
    // Whatever a mistake made of the list, the upload ended with the one that was sent.
    if let Operation::Complete { upload, list: List::Parts(sent), .. } = operation
        && let (Answer::Completed(_), Some(Ending::Completed { list, .. })) =
            (&answer, state.ended.get_mut(upload))
        && !on.is_empty()
    {
        *list = as_sent(sent);
    }
    answer
}

impl Call<'_> {
    /// Lets the next mistake see it, and the model behind the last one.
    pub(super) fn go_on(&mut self) -> Answer {
        match self.rest.split_first() {
            None => {
                let event = Event { operation: self.operation.clone(), given: self.given.clone() };
                apply(self.state, &self.rules, &event)
            }
            Some((next, rest)) => next(&mut Call {
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
