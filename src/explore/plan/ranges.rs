//! Ranges of objects whose parts have unlike sizes.

use super::super::moves::{Listing, Move, Number, Range, Size};
use super::super::scope::Scope;

const KEY: u8 = 0;
const UPLOAD: u8 = 0;

/// Three parts, of which the first two are as large as they must be and a little more, each by another little; read across the
/// ends of both. A server that counts with equal parts finds other bytes behind the second.
pub(in super::super) fn parts_of_unlike_sizes(scope: Scope) -> Vec<Vec<Move>> {
    if scope.costly && !scope.shared {
        return Vec::new();
    }
    let part = |number, size| {
        let number = Number::Low(number);
        match scope.shared {
            true => Move::CopyShared { upload: UPLOAD, number, size },
            false => Move::Part { upload: UPLOAD, number, size },
        }
    };
    let get = |range| Move::Get { key: KEY, range };
    let object = |sent: [u8; 3]| {
        let mut moves = vec![Move::Create { key: KEY, sequential: false }];
        // The last is the smallest, whenever it is sent.
        moves.extend(sent.map(|number| part(number, if number == 2 { Size::Mixing(3) } else { Size::Full })));
        moves.push(Move::Complete { upload: UPLOAD, list: Listing::Exact });
        moves.extend([Range::SecondBorder, Range::Border, Range::First].map(get));
        moves.push(Move::Head { key: KEY });
        moves
    };
    [[0, 1, 2], [2, 1, 0]].map(object).to_vec()
}
