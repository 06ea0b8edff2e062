//! Pairs of calls at the same time.

use std::fmt;

use super::super::moves::{Listing, Move, Number, Range, Size};
use super::super::scope::Scope;

/// A call that takes part in a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) enum Lane {
    Complete,
    /// A completion with another list.
    CompleteOther,
    /// A completion of another upload of the key.
    CompleteBeside,
    Abort,
    /// A part that the completion lists.
    ListedPart,
    /// A part that no completion lists.
    UnlistedPart,
    CopyOver,
    /// A copy from the object under the key, to an upload beside.
    CopyFrom,
    Create,
    Put,
    Delete,
    Get,
    GetRange,
    Head,
    ListParts,
    ListUploads,
    ListObjects,
}

/// Two calls at the same time, and whether an object is under the key before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) struct Pair {
    pub(in super::super) lanes: [Lane; 2],
    pub(in super::super) object: bool,
}

const LANES: [Lane; 17] = [
    Lane::Complete,
    Lane::CompleteOther,
    Lane::CompleteBeside,
    Lane::Abort,
    Lane::ListedPart,
    Lane::UnlistedPart,
    Lane::CopyOver,
    Lane::CopyFrom,
    Lane::Create,
    Lane::Put,
    Lane::Delete,
    Lane::Get,
    Lane::GetRange,
    Lane::Head,
    Lane::ListParts,
    Lane::ListUploads,
    Lane::ListObjects,
];

/// Pairs in which servers have lost, mixed or revived something; each with and without an object before.
const DANGEROUS: [[Lane; 2]; 20] = [
    [Lane::Complete, Lane::CompleteBeside],
    [Lane::Complete, Lane::ListObjects],
    [Lane::Complete, Lane::CopyFrom],
    [Lane::CopyFrom, Lane::Put],
    [Lane::Complete, Lane::Complete],
    [Lane::Complete, Lane::CompleteOther],
    [Lane::Complete, Lane::Abort],
    [Lane::Complete, Lane::ListedPart],
    [Lane::Complete, Lane::UnlistedPart],
    [Lane::Complete, Lane::CopyOver],
    [Lane::Complete, Lane::Put],
    [Lane::Complete, Lane::Delete],
    [Lane::Complete, Lane::Get],
    [Lane::CompleteOther, Lane::CompleteOther],
    [Lane::Abort, Lane::ListedPart],
    [Lane::Abort, Lane::Abort],
    [Lane::ListedPart, Lane::ListedPart],
    [Lane::ListedPart, Lane::ListParts],
    [Lane::Put, Lane::Put],
    [Lane::Put, Lane::Get],
];

impl Lane {
    fn writes(self) -> bool {
        self < Self::Get
    }

    fn completes(self) -> bool {
        matches!(self, Self::Complete | Self::CompleteOther | Self::CompleteBeside)
    }

    /// Whether it sends a part of the upload.
    fn sends_parts(self) -> bool {
        matches!(self, Self::ListedPart | Self::UnlistedPart | Self::CopyOver)
    }

    fn can_be(self, scope: Scope) -> bool {
        match self {
            Self::CopyOver | Self::CopyFrom => scope.copies,
            Self::ListUploads => scope.listings,
            Self::ListObjects => scope.objects,
            _ => true,
        }
    }

    /// Whether it moves the bytes of a part or an object, which can be mixed with others'.
    fn moves_bytes(self) -> bool {
        matches!(
            self,
            Self::ListedPart
                | Self::UnlistedPart
                | Self::CopyOver
                | Self::CopyFrom
                | Self::CompleteBeside
                | Self::Put
                | Self::Get
                | Self::GetRange
        )
    }
}

/// Every pair of which one writes, with and without an object.
pub(in super::super) fn pairs(scope: Scope) -> Vec<Pair> {
    let lanes: Vec<Lane> = LANES.into_iter().filter(|lane| lane.can_be(scope)).collect();
    let mut found = Vec::new();
    for (at, first) in lanes.iter().enumerate() {
        for second in &lanes[at..] {
            // What one of the key does beside others, any other one does.
            let is_beside = |lane: &Lane| *lane == Lane::CompleteBeside;
            if (is_beside(first) || is_beside(second)) && *first != Lane::Complete {
                continue;
            }
            if first.writes() || second.writes() {
                let lanes = [*first, *second];
                let needs_object = lanes.contains(&Lane::CopyFrom);
                found.extend(
                    [false, true]
                        .into_iter()
                        .filter(|object| *object || !needs_object)
                        .map(|object| Pair { lanes, object }),
                );
            }
        }
    }
    found
}

/// Whether servers have failed at it.
pub(in super::super) fn dangerous(pair: &Pair) -> bool {
    DANGEROUS.contains(&pair.lanes)
}

/// The newest upload.
const NEWEST: u8 = u8::MAX;
const KEY: u8 = 0;
const BESIDE: u8 = 1;
/// What is copied over a part, where the run has no object to copy from.
const SOURCE: u8 = 2;

impl Pair {
    fn has(&self, is: impl Fn(Lane) -> bool) -> bool {
        self.lanes.into_iter().any(is)
    }

    fn copies_from(&self) -> bool {
        self.has(|lane| lane == Lane::CopyFrom)
    }

    /// Whether parts are sent that nothing completes meanwhile.
    fn is_completed_afterwards(&self) -> bool {
        self.has(Lane::sends_parts) && !self.has(|lane| lane.completes() || lane == Lane::Abort)
    }

    /// Whether a round of this number has an upload of several parts.
    fn is_of_several(&self, round: u32, scope: Scope) -> bool {
        // What is copied from such an object would be as large.
        let affordable = (scope.shared || !scope.costly) && !self.copies_from();
        // So that of all completions, those of states and draws too, a quarter have several parts.
        affordable
            && (self.has(Lane::completes) || self.is_completed_afterwards())
            && matches!(round % 7, 1 | 3 | 5)
    }

    /// One round: what is prepared, the calls at the same time, and what is looked at afterwards.
    pub(in super::super) fn moves(&self, round: u32, scope: Scope) -> Vec<Move> {
        let more = u8::try_from(round * 37 % 199).unwrap_or(0);
        let several = self.is_of_several(round, scope);
        let mixes = self.has(Lane::completes) && self.has(Lane::moves_bytes);
        let size = |which: u8| match mixes {
            true => Size::Mixing(more.wrapping_add(which.wrapping_mul(29))),
            false => Size::Tiny(more.wrapping_add(which)),
        };
        // What is there before costs no bytes where it can be copied.
        let part = |number, size| {
            let number = Number::Low(number);
            match scope.shared && matches!(size, Size::Mixing(_)) {
                true => Move::CopyShared { upload: NEWEST, number, size },
                false => Move::Part { upload: NEWEST, number, size },
            }
        };
        let mut moves = Vec::new();
        if self.copies_from() {
            moves.push(Move::Create { key: BESIDE, sequential: false });
        }
        if self.has(|lane| lane == Lane::CopyOver) && !scope.shared {
            moves.push(Move::Put { key: SOURCE, size: size(3) });
        }
        // What nobody touches has to stay in listings.
        if self.has(|lane| lane == Lane::ListUploads) {
            moves.push(Move::Create { key: BESIDE, sequential: false });
        }
        if self.has(|lane| lane == Lane::ListObjects) {
            moves.push(Move::Put { key: BESIDE, size: Size::Tiny(more) });
        }
        if self.object {
            // To see a mixture the newer bytes suffice.
            let size = if round.is_multiple_of(3) { size(1) } else { Size::Tiny(more) };
            moves.push(Move::Put { key: KEY, size });
        }
        if self.has(|lane| lane == Lane::CompleteBeside) {
            moves.push(Move::Create { key: KEY, sequential: false });
            moves.push(part(0, size(5)));
        }
        moves.push(Move::Create { key: KEY, sequential: false });
        moves.push(part(0, if several { Size::Full } else { size(0) }));
        let two = several || self.has(|lane| lane == Lane::CompleteOther);
        if two {
            moves.push(part(1, if several { Size::Mixing(more) } else { size(2) }));
        }
        let calls = self.lanes.map(|lane| self.call(lane, several, scope, &size));
        let mut calls = calls.to_vec();
        if self.has(Lane::completes) {
            calls.extend(self.readers());
        }
        moves.push(Move::Race(calls));
        if self.is_completed_afterwards() {
            // One of those that were there at the same time is the part, with its bytes.
            moves.push(Move::ListParts { upload: NEWEST, paged: false, after: 0 });
            moves.extend(
                [Listing::Exact, Listing::Superseded].map(|list| Move::Complete { upload: NEWEST, list }),
            );
            moves.push(Move::Get { key: KEY, range: Range::Whole });
            return moves;
        }
        // The bytes first: a server whose listings are known to be wrong is judged up to there.
        moves.push(Move::Get { key: KEY, range: Range::Whole });
        if self.copies_from() {
            moves.push(Move::Complete { upload: 0, list: Listing::Exact });
            moves.push(Move::Get { key: BESIDE, range: Range::Whole });
        }
        moves.push(Move::ListParts { upload: NEWEST, paged: false, after: 0 });
        moves
    }

    /// Reads that run through a completion.
    fn readers(&self) -> Vec<Move> {
        let get = |range| Move::Get { key: KEY, range };
        vec![get(Range::Whole), get(Range::First), get(Range::Whole), Move::Head { key: KEY }]
    }

    fn call(&self, lane: Lane, several: bool, scope: Scope, size: &dyn Fn(u8) -> Size) -> Move {
        let part = |number, size| Move::Part { upload: NEWEST, number: Number::Low(number), size };
        // The bit of a part is its place in the list, counted from one.
        let only = |number: u8| Listing::Some(1 << number);
        match lane {
            Lane::Complete if !several && self.has(|lane| lane == Lane::CompleteOther) => {
                Move::Complete { upload: NEWEST, list: only(1) }
            }
            Lane::Complete => Move::Complete { upload: NEWEST, list: Listing::Exact },
            Lane::CompleteOther if several => Move::Complete { upload: NEWEST, list: only(1) },
            Lane::CompleteOther => Move::Complete { upload: NEWEST, list: only(2) },
            Lane::CompleteBeside => Move::Complete { upload: 0, list: Listing::Exact },
            Lane::Abort => Move::Abort { upload: NEWEST },
            // Over a part of several that is not the last it would be too small.
            Lane::ListedPart => part(u8::from(several), size(4)),
            Lane::UnlistedPart => part(3, Size::Tiny(5)),
            Lane::CopyOver if scope.shared => {
                let number = Number::Low(u8::from(several));
                Move::CopyShared { upload: NEWEST, number, size: size(6) }
            }
            Lane::CopyOver => {
                Move::Copy { upload: NEWEST, number: Number::Low(0), source: SOURCE, ranged: false }
            }
            Lane::CopyFrom => Move::Copy { upload: 0, number: Number::Low(0), source: KEY, ranged: false },
            Lane::Create => Move::Create { key: KEY, sequential: false },
            Lane::Put => Move::Put { key: KEY, size: size(7) },
            Lane::Delete => Move::Delete { key: KEY },
            Lane::Get => Move::Get { key: KEY, range: Range::Whole },
            Lane::GetRange => Move::Get { key: KEY, range: Range::First },
            Lane::Head => Move::Head { key: KEY },
            Lane::ListParts => Move::ListParts { upload: NEWEST, paged: false, after: 0 },
            Lane::ListUploads => Move::ListUploads { paged: false },
            Lane::ListObjects => Move::ListObjects,
        }
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Complete => "complete_upload",
            Self::CompleteOther => "complete_upload with another list",
            Self::CompleteBeside => "complete_upload of another upload",
            Self::Abort => "abort_upload",
            Self::ListedPart => "upload_part of a listed part",
            Self::UnlistedPart => "upload_part of an unlisted part",
            Self::CopyOver => "upload_part_copy over a part",
            Self::CopyFrom => "upload_part_copy from the object",
            Self::Create => "create_upload",
            Self::Put => "put_object",
            Self::Delete => "delete_object",
            Self::Get => "get_object",
            Self::GetRange => "get_object with a range",
            Self::Head => "head_object",
            Self::ListParts => "list_parts",
            Self::ListUploads => "list_uploads",
            Self::ListObjects => "list_objects",
        })
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = if self.object { "an object" } else { "no object" };
        write!(f, "{} | {}, {object}", self.lanes[0], self.lanes[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_each_pair_one_writes() {
        let provider = mpuspec_mock::provider::load("aws-s3").expect("it is bundled");
        let pairs = pairs(Scope::of(&provider, "http"));
        assert_eq!(pairs.len(), 216);
        assert_eq!(pairs.iter().filter(|pair| dangerous(pair)).count(), 38);
    }
}
