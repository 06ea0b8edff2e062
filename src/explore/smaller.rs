//! Moves without one of them, where the others go on meaning the same.

use super::moves::Move;
use super::script::pick;

/// The same moves, which name uploads by position whatever else there is.
pub(super) fn pinned(moves: &[Move]) -> Vec<Move> {
    let mut moves = moves.to_vec();
    pin(&mut moves, &mut 0);
    moves
}

fn pin(moves: &mut [Move], count: &mut usize) {
    for next in moves {
        match next {
            Move::Create { .. } => *count += 1,
            Move::Race(lanes) => pin(lanes, count),
            Move::Lane { call, .. } => pin(std::slice::from_mut(call), count),
            other => {
                if let Some(upload) = other.upload_mut()
                    && let Some(at) = pick(*upload, *count)
                {
                    *upload = u8::try_from(at).unwrap_or(u8::MAX);
                }
            }
        }
    }
}

/// The moves without the one at a position; behind the last one, without one lane of a race that has three.
/// An upload goes with all that is about it.
pub(super) fn smaller(moves: &[Move], at: usize) -> Option<Vec<Move>> {
    let lanes = moves.iter().enumerate().flat_map(|(at, next)| match next {
        Move::Race(lanes) if lanes.len() > 2 => (0..lanes.len()).map(|lane| (at, Some(lane))).collect(),
        _ => Vec::new(),
    });
    let (at, lane) = (0..moves.len()).map(|at| (at, None)).chain(lanes).nth(at)?;
    let before: usize = moves[..at].iter().map(creations).sum();
    let mut kept = moves.to_vec();
    let (first, gone) = match (&mut kept[at], lane) {
        (Move::Race(lanes), Some(lane)) => {
            let first = before + lanes[..lane].iter().map(creations).sum::<usize>();
            (first, creations(&lanes.remove(lane)))
        }
        _ => (before, creations(&kept.remove(at))),
    };
    renumber(&mut kept, first, gone);
    Some(kept)
}

/// How many things can be left out of moves.
pub(super) fn places(moves: &[Move]) -> usize {
    let lanes = moves.iter().map(|next| match next {
        Move::Race(lanes) if lanes.len() > 2 => lanes.len(),
        _ => 0,
    });
    moves.len() + lanes.sum::<usize>()
}

fn creations(next: &Move) -> usize {
    match next {
        Move::Create { .. } => 1,
        Move::Lane { call, .. } => creations(call),
        Move::Race(lanes) => lanes.iter().map(creations).sum(),
        _ => 0,
    }
}

/// Takes the uploads out of all that follows.
fn renumber(moves: &mut Vec<Move>, first: usize, gone: usize) {
    moves.retain_mut(|next| {
        if let Move::Race(lanes) = next {
            renumber(lanes, first, gone);
            return !lanes.is_empty();
        }
        let Some(upload) = next.upload_mut() else { return true };
        let of = usize::from(*upload);
        if of >= first + gone {
            *upload = u8::try_from(of - gone).unwrap_or(u8::MAX);
        }
        !(first..first + gone).contains(&of)
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abort(upload: u8) -> Move {
        Move::Abort { upload }
    }

    fn create() -> Move {
        Move::Create { key: 0, sequential: false }
    }

    fn uploads(moves: &[Move]) -> Vec<u8> {
        moves.to_vec().iter_mut().filter_map(Move::upload_mut).map(|upload| *upload).collect()
    }

    #[test]
    fn an_upload_goes_with_all_that_is_about_it() {
        let moves = pinned(&[create(), create(), abort(4), abort(5), create(), abort(u8::MAX)]);
        assert_eq!(uploads(&moves), [0, 1, 2]);
        let fewer = smaller(&moves, 1).expect("there is a second");
        assert_eq!((fewer.len(), uploads(&fewer)), (4, vec![0, 1]));
        assert!(smaller(&moves, moves.len()).is_none());
    }

    #[test]
    fn a_race_of_three_can_lose_a_lane() {
        let race = Move::Race(vec![abort(0), create(), abort(1)]);
        let moves = pinned(&[create(), race, abort(1)]);
        // Behind the three moves come the three lanes.
        let fewer = smaller(&moves, 4).expect("the second lane");
        let Move::Race(lanes) = &fewer[1] else { panic!("it stays a race") };
        assert_eq!((uploads(lanes), fewer.len()), (vec![0], 2));
    }
}
