//! Walks from state to state, until each cell was met.

use std::collections::BTreeSet;

use rand_chacha::rand_core::Rng;

use super::super::moves::{Id, Listing, Move, Number, Range, Size};
use super::super::scope::Scope;
use super::cell::{Cell, Doing, State, cells, completes};
use super::{chance, shuffle};

/// Calls one behind the other, with the cells that they meet.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Walk {
    pub(in super::super) moves: Vec<Move>,
    /// Each with the move that meets it.
    pub(in super::super) cells: Vec<(usize, Cell)>,
}

/// The key that it is about, and the one beside it.
const KEY: u8 = 0;
const BESIDE: u8 = 1;

/// Walks that meet each cell once, but those that are left out, in about `longest` moves each. The seed gives the order.
pub(in super::super) fn walks(
    scope: Scope,
    seed: &str,
    without: &BTreeSet<Cell>,
    longest: usize,
) -> Vec<Walk> {
    let mut chance = chance(seed);
    let mut open: Vec<Cell> = cells(scope).into_iter().filter(|cell| !without.contains(cell)).collect();
    shuffle(&mut open, &mut chance);
    let mut walks = Vec::new();
    let mut walker = Walker::new(scope);
    while let Some(at) = walker.next(&open) {
        let cell = open.remove(at);
        walker.meet(cell, u8::try_from(chance.next_u64() % 200).unwrap_or(0));
        if walker.walk.moves.len() >= longest {
            walks.push(std::mem::replace(&mut walker, Walker::new(scope)).end());
        }
    }
    if !walker.walk.cells.is_empty() {
        walks.push(walker.end());
    }
    walks
}

struct Walker {
    scope: Scope,
    walk: Walk,
    /// How many uploads were created.
    created: u8,
    /// The upload that calls are about, and what it is.
    current: Option<(u8, State)>,
    /// An upload of the key beside.
    beside: Option<u8>,
    object: bool,
}

impl Walker {
    fn new(scope: Scope) -> Self {
        Self { scope, walk: Walk::default(), created: 0, current: None, beside: None, object: false }
    }

    fn end(self) -> Walk {
        self.walk
    }

    /// The cell to go to: where nothing has to be done first, and what changes nothing, comes first.
    fn next(&self, open: &[Cell]) -> Option<usize> {
        let effort = |cell: &Cell| {
            let there = match cell.state {
                State::Unknown => true,
                State::OfAnotherKey => self.beside.is_some(),
                state => self.current.is_some_and(|(_, current)| current == state),
            };
            (!there || cell.object != self.object, !cell.doing.keeps(cell.state))
        };
        (0..open.len()).min_by_key(|at| effort(&open[*at]))
    }

    fn add(&mut self, next: Move) {
        self.walk.moves.push(next);
    }

    fn create(&mut self, key: u8) -> u8 {
        self.add(Move::Create { key, sequential: false });
        self.created += 1;
        self.created - 1
    }

    /// Brings about a state.
    fn reach(&mut self, state: State, object: bool, more: u8) {
        if self.object != object {
            self.leave();
            match object {
                // An object can come of a put, or of an upload.
                true if more.is_multiple_of(2) => self.add(Move::Put { key: KEY, size: Size::Tiny(more) }),
                true => {
                    let upload = self.create(KEY);
                    self.add(Move::Part { upload, number: Number::Low(1), size: Size::Tiny(more) });
                    self.add(Move::Complete { upload, list: Listing::Exact });
                }
                false => self.add(Move::Delete { key: KEY }),
            }
            self.object = object;
        }
        match state {
            State::Unknown => return,
            State::OfAnotherKey => return self.have_one_beside(more),
            _ if self.current.is_some_and(|(_, current)| current == state) => return,
            _ => {}
        }
        self.leave();
        let upload = self.create(KEY);
        let part = |number, size| Move::Part { upload, number: Number::Low(number), size };
        let one = part(0, Size::Tiny(more));
        match state {
            State::Empty | State::Unknown | State::OfAnotherKey => {}
            State::OnePart => self.add(one),
            State::Several => {
                // Parts need not come in the order of their numbers.
                self.add(part(2, Size::Tiny(more)));
                self.add(part(0, Size::Full));
            }
            State::Replaced => {
                self.add(one);
                // What a refused completion has looked at may be kept.
                self.add(Move::Complete { upload, list: Listing::WrongETag(0) });
                // Larger, or smaller, whose end must not stay.
                let other = if more.is_multiple_of(2) { more.wrapping_add(1) } else { more.wrapping_sub(1) };
                self.add(part(0, Size::Tiny(other)));
            }
            State::UnderWay => {
                self.add(one);
                self.add(Move::Hold { upload, number: 1 });
            }
            State::Completed => {
                self.add(one);
                self.add(Move::Complete { upload, list: Listing::Exact });
                if !object {
                    self.add(Move::Delete { key: KEY });
                }
            }
            State::Aborted => {
                self.add(one);
                self.add(Move::Abort { upload });
            }
        }
        self.current = Some((upload, state));
    }

    /// Creates an upload of the key beside, with a part, if there is none.
    fn have_one_beside(&mut self, more: u8) {
        if self.beside.is_none() {
            let upload = self.create(BESIDE);
            self.add(Move::Part { upload, number: Number::Low(0), size: Size::Tiny(more) });
            self.beside = Some(upload);
        }
    }

    /// Nothing is under way any more.
    fn leave(&mut self) {
        if let Some((_, State::UnderWay)) = self.current {
            self.add(Move::Release { held: 0 });
        }
        // A put or a deletion behind it makes what it was another thing.
        if self.current.is_some_and(|(_, state)| !state.is_closed()) {
            self.current = None;
        }
    }

    /// The body that was under way comes to its end behind that of its upload, which is looked at before and after.
    fn release_between_looks(&mut self, current: Option<(u8, State)>) {
        let look = current.map(|(upload, _)| Move::ListParts { upload, paged: false, after: 0 });
        self.walk.moves.extend(look.clone());
        // It may go to the upload that comes next.
        let next = self.create(KEY);
        self.add(Move::Release { held: 0 });
        self.walk.moves.extend(look);
        self.add(Move::ListParts { upload: next, paged: false, after: 0 });
    }

    /// Brings about the state of a cell, and does what it is about.
    fn meet(&mut self, cell: Cell, more: u8) {
        let is_foreign = matches!(cell.doing, Doing::Complete(Listing::Foreign(_)));
        // Besides the upload of another key there has to be one more, with a part.
        if is_foreign && cell.state == State::OfAnotherKey {
            self.reach(State::OnePart, cell.object, more);
        }
        self.reach(cell.state, cell.object, more);
        if is_foreign {
            self.have_one_beside(more);
        }
        let upload = match cell.state {
            State::Unknown => 0,
            State::OfAnotherKey => self.beside.unwrap_or(0),
            _ => self.current.map_or(0, |(upload, _)| upload),
        };
        let part = |number| Move::Part { upload, number: Number::Low(number), size: Size::Tiny(more) };
        let call = match cell.doing {
            Doing::Create => Move::Create { key: KEY, sequential: false },
            Doing::Part => part(3),
            Doing::PartAgain => part(0),
            Doing::Copy | Doing::CopyAgain => {
                let number = Number::Low(if cell.doing == Doing::Copy { 3 } else { 0 });
                if self.scope.shared {
                    Move::CopyShared { upload, number, size: Size::Tiny(more) }
                } else {
                    self.add(Move::Put { key: 2, size: Size::Tiny(more) });
                    Move::Copy { upload, number, source: 2, ranged: more.is_multiple_of(2) }
                }
            }
            Doing::Complete(list) => Move::Complete { upload, list },
            Doing::Abort => Move::Abort { upload },
            Doing::ListParts => Move::ListParts { upload, paged: false, after: 0 },
            // Of the first and the third part, a page of one, or what is behind the second, which is none; elsewhere
            // behind any number.
            Doing::PageOfParts if cell.state == State::Several => {
                Move::ListParts { upload, paged: true, after: if cell.object { 2 } else { 0 } }
            }
            Doing::PageOfParts => Move::ListParts { upload, paged: true, after: more % 4 },
            Doing::ListUploads => Move::ListUploads { paged: false },
            Doing::ListObjects => Move::ListObjects,
            Doing::Put => Move::Put { key: KEY, size: Size::Tiny(more) },
            Doing::Get => Move::Get { key: KEY, range: Range::Whole },
            Doing::GetRange => Move::Get { key: KEY, range: Range::First },
            Doing::Head => Move::Head { key: KEY },
            Doing::Delete => Move::Delete { key: KEY },
        };
        let id = match cell.state {
            State::Unknown => Some(Id::Unknown),
            State::OfAnotherKey => Some(Id::OfAnotherKey),
            _ => None,
        };
        let names_an_upload = call.clone().upload_mut().is_some();
        match id.filter(|_| names_an_upload) {
            Some(id) => self.add(Move::Astray { key: KEY, id, call: Box::new(call) }),
            None => self.add(call),
        }
        self.walk.cells.push((self.walk.moves.len() - 1, cell));
        self.came_to(cell);
        // What a call should have done, or should not, shows at once.
        if matches!(cell.doing, Doing::PartAgain | Doing::CopyAgain) && !cell.state.is_closed() {
            self.add(Move::ListParts { upload, paged: false, after: 0 });
        }
        if matches!(cell.doing, Doing::Complete(_) | Doing::Abort | Doing::Put | Doing::Delete) {
            self.add(Move::Get { key: KEY, range: Range::Whole });
        }
    }

    /// What is afterwards, where the documents are kept.
    fn came_to(&mut self, cell: Cell) {
        let here = self.current.filter(|_| !matches!(cell.state, State::Unknown | State::OfAnotherKey));
        match cell.doing {
            _ if cell.doing.keeps(cell.state) => {}
            Doing::Create => {
                self.leave();
                self.created += 1;
                self.current = Some((self.created - 1, State::Empty));
            }
            Doing::Put | Doing::Delete => {
                self.leave();
                self.object = cell.doing == Doing::Put;
            }
            Doing::Complete(list) if completes(cell.state, list) => {
                if cell.state == State::UnderWay {
                    self.release_between_looks(here);
                }
                self.current = here.map(|(upload, _)| (upload, State::Completed));
                self.object = true;
            }
            Doing::Abort => {
                if cell.state == State::UnderWay {
                    self.release_between_looks(here);
                }
                // What was under way may have stayed.
                self.current = here
                    .filter(|_| cell.state != State::UnderWay)
                    .map(|(upload, _)| (upload, State::Aborted));
            }
            _ => match (cell.state, cell.doing) {
                (State::Empty, Doing::Part) => {
                    self.current = here.map(|(upload, _)| (upload, State::OnePart));
                }
                (State::OnePart, Doing::PartAgain | Doing::CopyAgain) => {
                    self.current = here.map(|(upload, _)| (upload, State::Replaced));
                }
                _ => {
                    self.leave();
                    self.current = None;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_met_once() {
        for provider in ["aws-s3", "alibaba-oss", "storj"] {
            let provider = mpuspec_mock::provider::load(provider).expect("it is bundled");
            let scope = Scope::of(&provider, "http");
            let walks = walks(scope, "seed", &BTreeSet::new(), 40);
            let mut met: Vec<Cell> =
                walks.iter().flat_map(|walk| &walk.cells).map(|(_, cell)| *cell).collect();
            met.sort();
            let mut all = cells(scope);
            all.sort();
            assert_eq!(met, all);
            assert!((280..=450).contains(&all.len()), "{}", all.len());
            assert!(walks.len() <= 40, "{}", walks.len());
        }
    }
}
