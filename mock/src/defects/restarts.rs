//! Mistakes of a server that falls: what it loses, and what it brings back.

use super::mistake::{At, Mistake};
use crate::model::{KeyState, Upload};

const fn mistake(name: &'static str, about: &'static str, change: fn(&mut KeyState)) -> Mistake {
    Mistake::new(name, about, At::Crash(change)).of_races()
}

pub(super) const MISTAKES: &[Mistake] = &[
    mistake("restart-loses-uploads", "A restart forgets uploads in progress.", |state| state.uploads.clear()),
    mistake("restart-revives-uploads", "A restart brings uploads that had ended back.", |state| {
        let ended = std::mem::take(&mut state.ended).into_keys();
        state.uploads.extend(ended.map(|id| (id, Upload::default())));
    }),
    mistake("restart-loses-parts", "A restart forgets the parts of uploads in progress.", |state| {
        state.uploads.values_mut().for_each(|upload| upload.parts.clear());
    }),
    mistake("restart-loses-objects", "A restart forgets objects that were completed.", |state| {
        // What was joined of parts was never written anywhere else.
        if state.object.as_ref().is_some_and(|object| object.parts.is_some()) {
            state.object = None;
        }
    }),
];
