//! Clients that go away, that send again what may still run, and that read slowly.

use rand_chacha::rand_core::Rng;

use super::super::moves::{Conduct, Listing, Move, Number, Range, Size};
use super::super::scope::Scope;
use super::chance;

/// What is done with an upload of one part.
type Round = fn(Moments) -> Vec<Move>;

/// When things happen, in microseconds.
#[derive(Clone, Copy)]
struct Moments {
    /// When the first client goes away.
    leaves: u32,
    /// When the next call is sent.
    again: u32,
    /// Sizes differ by this.
    more: u8,
}

const NEWEST: u8 = u8::MAX;
const KEY: u8 = 0;
const BESIDE: u8 = 1;
/// How long a slow reader waits.
const PAUSE: u32 = 30_000;

fn lane(conduct: Conduct, call: Move) -> Move {
    Move::Lane { conduct, call: Box::new(call) }
}

fn late(by: u32, call: Move) -> Move {
    if by == 0 { call } else { lane(Conduct::Late(by), call) }
}

fn complete() -> Move {
    Move::Complete { upload: NEWEST, list: Listing::Exact }
}

fn abort() -> Move {
    Move::Abort { upload: NEWEST }
}

fn part(number: u8, size: Size) -> Move {
    Move::Part { upload: NEWEST, number: Number::Low(number), size }
}

fn get(range: Range) -> Move {
    Move::Get { key: KEY, range }
}

/// A call whose client goes away, and one that follows it.
fn left(at: Moments, first: Move, then: Move) -> Move {
    Move::Race(vec![lane(Conduct::Leaves(at.leaves), first), late(at.again, then), get(Range::Whole)])
}

/// A call whose client goes away in its body, and one beside it.
fn cut(at: Moments, first: Move, then: Move) -> Move {
    Move::Race(vec![lane(Conduct::LeavesInBody, first), late(at.again, then)])
}

/// Behind each of them it is completed, if it is not, and read.
const ROUNDS: [Round; 10] = [
    |at| vec![left(at, complete(), complete()), get(Range::Whole), complete()],
    |at| vec![left(at, complete(), abort())],
    |at| vec![left(at, abort(), complete())],
    |at| vec![left(at, complete(), Move::Put { key: KEY, size: Size::Tiny(at.more) })],
    |at| vec![left(at, complete(), Move::Delete { key: KEY }), get(Range::Whole)],
    |at| vec![left(at, part(0, Size::Mixing(at.more)), part(0, Size::Mixing(at.more / 2))), complete()],
    |at| vec![cut(at, part(0, Size::Mixing(at.more)), part(0, Size::Tiny(at.more))), complete()],
    |at| vec![cut(at, part(0, Size::Mixing(at.more)), complete())],
    |at| vec![cut(at, Move::Put { key: KEY, size: Size::Mixing(at.more) }, get(Range::Whole)), complete()],
    |at| {
        // The upload beside it takes a part from the object before anybody knows that it is there.
        let copy = Move::Copy { upload: 0, number: Number::Low(0), source: KEY, ranged: false };
        let race = Move::Race(vec![complete(), late(at.again, copy), get(Range::Whole)]);
        vec![
            race,
            Move::Complete { upload: 0, list: Listing::Exact },
            Move::Get { key: BESIDE, range: Range::Whole },
        ]
    },
];

/// Rounds in which a client goes away, or comes again, with and without an object before.
pub(in super::super) fn going_away(scope: Scope, seed: &str, times: u32) -> Vec<Vec<Move>> {
    let mut chance = chance(seed);
    let mut found = Vec::new();
    if !scope.holds {
        return found;
    }
    for time in 0..times {
        for round in ROUNDS {
            for object in [true, false] {
                let mut below = |most: u64| u32::try_from(chance.next_u64() % most).unwrap_or(0);
                // Some at once, some when the call is over.
                let leaves = [0, 200, 1_000, 4_000][time as usize % 4] + below(300);
                let again = if below(2) == 0 { 0 } else { leaves + below(1_000) };
                let at = Moments { leaves, again, more: u8::try_from(below(100)).unwrap_or(0) };
                let mut moves = Vec::new();
                if scope.copies {
                    moves.push(Move::Create { key: BESIDE, sequential: false });
                }
                moves.extend(object.then_some(Move::Put { key: KEY, size: Size::Tiny(at.more) }));
                moves.push(Move::Create { key: KEY, sequential: false });
                moves.push(part(0, Size::Tiny(at.more.wrapping_add(7))));
                moves.extend(round(at));
                moves.push(Move::ListParts { upload: NEWEST, paged: false, after: 0 });
                moves.extend([get(Range::Whole), complete(), get(Range::Whole)]);
                found.push(moves);
            }
        }
    }
    found
}

/// A slow read of a large object, of which most is still at the server when another takes its place.
pub(in super::super) fn reading_slowly(scope: Scope, times: u32) -> Vec<Vec<Move>> {
    if !scope.holds || (scope.costly && !scope.shared) {
        return Vec::new();
    }
    let upload_of_two = |more: u8| {
        let full = Move::CopyShared { upload: NEWEST, number: Number::Low(0), size: Size::Full };
        let full = if scope.shared { full } else { part(0, Size::Full) };
        [Move::Create { key: KEY, sequential: false }, full, part(1, Size::Tiny(more))]
    };
    let slow = || lane(Conduct::Pauses(PAUSE), get(Range::All));
    let writes = |at: u32| match at % 3 {
        0 => complete(),
        1 => Move::Put { key: KEY, size: Size::Tiny(9) },
        _ => Move::Delete { key: KEY },
    };
    let round = |at: u32| {
        let mut moves = Vec::new();
        moves.extend(upload_of_two(3));
        moves.push(complete());
        moves.extend(upload_of_two(9));
        moves.push(Move::Race(vec![late(2_000 + at % 4 * 3_000, writes(at)), slow()]));
        moves.extend([get(Range::Whole), Move::Head { key: KEY }]);
        moves
    };
    (0..times * 3).map(round).collect()
}
