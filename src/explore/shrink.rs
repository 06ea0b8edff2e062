//! Looks for the smallest draw that shows what a large one has shown, on the endpoint itself.
//!
//! Leaving out a creation gives all later numbers of uploads another meaning: so uploads go with all that is about
//! them, and numbers follow. Behind that single steps of the case are left out, and bodies become small.

use std::sync::Arc;

use super::draw::Draw;
use super::explorer::{Explorer, Share};
use super::moves::{Listing, Move, Size};
use super::script::steps_of;
use super::shown::Shown;
use super::signature::{ALONE, Signature};
use super::smaller::{pinned, places, smaller};

/// The search for one finding.
struct Search<'s> {
    signature: &'s Signature,
    /// How often a case has to be run to show again what it showed once.
    attempts: u32,
    share: Share,
}

impl Explorer<'_> {
    /// Looks for the smallest draw that shows the same.
    pub(super) async fn shrink(
        &mut self,
        shown: Shown,
        signature: &Signature,
        attempts: u32,
        share: Share,
    ) -> Shown {
        let search = Search { signature, attempts, share };
        let mut small = self.without_the_end(&search, shown).await;
        small = self.with_small_bodies(&search, small).await;
        small = self.with_own_parts(&search, small).await;
        small = self.by_moves(&search, small).await;
        small = self.by_sizes(&search, small).await;
        self.by_steps(&search, small).await
    }

    async fn tries(&mut self, search: &Search<'_>, draw: Draw) -> Option<Shown> {
        self.all_tries(search, vec![draw]).await.pop().flatten()
    }

    async fn all_tries(&mut self, search: &Search<'_>, draws: Vec<Draw>) -> Vec<Option<Shown>> {
        self.showing(draws, search.signature, search.attempts, search.share).await
    }

    /// Leaves out the moves behind the last one that is told, and the look at everything.
    async fn without_the_end(&mut self, search: &Search<'_>, shown: Shown) -> Shown {
        let moves = &shown.draw.moves;
        let calls = shown.explanation.stuck.iter().chain(&shown.told.calls);
        let last = calls.max().copied().unwrap_or(usize::MAX);
        // A call of the history is a step, or a lane of one; listings are several.
        let before = shown.history.calls.get(..last).unwrap_or_default();
        let moves_before = before.iter().filter(|call| call.client == ALONE || call.client == "one").count();
        let steps = steps_of(moves, self.scope);
        let end = steps.iter().position(|step| step.is_some_and(|step| step >= moves_before));
        let until = end.map_or(moves.len(), |end| end + 1);
        let open = Draw { closes: false, ..shown.draw.with(moves[..until].to_vec(), None) };
        if let Some(fewer) = self.tries(search, open).await {
            return fewer;
        }
        let open = Draw { closes: false, ..shown.draw.with(moves.clone(), None) };
        self.tries(search, open).await.unwrap_or(shown)
    }

    /// Leaves out what can be left out, until nothing can.
    async fn by_moves(&mut self, search: &Search<'_>, small: Shown) -> Shown {
        let moves = pinned(&small.draw.moves);
        let without = |draw: &Draw, gone: &[usize]| {
            let mut moves = pinned(&draw.moves);
            // From the end, so that what stands before keeps its place.
            for at in gone.iter().rev() {
                moves = smaller(&moves, *at).unwrap_or(moves);
            }
            draw.with(moves, None)
        };
        let start = Shown { draw: Arc::new(small.draw.with(moves, None)), ..small };
        self.without_some(search, start, &|draw| places(&draw.moves), &without).await
    }

    /// Leaves out single things side by side; those that can be left out each are left out together, or else as many of
    /// them as can. Over and over, until none can be.
    async fn without_some(
        &mut self,
        search: &Search<'_>,
        mut small: Shown,
        count: &(dyn Fn(&Draw) -> usize + Sync),
        without: &(dyn Fn(&Draw, &[usize]) -> Draw + Sync),
    ) -> Shown {
        loop {
            let each = (0..count(&small.draw)).map(|at| without(&small.draw, &[at])).collect();
            let found = self.all_tries(search, each).await;
            let mut gone: Vec<usize> = (0..found.len()).filter(|at| found[*at].is_some()).collect();
            let Some(one) = found.into_iter().flatten().next() else { return small };
            let mut next = None;
            while gone.len() > 1 && next.is_none() {
                next = self.tries(search, without(&small.draw, &gone)).await;
                gone.truncate(gone.len() / 2);
            }
            small = next.unwrap_or(one);
        }
    }

    /// Makes all bodies small at once, so that further trials cost few bytes.
    async fn with_small_bodies(&mut self, search: &Search<'_>, small: Shown) -> Shown {
        match changed_all(&small.draw.moves, &shortened) {
            None => small,
            Some(moves) => self.tries(search, small.draw.with(moves, None)).await.unwrap_or(small),
        }
    }

    /// Lets lists name nothing of another upload, which then can be left out.
    async fn with_own_parts(&mut self, search: &Search<'_>, small: Shown) -> Shown {
        for list in [Listing::Exact, Listing::WrongETag(0), Listing::NeverSent] {
            let Some(moves) = changed_all(&small.draw.moves, &|next| relisted(next, list)) else { break };
            if let Some(shown) = self.tries(search, small.draw.with(moves, None)).await {
                return shown;
            }
        }
        small
    }

    /// Makes bodies small, one after the other.
    async fn by_sizes(&mut self, search: &Search<'_>, mut small: Shown) -> Shown {
        for at in 0..small.draw.moves.len() {
            let mut moves = small.draw.moves.clone();
            if changed(&mut moves[at], &shortened)
                && let Some(shown) = self.tries(search, small.draw.with(moves, None)).await
            {
                small = shown;
            }
        }
        small
    }

    /// Leaves out the steps that nothing hangs on.
    async fn by_steps(&mut self, search: &Search<'_>, small: Shown) -> Shown {
        let Some(text) = small.draw.text(self.scope, "") else { return small };
        let all: Vec<usize> = (0..text.matches("\n  - ").count()).collect();
        let kept = |draw: &Draw| draw.steps.clone().unwrap_or_else(|| all.clone());
        let without = |draw: &Draw, gone: &[usize]| {
            let places = kept(draw).into_iter().enumerate().filter(|(at, _)| !gone.contains(at));
            draw.with(draw.moves.clone(), Some(places.map(|(_, step)| step).collect()))
        };
        self.without_some(search, small, &|draw| kept(draw).len(), &without).await
    }
}

/// Moves with a change to each that can be changed; nothing where none can.
fn changed_all(moves: &[Move], change: &dyn Fn(&mut Move) -> bool) -> Option<Vec<Move>> {
    let mut moves = moves.to_vec();
    // Each of them, not the first alone.
    let could = moves.iter_mut().map(|next| changed(next, change)).filter(|could| *could).count();
    (could > 0).then_some(moves)
}

/// Changes a move, or those of its lanes. Returns whether something could be changed.
fn changed(next: &mut Move, change: &dyn Fn(&mut Move) -> bool) -> bool {
    match next {
        Move::Lane { call, .. } => changed(call, change),
        Move::Race(lanes) => {
            lanes.iter_mut().map(|lane| changed(lane, change)).filter(|could| *could).count() > 0
        }
        next => change(next),
    }
}

/// Lets a list name these parts, if it named one of another upload.
fn relisted(next: &mut Move, own: Listing) -> bool {
    match next {
        Move::Complete { list: list @ Listing::Foreign(_), .. } => {
            *list = own;
            true
        }
        _ => false,
    }
}

/// Makes the body of a call short, if it is not.
fn shortened(next: &mut Move) -> bool {
    match next {
        Move::Part { size, .. } | Move::CopyShared { size, .. } | Move::Put { size, .. } => {
            let large = !matches!(size, Size::Tiny(_) | Size::Empty);
            if large {
                *size = Size::Tiny(1);
            }
            large
        }
        _ => false,
    }
}
