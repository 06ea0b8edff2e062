//! One call in one state of an upload and of the object under its key.

use std::fmt;

use super::super::moves::Listing;
use super::super::scope::Scope;

/// What an upload can be when a call names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) enum State {
    /// There never was one of this id.
    Unknown,
    /// It belongs to another key.
    OfAnotherKey,
    Empty,
    OnePart,
    Several,
    /// One part was sent again.
    Replaced,
    /// The body of a part has been sent by half.
    UnderWay,
    Completed,
    Aborted,
}

/// A call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) enum Doing {
    Create,
    Part,
    PartAgain,
    Copy,
    CopyAgain,
    Complete(Listing),
    Abort,
    ListParts,
    PageOfParts,
    ListUploads,
    ListObjects,
    Put,
    Get,
    GetRange,
    Head,
    Delete,
}

/// A call in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) struct Cell {
    pub(in super::super) state: State,
    /// Whether an object is under the key.
    pub(in super::super) object: bool,
    pub(in super::super) doing: Doing,
}

const STATES: [State; 9] = [
    State::Unknown,
    State::OfAnotherKey,
    State::Empty,
    State::OnePart,
    State::Several,
    State::Replaced,
    State::UnderWay,
    State::Completed,
    State::Aborted,
];

const LISTS: [Listing; 10] = [
    Listing::Exact,
    // The first part alone.
    Listing::Some(1 << 1),
    Listing::Turned,
    Listing::Twice,
    Listing::WrongETag(0),
    Listing::Superseded,
    Listing::Foreign(0),
    Listing::NeverSent,
    Listing::Empty,
    Listing::All,
];

impl State {
    /// Whether the upload has parts that a list can name.
    fn has_parts(self) -> bool {
        !matches!(self, Self::Unknown | Self::Empty)
    }

    /// Whether calls leave it as it is: it takes nothing any more, or never did.
    pub(super) fn is_closed(self) -> bool {
        matches!(self, Self::Unknown | Self::OfAnotherKey | Self::Completed | Self::Aborted)
    }
}

impl Doing {
    /// Whether it changes neither upload nor object in this state, where the documents are kept.
    pub(super) fn keeps(self, state: State) -> bool {
        match self {
            Self::ListParts
            | Self::PageOfParts
            | Self::ListUploads
            | Self::ListObjects
            | Self::Get
            | Self::GetRange
            | Self::Head => true,
            Self::Part | Self::PartAgain | Self::Copy | Self::CopyAgain | Self::Abort => state.is_closed(),
            Self::Complete(list) => state.is_closed() || !completes(state, list),
            Self::Create | Self::Put | Self::Delete => false,
        }
    }

    fn has_meaning(self, state: State, scope: Scope) -> bool {
        match self {
            Self::Copy => scope.copies,
            Self::ListUploads => scope.listings,
            Self::ListObjects => scope.objects,
            Self::PartAgain => state.has_parts(),
            Self::CopyAgain => scope.copies && state.has_parts(),
            Self::Complete(list) => match list {
                Listing::All => scope.complete_all,
                Listing::Exact | Listing::WrongETag(_) | Listing::Twice | Listing::Foreign(_) => {
                    state.has_parts()
                }
                Listing::Some(_) | Listing::Turned => state == State::Several,
                Listing::Superseded => state == State::Replaced,
                Listing::NeverSent | Listing::Empty => true,
            },
            _ => true,
        }
    }
}

/// Whether this list completes an upload in this state.
pub(super) fn completes(state: State, list: Listing) -> bool {
    match list {
        Listing::Exact | Listing::Some(_) | Listing::All => !state.is_closed() && state.has_parts(),
        _ => false,
    }
}

/// Every call in every state, where it has a meaning.
pub(in super::super) fn cells(scope: Scope) -> Vec<Cell> {
    let calls = [
        Doing::Create,
        Doing::Part,
        Doing::PartAgain,
        Doing::Copy,
        Doing::CopyAgain,
        Doing::Abort,
        Doing::ListParts,
        Doing::PageOfParts,
        Doing::ListUploads,
        Doing::ListObjects,
        Doing::Put,
        Doing::Get,
        Doing::GetRange,
        Doing::Head,
        Doing::Delete,
    ];
    let calls: Vec<Doing> = calls.into_iter().chain(LISTS.map(Doing::Complete)).collect();
    let mut found = Vec::new();
    for state in STATES {
        let can_be = match state {
            State::UnderWay => scope.holds,
            State::Several => scope.shared || !scope.costly,
            _ => true,
        };
        for object in [false, true] {
            let meant = calls.iter().filter(|doing| can_be && doing.has_meaning(state, scope));
            found.extend(meant.map(|doing| Cell { state, object, doing: *doing }));
        }
    }
    found
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Unknown => "an unknown upload",
            State::OfAnotherKey => "an upload of another key",
            State::Empty => "an empty upload",
            State::OnePart => "an upload of one part",
            State::Several => "an upload of several parts",
            State::Replaced => "an upload with a part that was sent again",
            State::UnderWay => "an upload with a part under way",
            State::Completed => "a completed upload",
            State::Aborted => "an aborted upload",
        };
        let object = if self.object { "an object" } else { "no object" };
        write!(f, "{}, {state}, {object}", self.doing)
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Create => "create_upload",
            Self::Part => "upload_part",
            Self::PartAgain => "upload_part again",
            Self::Copy => "upload_part_copy",
            Self::CopyAgain => "upload_part_copy over a part",
            Self::Complete(list) => match list {
                Listing::Exact => "complete_upload",
                Listing::Some(_) => "complete_upload with some parts",
                Listing::Turned => "complete_upload in another order",
                Listing::Twice => "complete_upload with a part twice",
                Listing::WrongETag(_) => "complete_upload with a wrong ETag",
                Listing::Superseded => "complete_upload with the ETag before",
                Listing::Foreign(_) => "complete_upload with the ETag of another upload",
                Listing::NeverSent => "complete_upload with a part that was never sent",
                Listing::Empty => "complete_upload with no parts",
                Listing::All => "complete_upload with all",
            },
            Self::Abort => "abort_upload",
            Self::ListParts => "list_parts",
            Self::PageOfParts => "list_parts by pages",
            Self::ListUploads => "list_uploads",
            Self::ListObjects => "list_objects",
            Self::Put => "put_object",
            Self::Get => "get_object",
            Self::GetRange => "get_object with a range",
            Self::Head => "head_object",
            Self::Delete => "delete_object",
        })
    }
}
