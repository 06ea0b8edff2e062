//! What was acknowledged before a restart, and what is done with it afterwards.

use super::super::moves::{Listing, Move, Number, Range, Size};

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
    found
}
