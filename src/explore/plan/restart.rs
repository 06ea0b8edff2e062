//! What was acknowledged before a restart, and what is done with it afterwards.

use super::super::moves::{Conduct, Listing, Move, Number, Range, Size};

/// One key in a state.
type Prepared = fn(u8, u8) -> Vec<Move>;

fn part(upload: u8, number: u8, size: u8) -> Move {
    Move::Part { upload, number: Number::Low(number), size: Size::Tiny(size) }
}

fn create(key: u8) -> Move {
    Move::Create { key, sequential: false }
}

/// What a key can be, by the number of its upload and its own.
const PREPARED: [Prepared; 9] = [
    |_, key| vec![create(key)],
    |upload, key| vec![create(key), part(upload, 0, 3)],
    |upload, key| vec![create(key), part(upload, 0, 3), part(upload, 0, 9)],
    |upload, key| vec![create(key), part(upload, 0, 3), part(upload, 2, 5), Move::Abort { upload }],
    |upload, key| vec![create(key), part(upload, 0, 3), Move::Complete { upload, list: Listing::Exact }],
    |upload, key| {
        let put = Move::Put { key, size: Size::Tiny(11) };
        vec![put, create(key), part(upload, 0, 3), Move::Complete { upload, list: Listing::Exact }]
    },
    |upload, key| {
        let put = Move::Put { key, size: Size::Tiny(11) };
        vec![create(key), part(upload, 0, 3), put]
    },
    |upload, key| {
        let complete = Move::Complete { upload, list: Listing::Exact };
        vec![create(key), part(upload, 0, 3), complete, Move::Delete { key }]
    },
    |upload, key| {
        let (full, last) = (Size::Full, part(upload, 2, 5));
        vec![create(key), Move::Part { upload, number: Number::Low(0), size: full }, last]
    },
];

/// Each state across a restart, on three keys at a time; behind it each upload is completed, or aborted.
pub(in super::super) fn across_restarts() -> Vec<Vec<Move>> {
    let mut found = Vec::new();
    for completes in [true, false] {
        for prepared in PREPARED.chunks(3) {
            let mut moves = Vec::new();
            for (at, prepare) in prepared.iter().enumerate() {
                let number = u8::try_from(at).unwrap_or(0);
                moves.extend(prepare(number, number));
            }
            moves.push(Move::Restart);
            for upload in (0..3).take(prepared.len()) {
                moves.push(Move::Get { key: upload, range: Range::Whole });
                moves.push(Move::ListParts { upload, paged: false, after: 0 });
                moves.push(match completes {
                    true => Move::Complete { upload, list: Listing::Exact },
                    false => Move::Abort { upload },
                });
                moves.push(Move::Get { key: upload, range: Range::Whole });
            }
            found.push(moves);
        }
    }
    found.extend(cut_off());
    found
}

/// A call that runs on when its client has gone away, and a restart in the middle of it.
fn cut_off() -> Vec<Vec<Move>> {
    let (upload, key) = (0, 0);
    let get = || Move::Get { key, range: Range::Whole };
    let complete = || Move::Complete { upload, list: Listing::Exact };
    let mut found = Vec::new();
    for (object, leaves) in [(false, 100), (true, 600), (false, 2_000), (true, 5_000)] {
        let calls =
            [complete(), part(upload, 0, 9), Move::Abort { upload }, Move::Put { key, size: Size::Tiny(13) }];
        for call in calls {
            let call = Move::Lane { conduct: Conduct::Leaves(leaves), call: Box::new(call) };
            let mut moves = Vec::new();
            moves.extend(object.then_some(Move::Put { key, size: Size::Tiny(11) }));
            moves.extend([create(key), part(upload, 0, 3), Move::Race(vec![call, Move::Head { key }])]);
            moves.push(Move::Restart);
            moves.extend([get(), Move::ListParts { upload, paged: false, after: 0 }, complete(), get()]);
            found.push(moves);
        }
    }
    found
}
