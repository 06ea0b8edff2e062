//! Moves that differ a little from others.

use super::moves::Move;

/// As many moves are enough.
const MOST: usize = 60;

/// A variation of some moves, with moves of others. `below` gives a number below another one.
pub(super) fn varied(moves: &[Move], others: &[Move], below: &mut impl FnMut(usize) -> usize) -> Vec<Move> {
    let mut moves = moves.to_vec();
    for _ in 0..=below(3) {
        let at = below(moves.len());
        match below(5) {
            0 if moves.len() > 2 => _ = moves.remove(at),
            1 => moves.extend(moves.get(at).cloned()),
            2 if at + 1 < moves.len() => moves.swap(at, at + 1),
            3 if !others.is_empty() => moves.insert(at, others[below(others.len())].clone()),
            _ => together(&mut moves, at),
        }
    }
    moves.truncate(MOST);
    moves
}

/// Makes one race of a single call and the one behind it.
fn together(moves: &mut Vec<Move>, at: usize) {
    let is_single = |next: Option<&Move>| {
        next.is_some_and(|next| {
            !matches!(next, Move::Race(_) | Move::Hold { .. } | Move::Release { .. } | Move::Restart)
        })
    };
    if is_single(moves.get(at)) && is_single(moves.get(at + 1)) {
        let behind = moves.remove(at + 1);
        let first = std::mem::replace(&mut moves[at], Move::ListObjects);
        moves[at] = Move::Race(vec![first, behind]);
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::Rng as _;

    use super::super::plan::chance;
    use super::*;

    #[test]
    fn a_variation_has_moves_of_both() {
        let (one, other) = (vec![Move::Head { key: 0 }; 4], vec![Move::Delete { key: 1 }; 4]);
        let mut chance = chance("seed");
        let mut below = |most: usize| usize::try_from(chance.next_u64() % most.max(1) as u64).unwrap_or(0);
        let all: Vec<Vec<Move>> = (0..40).map(|_| varied(&one, &other, &mut below)).collect();
        assert!(all.iter().all(|moves| (1..=MOST).contains(&moves.len())));
        let has = |is: fn(&Move) -> bool| all.iter().flatten().any(is);
        assert!(has(|next| matches!(next, Move::Race(_))));
        assert!(has(|next| matches!(next, Move::Delete { .. })));
    }
}
