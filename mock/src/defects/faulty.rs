//! A server that makes mistakes: what stands at each point.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::call::{Around, Memory, carry_out};
use super::mistake::At;
use super::races::PutOff;
use super::{Asked, Defect, uploads};
use crate::call::points::{Answered, Carried, Instead, Keys, Points};
use crate::call::{Call, Service};
use crate::checks::{Check, Checks, MOST_SKEW, Sound};
use crate::dialect::callback::{Plan, Told};
use crate::http::{Answer, Element, Request, S3Error, Signed};
use crate::model::{self, Event, KeyState, Operation, Rules, UploadsPage, UploadsQuery, apply};
use crate::store::Inner;

/// Whether a mistake has anything to do with an operation.
pub(super) type Fits = fn(&Call<'_>, &Operation) -> bool;

/// How a mistake carries an operation out.
pub(super) type CarryOut = for<'c> fn(&'c Call<'_>, Operation, &'c Mutex<PutOff>) -> Carried<'c>;

/// The mistakes that are switched on, with what they remember.
#[derive(Clone, Debug, Default)]
pub struct Defects {
    on: BTreeSet<Defect>,
    asked: Asked,
    memory: Arc<Mutex<Memory>>,
    put_off: Arc<Mutex<PutOff>>,
}

/// Behind this many parts of an upload no further one is looked at.
const ENOUGH: usize = 64;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Defects {
    /// A server that makes these.
    pub fn of(on: impl IntoIterator<Item = Defect>) -> Self {
        Self { on: on.into_iter().collect(), ..Self::default() }
    }

    /// The same, which notes which mistakes would have changed anything.
    #[must_use]
    pub fn noting(self) -> Self {
        Self { asked: Asked::noting(), ..self }
    }

    /// What would have changed anything.
    pub(crate) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Carries an event out, with the mistakes that are switched on.
    ///
    /// # Panics
    ///
    /// If the event lacks what its operation needs from outside, as [`apply`].
    pub fn apply(&self, state: &mut KeyState, rules: &Rules, event: &Event) -> model::Answer {
        if self.asked.is_noting() {
            self.note_around_the_model(state, rules, event);
        }
        if self.on.is_empty() {
            return apply(state, rules, event);
        }
        let on: Vec<Around> = self.points().filter_map(around_the_model).collect();
        carry_out(&on, &mut locked(&self.memory), state, rules, event)
    }

    /// Lists the uploads in progress of a bucket, with the mistakes that are switched on.
    pub fn list_uploads(&self, keys: &Keys, rules: &Rules, query: &UploadsQuery) -> UploadsPage {
        let on: Vec<uploads::Around> = self.points().filter_map(around_uploads).collect();
        let listed = uploads::list(&on, keys, rules, query);
        self.note(|at| {
            around_uploads(at).is_some_and(|one| uploads::list(&[one], keys, rules, query) != listed)
        });
        listed
    }

    /// What is switched on, point by point.
    fn points(&self) -> impl Iterator<Item = At> {
        self.on.iter().flat_map(|defect| defect.0.points())
    }

    /// Notes the mistakes that would change something at a point.
    fn note(&self, mut changes: impl FnMut(At) -> bool) {
        if self.asked.is_noting() {
            Defect::all()
                .filter(|defect| defect.0.points().any(&mut changes))
                .for_each(|defect| self.asked.note(defect));
        }
    }

    /// Lets mistakes change a value: those that are switched on, of those that the point has.
    fn change<T: Clone + PartialEq, F: FnOnce(&mut T)>(&self, value: &mut T, of: impl Fn(At) -> Option<F>) {
        self.note(|at| {
            of(at).is_some_and(|change| {
                let mut copy = value.clone();
                change(&mut copy);
                copy != *value
            })
        });
        self.points().filter_map(of).for_each(|change| change(value));
    }

    fn note_around_the_model(&self, state: &KeyState, rules: &Rules, event: &Event) {
        // Of many parts one is like the other.
        let sends_part =
            matches!(event.operation, Operation::BeginPart { .. } | Operation::UploadPart { .. });
        let many = state.uploads.values().any(|upload| upload.parts.len() > ENOUGH);
        if many && sends_part {
            return;
        }
        let mut memory = locked(&self.memory);
        let outcome = |on: &[Around], memory: &mut Memory| {
            let mut state = state.clone();
            let answer = carry_out(on, memory, &mut state, rules, event);
            (state, answer)
        };
        let before = memory.clone();
        let sound = outcome(&[], &mut memory);
        self.note(|at| around_the_model(at).is_some_and(|one| outcome(&[one], &mut before.clone()) != sound));
    }
}

fn around_the_model(at: At) -> Option<Around> {
    if let At::Model(around) = at { Some(around) } else { None }
}

fn around_uploads(at: At) -> Option<uploads::Around> {
    if let At::Uploads(around) = at { Some(around) } else { None }
}

impl Checks for Defects {
    fn forgives(&self, check: Check) -> bool {
        let forgives = |at| if let At::Check(of) = at { of(check) } else { false };
        self.note(forgives);
        self.points().any(forgives)
    }

    fn most_skew(&self) -> u64 {
        let most = |at| if let At::MostSkew(most) = at { Some(most) } else { None };
        self.note(|at| most(at).is_some());
        self.points().find_map(most).unwrap_or(MOST_SKEW)
    }
}

impl Points for Defects {
    fn keeps_requests(&self) -> bool {
        !self.on.is_empty() || self.asked.is_noting()
    }

    fn sender(
        &self,
        service: &Service,
        request: &Request,
        found: Result<Signed, S3Error>,
    ) -> Result<Signed, S3Error> {
        let taken = |at| if let At::Sender(of) = at { of(service, request, &found) } else { None };
        let is_found = |sender: Signed| found.as_ref().is_ok_and(|found| found.principal == sender.principal);
        self.note(|at| taken(at).is_some_and(|sender| !is_found(sender)));
        match self.points().find_map(taken) {
            Some(sender) => Ok(sender),
            None => found,
        }
    }

    fn request(&self, call: &mut Call<'_>) -> Instead {
        self.note(|at| {
            let At::Request(change) = at else { return false };
            let mut copy = call.without_body();
            let instead = change(&mut copy);
            instead.is_some() || copy.request != call.request || copy.payload != call.payload
        });
        self.points().find_map(|at| if let At::Request(change) = at { change(call) } else { None })
    }

    fn document(&self, call: &Call<'_>, document: &mut Option<Element>) {
        self.change(document, |at| {
            let At::Document(change) = at else { return None };
            Some(move |document: &mut _| change(call, document))
        });
    }

    fn body_ended(&self, call: &Call<'_>) {
        if let Some((count, _)) = locked(&self.memory).under_way.get_mut(&call.upload()) {
            *count = count.saturating_sub(1);
        }
    }

    fn carry_out<'c>(&'c self, call: &'c Call<'_>, operation: Operation) -> Carried<'c> {
        let fits = |at| match at {
            At::CarryOut(fits, carry_out) if fits(call, &operation) => Some(carry_out),
            _ => None,
        };
        self.note(|at| fits(at).is_some());
        match self.points().find_map(fits) {
            Some(carry_out) => carry_out(call, operation, &self.put_off),
            None => Sound.carry_out(call, operation),
        }
    }

    fn apply(&self, state: &mut KeyState, rules: &Rules, event: &Event) -> model::Answer {
        Defects::apply(self, state, rules, event)
    }

    fn list_uploads(&self, keys: &Keys, rules: &Rules, query: &UploadsQuery) -> UploadsPage {
        Defects::list_uploads(self, keys, rules, query)
    }

    fn objects<'k>(&self, keys: &'k Keys) -> Cow<'k, Keys> {
        let changed = |at| {
            let At::Objects(change) = at else { return None };
            let mut changed = keys.clone();
            change(&mut changed);
            (changed != *keys).then_some(changed)
        };
        self.note(|at| changed(at).is_some());
        self.points().find_map(changed).map_or(Cow::Borrowed(keys), Cow::Owned)
    }

    fn callback(&self, plan: &mut Plan) {
        self.change(plan, |at| if let At::Callback(change) = at { Some(change) } else { None });
    }

    fn called_back(&self, call: &Call<'_>, told: Told) -> Told {
        self.note(|at| matches!(at, At::CalledBack(_)));
        self.points().fold(told, |told, at| if let At::CalledBack(of) = at { of(call, told) } else { told })
    }

    fn answer(&self, answered: Answered<'_>, answer: &mut Answer) {
        self.change(answer, |at| {
            let At::Answer(change) = at else { return None };
            Some(move |answer: &mut _| change(answered, answer))
        });
    }

    fn settle(&self, store: &mut Inner) {
        locked(&self.put_off).settle(store);
    }

    fn crash(&self, store: &mut Inner) {
        // Nobody has been promised what mistakes had in mind.
        *locked(&self.put_off) = PutOff::default();
        for state in store.buckets.values_mut().flat_map(|bucket| bucket.keys.values_mut()) {
            for at in self.points() {
                if let At::Crash(change) = at {
                    change(state);
                }
            }
        }
    }
}
