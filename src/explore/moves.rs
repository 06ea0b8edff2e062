//! What can be done next.

/// Something to do. Numbers stand for one of what there is by then.
#[derive(Clone, Debug)]
pub(super) enum Move {
    Create {
        key: u8,
        sequential: bool,
    },
    Part {
        upload: u8,
        number: Number,
        size: Size,
    },
    /// A copy of an object of the case.
    Copy {
        upload: u8,
        number: Number,
        source: u8,
        ranged: bool,
    },
    /// A copy of a range of the object of the run.
    CopyShared {
        upload: u8,
        number: Number,
        size: Size,
    },
    Complete {
        upload: u8,
        list: Listing,
    },
    Abort {
        upload: u8,
    },
    ListParts {
        upload: u8,
        paged: bool,
        after: u8,
    },
    ListUploads {
        paged: bool,
    },
    ListObjects,
    Put {
        key: u8,
        size: Size,
    },
    Get {
        key: u8,
        range: Range,
    },
    Head {
        key: u8,
    },
    Delete {
        key: u8,
    },
    Hold {
        upload: u8,
        number: u8,
    },
    Release {
        held: u8,
    },
    /// The server is started anew.
    Restart,
    /// A call that names an upload, under a key of which it is none.
    Astray {
        key: u8,
        id: Id,
        call: Box<Move>,
    },
    /// A call of a race whose client does something otherwise than usual.
    Lane {
        conduct: Conduct,
        call: Box<Move>,
    },
    /// At the same time.
    Race(Vec<Move>),
}

impl Move {
    /// The number of the upload that it is about.
    pub(super) fn upload_mut(&mut self) -> Option<&mut u8> {
        match self {
            Self::Part { upload, .. }
            | Self::Copy { upload, .. }
            | Self::CopyShared { upload, .. }
            | Self::Complete { upload, .. }
            | Self::Abort { upload }
            | Self::ListParts { upload, .. }
            | Self::Hold { upload, .. } => Some(upload),
            Self::Astray { id: Id::OfAnotherKey, call, .. } | Self::Lane { call, .. } => call.upload_mut(),
            _ => None,
        }
    }

    /// The call itself, whatever its client does.
    pub(super) fn bare(&self) -> &Self {
        match self {
            Self::Lane { call, .. } => call.bare(),
            call => call,
        }
    }

    /// Which upload it is about, if it is about one.
    pub(super) fn upload(&self) -> Option<u8> {
        self.bare().clone().upload_mut().copied()
    }

    /// Whether it is a copy of an object that others may change.
    pub(super) fn copies(&self) -> bool {
        matches!(self.bare(), Self::Copy { .. })
    }

    /// Whether it may end an upload.
    pub(super) fn ends_an_upload(&self) -> bool {
        matches!(self.bare(), Self::Complete { .. } | Self::Abort { .. })
    }

    /// Whether it sends a part.
    pub(super) fn is_part(&self) -> bool {
        matches!(self.bare(), Self::Part { .. } | Self::Copy { .. } | Self::CopyShared { .. })
    }

    /// Whether its client goes away.
    pub(super) fn leaves(&self) -> bool {
        match self {
            Self::Lane { conduct: Conduct::Leaves(_) | Conduct::LeavesInBody, .. } => true,
            Self::Lane { call, .. } => call.leaves(),
            _ => false,
        }
    }
}

/// What a client does otherwise than usual. Times are in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conduct {
    /// It sends its request so much later than the others.
    Late(u32),
    /// It goes away so long after its request was sent, without an answer.
    Leaves(u32),
    /// It goes away before the last byte of its request.
    LeavesInBody,
    /// It waits so long behind the first bytes of the answer.
    Pauses(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// One of the first.
    Low(u8),
    /// Far from the others.
    Far,
    Largest,
    TooSmall,
    TooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// A few bytes.
    Tiny(u8),
    /// More than fits into one piece of a connection, so that it takes a while.
    Mixing(u8),
    /// As large as a part that is not the last must be.
    Full,
    /// One byte less.
    AlmostFull,
    Empty,
}

/// What is read of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    Whole,
    /// All of it, also of a large one.
    All,
    /// The first bytes.
    First,
    /// Those around the end of a first part of the usual size.
    Border,
    /// Those around the end of a second one.
    SecondBorder,
}

/// The id of an upload that is none of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Id {
    Unknown,
    OfAnotherKey,
}

/// What the list of a completion says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Listing {
    /// Every part as it is.
    Exact,
    /// Some of them.
    Some(u8),
    /// In another order.
    Turned,
    /// The first one twice.
    Twice,
    /// A wrong ETag.
    WrongETag(u8),
    /// The ETag that a part had before it was sent again.
    Superseded,
    /// The ETag of a part of another upload.
    Foreign(u8),
    /// A number that was never sent.
    NeverSent,
    Empty,
    /// No list: everything.
    All,
}
